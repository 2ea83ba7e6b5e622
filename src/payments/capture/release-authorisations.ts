import type { AppContext } from '../../context.ts'
import { bucketOf, newId } from '../../core/id/id.ts'
import { Problem } from '../../core/problem.ts'
import { newRequestId } from '../../core/request-id.ts'
import { transaction } from '../../database/transaction.ts'
import { claimCapture } from '../../ledger/captures/claim.ts'
import { checkApart } from '../session/apart.ts'
import { claimEndedAuthorisations, type EndedAuthorisation } from './store.ts'
import { type CaptureApp, syncCapture } from './sync.ts'

const batchMax = 20
const firstCheckMs = 30_000
const failed = 'an authorisation that has ended could not be released'

/**
 * Lets go of what is left of authorisations that have ended. The processor is asked, as for a void: so nobody's card is held longer,
 * and what was captured there without us is found. Returns after the current batch when it is told to stop.
 */
export async function releaseAuthorisations(
  app: CaptureApp & Pick<AppContext, 'log' | 'outage'>,
  stopping?: AbortSignal,
): Promise<void> {
  for (;;) {
    const due = await claimEndedAuthorisations(app.pool, app.clock.now(), batchMax)
    for (const one of due) {
      await checkApart(app, one.payment_id, failed, () => release(app, one))
      if (stopping?.aborted) return
    }
    if (due.length < batchMax || stopping?.aborted) return
  }
}

async function release(app: CaptureApp, { payment_id, environment_id, mode }: EndedAuthorisation): Promise<void> {
  const now = app.clock.now()
  const cause = { request_id: newRequestId(), actor: 'job:release-authorisations' } as const
  const id = newId(bucketOf(payment_id), now.getTime())
  const next_check_at = new Date(now.getTime() + firstCheckMs)
  const wanted = {
    kind: 'void',
    reason: 'expired',
    id,
    payment_id,
    metadata: {},
    key: undefined,
    next_check_at,
  } as const
  try {
    const context = { environment: { id: environment_id, mode }, now, ...cause }
    await transaction(app.pool, (connection) => claimCapture(connection, context, wanted))
  } catch (error) {
    // A capture or a void is under way. What it leaves is looked at again.
    if (error instanceof Problem && error.code === 'payment_state') return
    throw error
  }
  await syncCapture(app, environment_id, id, cause)
}
