import { setTimeout as delay } from 'node:timers/promises'
import type { Router } from '../api/fastify.ts'
import { Problem } from '../core/problem.ts'

/** How a server lets others take over before it stops, so that no call is shed. */
export type Drain = {
  /** Whether it has begun: `/readyz` says no from then on. */
  begun(): boolean
  /** Makes a server's answers say that their connection ends, and its refusals that it stops, once that is so. */
  guard(router: Router): void
  /** Goes on answering for so many seconds, then refuses what is new, and resolves when whoever still called has been told. */
  run(seconds: number): Promise<void>
}

// Whoever was told that a connection ends calls on a new one at once, and is told there that the server stops. When nobody has
// called for so long, nobody is in the middle of that; callers who do not listen do not keep the server.
const quietMs = 200
const refusingMaxMs = 2_000
const retryAfterS = 2

/** Makes the drain of one server. Until it runs it does nothing. */
export function createDrain(): Drain {
  let phase: 'serving' | 'draining' | 'refusing' = 'serving'
  let lastRefused = 0
  return {
    begun: () => phase !== 'serving',
    guard(router) {
      router.addHook('onRequest', async (request) => {
        // Whoever asks for the server's health is told of the stop by the answer.
        if (phase !== 'refusing' || /^\/(?:healthz|readyz)$/.test(request.routeOptions.url ?? '')) return
        lastRefused = performance.now()
        throw new Problem('stopping', 'This server is stopping; nothing was done.', { retry_after_s: retryAfterS })
      })
      router.addHook('onSend', async (_request, reply) => {
        if (phase !== 'serving') reply.header('connection', 'close')
      })
    },
    async run(seconds) {
      phase = 'draining'
      await delay(seconds * 1_000)
      phase = 'refusing'
      const began = performance.now()
      lastRefused = began
      while (performance.now() - lastRefused < quietMs && performance.now() - began < refusingMaxMs) await delay(20)
    },
  }
}
