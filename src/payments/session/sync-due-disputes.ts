import type { AppContext } from '../../context.ts'
import { newRequestId } from '../../core/request-id.ts'
import { claimDueDisputes } from '../dispute/store.ts'
import { checkApart } from './apart.ts'
import { type SessionApp, syncWithProcessor } from './sync-with-processor.ts'

const batchMax = 20
const failed = 'a dispute could not be synced'

/**
 * Asks processors about the disputes that have not ended, in case a callback was lost. Returns after the current batch when it is told to
 * stop.
 */
export async function syncDueDisputes(
  app: SessionApp & Pick<AppContext, 'outage'>,
  stopping?: AbortSignal,
): Promise<void> {
  for (;;) {
    const due = await claimDueDisputes(app.pool, app.clock.now(), batchMax)
    for (const { environment_id, payment_id } of due) {
      const cause = { request_id: newRequestId(), actor: 'job:sync-disputes' } as const
      await checkApart(app, payment_id, failed, async () => {
        await syncWithProcessor(app, environment_id, payment_id, cause, { after_success: true })
      })
      if (stopping?.aborted) return
    }
    if (due.length < batchMax || stopping?.aborted) return
  }
}
