import type { Socket } from 'node:net'
import type { Router } from '../api/fastify.ts'
import { checkHead } from '../api/request-head.ts'

// A client that sends on without reading has no more made for it than this. Browsers and libraries send one request at a time.
const unansweredMax = 50

/** Has every request looked at before anything is made for it: its address, its headers, and how many its connection waits for. */
export function guardRequests(router: Router): void {
  const unanswered = new WeakMap<Socket, number>()
  router.addHook('onRequest', (request, _reply, done) => {
    const { socket } = request.raw
    const waiting = (unanswered.get(socket) ?? 0) + 1
    unanswered.set(socket, waiting)
    // Those that were read from the closed connection with the last one are left: nobody waits for them.
    if (waiting > unansweredMax) socket.destroy()
    if (!socket.destroyed) {
      checkHead(request)
      done()
    }
  })
  router.addHook('onResponse', (request, _reply, done) => {
    const { socket } = request.raw
    unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1)
    done()
  })
}
