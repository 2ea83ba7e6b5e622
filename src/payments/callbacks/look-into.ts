import type { AppContext } from '../../context.ts'
import { newRequestId } from '../../core/request-id.ts'
import { listSentRefunds } from '../refund/store.ts'
import { syncRefund } from '../refund/sync.ts'
import { checkApart } from '../session/apart.ts'
import { findPaymentOfCharge } from '../session/store.ts'
import { type SessionApp, syncWithProcessor } from '../session/sync-with-processor.ts'
import { claimCallbacks, type DueCallback, endCallback } from './store.ts'

const batchMax = 50
// A charge whose reference was not stored before a kill is found within minutes. One that is still unknown then was opened by others
// who use the same account.
const unknownTriesMax = 8
// About two days, at an hour each in the end. Unfinished payments are asked about besides.
const triesMax = 60
const failed = 'a callback could not be looked into'

type App = SessionApp & Pick<AppContext, 'outage'>

/**
 * Asks processors what has become of the charges that they called about, whether their payments are finished or not, and of their
 * refunds: also of those that had succeeded, which a bank may send back. What the callback says itself is not believed. Returns after
 * the current batch when it is told to stop.
 */
export async function lookIntoCallbacks(app: App, stopping?: AbortSignal): Promise<void> {
  for (;;) {
    const due = await claimCallbacks(app.pool, app.clock.now(), batchMax)
    const checks = await Promise.allSettled(due.map((callback) => lookIntoOne(app, callback)))
    for (const check of checks) if (check.status === 'rejected') throw check.reason
    if (due.length < batchMax || stopping?.aborted) return
  }
}

async function lookIntoOne(app: App, callback: DueCallback): Promise<void> {
  const { environment_id, attempts } = callback
  const id = await findPaymentOfCharge(app.pool, callback)
  if (id === undefined) {
    if (attempts >= unknownTriesMax) await endCallback(app.pool, callback)
    return
  }
  await checkApart(app, id, failed, async () => {
    if (attempts >= triesMax) await endCallback(app.pool, callback)
    const cause = { request_id: newRequestId(), actor: 'job:look-into-callbacks' } as const
    await syncWithProcessor(app, environment_id, id, cause, { after_success: true })
    for (const refund of await listSentRefunds(app.pool, environment_id, id)) {
      await syncRefund(app, environment_id, refund, cause)
    }
    await endCallback(app.pool, callback)
  })
}
