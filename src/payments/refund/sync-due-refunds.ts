import type { AppContext } from '../../context.ts'
import { newRequestId } from '../../core/request-id.ts'
import { checkApart } from '../session/apart.ts'
import { claimDueRefunds } from './store.ts'
import { type RefundApp, syncRefund } from './sync.ts'

const batchMax = 20
const failed = 'a refund could not be synced'

/**
 * Asks processors about the refunds that are due to be asked about: those that are not sent yet, and for a while those that were. So
 * no refund is lost when its request ends before the processor has answered. Returns after the current batch when it is told to
 * stop.
 */
export async function syncDueRefunds(
  app: RefundApp & Pick<AppContext, 'log' | 'outage'>,
  stopping?: AbortSignal,
): Promise<void> {
  for (;;) {
    const due = await claimDueRefunds(app.pool, app.clock.now(), batchMax)
    for (const { environment_id, id, payment_id } of due) {
      const cause = { request_id: newRequestId(), actor: 'job:sync-refunds' } as const
      await checkApart(app, payment_id, failed, () => syncRefund(app, environment_id, id, cause))
      if (stopping?.aborted) return
    }
    if (due.length < batchMax || stopping?.aborted) return
  }
}
