import { setTimeout as delay } from 'node:timers/promises'
import type { Router } from '../api/fastify.ts'
import { Problem } from '../core/problem.ts'

/** Lets other processes take over before a server stops, so that no request is lost. */
export type Drain = {
  /** Whether it has begun: from then on `/readyz` reports 503. */
  begun(): boolean
  /** Adds the hooks that close connections after their response, and refuse new requests at the end. */
  guard(router: Router): void
  /** Still serves for this many seconds, then refuses new requests until no client sends any. */
  run(seconds: number): Promise<void>
}

// A client whose connection was closed sends its next request on a new one at once, and is refused there. After this time without a
// refusal every client knows. The maximum is for clients that ignore refusals.
const quietMs = 200
const refusingMaxMs = 2_000
const retryAfterS = 2

/** Creates the drain of one server. It does nothing until it runs. */
export function createDrain(): Drain {
  let phase: 'serving' | 'draining' | 'refusing' = 'serving'
  let lastRefused = 0
  return {
    begun: () => phase !== 'serving',
    guard(router) {
      router.addHook('onRequest', async (request) => {
        // The health checks report the stop themselves.
        if (phase !== 'refusing' || /^\/(?:healthz|readyz)$/.test(request.routeOptions.url ?? '')) return
        lastRefused = performance.now()
        throw new Problem('stopping', 'This server is stopping. Nothing was written.', { retry_after_s: retryAfterS })
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
