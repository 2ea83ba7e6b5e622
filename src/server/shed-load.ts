import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Router } from '../api/fastify.ts'
import type { AppContext } from '../context.ts'
import { Problem } from '../core/problem.ts'
import { isUnlimited } from './unlimited.ts'

/** Watches whether the event loop is late, so that what is asked for is answered late too. */
export type LoopWatch = { isLate(): boolean; stop(): void }

const resolution_ms = 20
const lookEvery_ms = 500
// A request takes some turns of the loop, so this is an answer after seconds.
const lateness_ms = 500
// As many as may wait in the queue of payments alone.
const waitingMax = 5_000
const retryAfter_s = 2

/**
 * Begins to watch. The loop is late when half of its turns were, at two looks one after the other: a single long turn, such as a
 * collection of garbage, refuses nobody.
 */
export function watchLoop(): LoopWatch {
  const delays = monitorEventLoopDelay({ resolution: resolution_ms })
  delays.enable()
  let late_looks = 0
  const timer = setInterval(() => {
    const median_ms = delays.count === 0 ? 0 : delays.percentile(50) / 1e6 - resolution_ms
    late_looks = median_ms > lateness_ms ? late_looks + 1 : 0
    delays.reset()
  }, lookEvery_ms).unref()
  return {
    isLate: () => late_looks >= 2,
    stop() {
      clearInterval(timer)
      delays.disable()
    },
  }
}

/**
 * Refuses requests before anything is done for them while the process cannot keep up: while its event loop is late, or too many wait
 * for their turn and for their payment. Health checks and calls of processors are always taken.
 */
export function shedLoad(
  router: Router,
  { payments, turns, figures }: Pick<AppContext, 'payments' | 'turns' | 'figures'>,
  isLate: () => boolean,
): void {
  router.addHook('onRequest', (request, _reply, done) => {
    const reason = isLate() ? 'event_loop' : turns.waiting() + payments.waiting() >= waitingMax ? 'queue' : undefined
    if (reason === undefined || isUnlimited(request.routeOptions.url)) return done()
    figures.limits.shed[reason] += 1
    done(new Problem('overloaded', 'The server is overloaded. Nothing was done.', { retry_after_s: retryAfter_s }))
  })
}
