import type { Socket } from 'node:net'
import type { Router } from '../api/fastify.ts'
import { checkHead } from '../api/request-head.ts'

// A client that sends on without reading has no more made for it than this. Browsers and libraries send one request at a time.
const unansweredMax = 50

// On the socket itself: to look it up in a map costs every request as much as all that is looked at here.
const unanswered = Symbol('requests that wait for their answer')
type CountedSocket = Socket & { [unanswered]?: number }

/** Has every request looked at before anything is made for it: its address, its headers, and how many its connection waits for. */
export function guardRequests(router: Router): void {
  router.addHook('onRequest', (request, _reply, done) => {
    const socket: CountedSocket = request.raw.socket
    const waiting = (socket[unanswered] ?? 0) + 1
    socket[unanswered] = waiting
    // Those that were read from the closed connection with the last one are left: nobody waits for them.
    if (waiting > unansweredMax) socket.destroy()
    if (!socket.destroyed) {
      checkHead(request)
      done()
    }
  })
  router.addHook('onResponse', (request, _reply, done) => {
    const socket: CountedSocket = request.raw.socket
    socket[unanswered] = (socket[unanswered] ?? 1) - 1
    done()
  })
}
