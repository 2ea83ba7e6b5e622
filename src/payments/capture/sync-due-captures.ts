import type { AppContext } from '../../context.ts'
import { newRequestId } from '../../core/request-id.ts'
import { checkApart } from '../session/apart.ts'
import { claimDueCaptures } from './store.ts'
import { type CaptureApp, syncCapture } from './sync.ts'

const batchMax = 20
const failed = 'a capture or a void could not be synced'

/**
 * Asks processors again for the captures and voids that they have not answered. So none is lost when its request ends before.
 * Returns after the current batch when it is told to stop.
 */
export async function syncDueCaptures(
  app: CaptureApp & Pick<AppContext, 'log' | 'outage'>,
  stopping?: AbortSignal,
): Promise<void> {
  for (;;) {
    const due = await claimDueCaptures(app.pool, app.clock.now(), batchMax)
    for (const { environment_id, id, payment_id } of due) {
      const cause = { request_id: newRequestId(), actor: 'job:sync-captures' } as const
      await checkApart(app, payment_id, failed, () => syncCapture(app, environment_id, id, cause))
      if (stopping?.aborted) return
    }
    if (due.length < batchMax || stopping?.aborted) return
  }
}
