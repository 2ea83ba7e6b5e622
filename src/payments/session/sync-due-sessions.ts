import type { AppContext } from '../../context.ts'
import type { Actor } from '../../core/actor.ts'
import { newRequestId } from '../../core/request-id.ts'
import { isDatabaseUnavailable } from '../../database/availability.ts'
import { claimCancelledChecks, claimDueChecks, updateStatus } from './store.ts'
import { type SessionApp, type SessionCause, syncWithProcessor } from './sync-with-processor.ts'

const batchMax = 50
const abandonedMs = 24 * 3_600_000

type App = SessionApp & Pick<AppContext, 'log'>

/**
 * Asks the processor about every unfinished payment that is due, and expires those that were started a day ago and
 * never charged. So money that was taken is applied even if the payer's browser never comes back. Returns after the
 * current batch when it is told to stop.
 */
export function syncDueSessions(app: App, stopping?: AbortSignal): Promise<void> {
  return syncClaimed(app, claimDueChecks, 'job:sync-sessions', stopping)
}

/** As `syncDueSessions`, for cancelled payments: their payers may still be on the page of the processor. */
export function syncCancelledSessions(app: App, stopping?: AbortSignal): Promise<void> {
  return syncClaimed(app, claimCancelledChecks, 'job:sync-cancelled-sessions', stopping)
}

async function syncClaimed(
  app: App,
  claim: typeof claimDueChecks,
  actor: Actor,
  stopping: AbortSignal | undefined,
): Promise<void> {
  for (;;) {
    const due = await claim(app.pool, app.clock.now(), batchMax)
    const checks = await Promise.allSettled(due.map((payment) => syncOne(app, payment, actor)))
    for (const check of checks) if (check.status === 'rejected') throw check.reason
    if (due.length < batchMax || stopping?.aborted) return
  }
}

async function syncOne(app: App, key: Awaited<ReturnType<typeof claimDueChecks>>[number], actor: Actor): Promise<void> {
  const cause: SessionCause = { request_id: newRequestId(), actor }
  try {
    const payment = await syncWithProcessor(app, key.environment_id, key.id, cause)
    const now = app.clock.now()
    if (!payment || now.getTime() - payment.created_at.getTime() < abandonedMs) return
    if (payment.status === 'initiating' || payment.status === 'pending_action') {
      await updateStatus(app.pool, payment, { status: 'expired', now, ...cause })
    }
  } catch (error) {
    // The next check is scheduled already, so one payment that cannot be synced holds up no other.
    if (isDatabaseUnavailable(error)) throw error
    app.log.error({ err: error, payment_id: key.id }, 'an unfinished payment could not be synced')
  }
}
