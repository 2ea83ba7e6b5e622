import type { AppContext } from '../context.ts'
import { openReportPool } from '../database/pool.ts'
import { stepWholeRun } from '../ledger/verify/background.ts'
import type { CheckResult } from '../ledger/verify/check.ts'
import { verifyIncrementally } from '../ledger/verify/incremental.ts'
import { sealKey } from '../ledger/verify/seals/chain.ts'
import type { JobDefinition } from './periodic.ts'

const incrementalMs = 5 * 60_000
const stepMs = 10_000
// Where very much is new, a run rests nine times as long as it took: a tenth of the time.
const restsFor = 9
// A start that is an attempt is not made slower by it.
const firstAfterMs = 60_000
// One that holds the lock, and two that read.
const connections = 3

type App = Pick<AppContext, 'pool' | 'clock' | 'log' | 'vault'>

/**
 * Verifies the books while the server serves: every five minutes what has moved since the last seal, and all of them step by step. Both have
 * connections of their own, so that they take none from a payment.
 */
export function verifyJobs(app: App): JobDefinition[] {
  const pool = openReportPool(app.pool, 2 * connections)
  const key = sealKey(app.vault)
  const job = (name: string, every_ms: number, look: typeof lookAtNew): JobDefinition => {
    let not_before = app.clock.now().getTime() + firstAfterMs
    const run = async (stopping: AbortSignal) => {
      const now = app.clock.now()
      if (now.getTime() < not_before) return
      const started = performance.now()
      // What a stop breaks off is done again.
      await look({ pool, now, key, stopping, app }).catch((error: unknown) => {
        if (!stopping.aborted) throw error
      })
      not_before = now.getTime() + (performance.now() - started) * (1 + restsFor)
    }
    return { name, every_ms, run }
  }
  return [
    job('verify-new', incrementalMs, lookAtNew),
    { ...job('verify-all', stepMs, lookAtAll), end: () => pool.end() },
  ]
}

type Look = Parameters<typeof stepWholeRun>[0] & { app: App }

async function lookAtNew({ app, ...options }: Look): Promise<void> {
  const run = await verifyIncrementally(options)
  tell(app, run?.results ?? [])
}

async function lookAtAll({ app, ...options }: Look): Promise<void> {
  tell(app, (await stepWholeRun(options)) ?? [])
}

/** The log has the invariant and not the examples, some of which name what a merchant has sent. */
function tell({ log }: App, results: readonly CheckResult[]): void {
  for (const { invariant, sentence, violations } of results) {
    if (violations === 0n) continue
    log.error(
      { invariant, violations: String(violations) },
      `the books are not right: run tallystick verify. Broken is: ${sentence}`,
    )
  }
}
