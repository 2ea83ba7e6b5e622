import type { Log } from '../core/log.ts'
import { isDatabaseUnavailable } from './availability.ts'

/** Reports failures that the state of the database caused. */
export type Outage = { failed(error: unknown): void }

type Kind = 'unavailable' | 'busy'
type Trouble = { began_ms: number; last_ms: number; failures: number }

// An outage is over when nothing has failed for this long.
const quiet_ms = 10_000
const checkEvery_ms = 1_000

const sentences: Readonly<Record<Kind, { begins: string; ends: string }>> = {
  unavailable: {
    begins: 'the database is unavailable; requests that need it get a 503',
    ends: 'nothing has found the database unavailable for ten seconds',
  },
  busy: {
    begins: 'other sessions hold locks for too long; requests that need them get a 503',
    ends: 'no request has waited too long for a lock for ten seconds',
  },
}

/** Logs an outage once at its first failure and once when it is over, however many failures there are. */
export function createOutage(log: Log): Outage {
  const troubles = new Map<Kind, Trouble>()
  let timer: NodeJS.Timeout | undefined

  function check(): void {
    const now = performance.now()
    for (const [kind, { began_ms, last_ms, failures }] of troubles) {
      if (now - last_ms < quiet_ms) continue
      troubles.delete(kind)
      log.info({ failures, duration_s: Math.round((last_ms - began_ms) / 1_000) }, sentences[kind].ends)
    }
    if (troubles.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return {
    failed(error) {
      const kind = isDatabaseUnavailable(error) ? 'unavailable' : 'busy'
      const now = performance.now()
      const known = troubles.get(kind)
      if (known) {
        known.last_ms = now
        known.failures += 1
        return
      }
      troubles.set(kind, { began_ms: now, last_ms: now, failures: 1 })
      const { code, message } = error as { code?: string; message?: string }
      log.warn({ ...(code && { code }), reason: message }, sentences[kind].begins)
      timer ??= setInterval(check, checkEvery_ms).unref()
    },
  }
}
