import { setTimeout as delay } from 'node:timers/promises'
import type { AppContext } from '../../context.ts'
import { newRequestId } from '../../core/request-id.ts'
import { checkApart } from './apart.ts'
import { claimDueChecks, updateStatus } from './store.ts'
import { type SessionApp, type SessionCause, syncWithProcessor } from './sync-with-processor.ts'

const batchMax = 50
const failed = 'an unfinished payment could not be synced'
const abandonedMs = 24 * 3_600_000
// A payment may wait in the queue for a lock on its balance; the others do not wait for it.
const batchWaitMs = 3_000

type App = SessionApp & Pick<AppContext, 'log' | 'outage'>

/**
 * Asks the processor about every unfinished payment that is due, and expires those that were started a day ago and
 * never charged. So money that was taken is applied even if the payer's browser never comes back. Returns after the
 * current batch when it is told to stop.
 */
export async function syncDueSessions(app: App, stopping?: AbortSignal): Promise<void> {
  for (;;) {
    const due = await claimDueChecks(app.pool, app.clock.now(), batchMax)
    const checking = Promise.allSettled(due.map((key) => checkApart(app, key.id, failed, () => syncOne(app, key))))
    const checks = await Promise.race([checking, delay(batchWaitMs, [], { ref: false })])
    for (const check of checks) if (check.status === 'rejected') throw check.reason
    if (due.length < batchMax || stopping?.aborted) return
  }
}

async function syncOne(app: App, key: Awaited<ReturnType<typeof claimDueChecks>>[number]): Promise<void> {
  const cause: SessionCause = { request_id: newRequestId(), actor: 'job:sync-sessions' }
  const payment = await syncWithProcessor(app, key.environment_id, key.id, cause)
  const now = app.clock.now()
  if (!payment || now.getTime() - payment.created_at.getTime() < abandonedMs) return
  if (payment.status === 'initiating' || payment.status === 'pending_action') {
    await updateStatus(app.pool, payment, { status: 'expired', now, ...cause })
  }
}
