import { setTimeout as delay } from 'node:timers/promises'
import type { AppContext } from '../../context.ts'
import { formatId } from '../../core/id/id.ts'
import { newRequestId } from '../../core/request-id.ts'
import { transaction } from '../../database/transaction.ts'
import { processorNamed } from '../processor/registry.ts'
import { checkApart } from './apart.ts'
import { recoverCharge } from './charge.ts'
import {
  claimDueChecks,
  claimProcessorReference,
  findSessionPayment,
  noteOpened,
  type SessionPayment,
  scheduleCheck,
  updateStatus,
} from './store.ts'
import { type SessionApp, type SessionCause, syncWithProcessor } from './sync-with-processor.ts'

const batchMax = 50
const failed = 'an unfinished payment could not be synced'
const abandonedMs = 24 * 3_600_000
// Processors keep a key for a day at least.
const recoverableMs = 12 * 3_600_000
// A payment may wait in the queue for a lock on its balance; the others do not wait for it.
const batchWaitMs = 3_000

type App = SessionApp & Pick<AppContext, 'outage'>

/**
 * Asks the processor about every unfinished payment that is due, finds the charges of those whose processor never answered when it
 * was asked to open one, and expires those that were started a day ago and never charged. So money that was taken is applied even
 * if the payer's browser never comes back. Returns after the current batch when it is told to stop.
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
  await recover(app, await findSessionPayment(app.pool, key.environment_id, key.id), cause)
  const payment = await syncWithProcessor(app, key.environment_id, key.id, cause)
  const now = app.clock.now()
  if (!payment) return
  const age_ms = now.getTime() - payment.created_at.getTime()
  if (payment.status === 'processing') await giveUp(app, payment, age_ms)
  if (age_ms < abandonedMs) return
  if (payment.status === 'initiating' || payment.status === 'pending_action') {
    await updateStatus(app.pool, payment, { status: 'expired', now, ...cause })
  }
}

/** Finds the charge of a payment whose processor did not say that it had opened one. */
async function recover(
  app: App,
  payment: SessionPayment | undefined,
  { actor, request_id }: SessionCause,
): Promise<void> {
  if (payment?.status !== 'initiating') return
  const now = app.clock.now()
  if (now.getTime() - payment.created_at.getTime() > recoverableMs) return
  const { environment_id, mode } = payment
  const processor = await processorNamed(app, { id: environment_id, mode }, payment.processor)
  const charge = processor && (await recoverCharge(app, processor, payment))
  if (!charge) return
  const { reference: processor_reference, request_id: processor_request_id, url } = charge
  const page_url = url === undefined ? undefined : app.vault.encrypt(url)
  await transaction(app.pool, async (connection) => {
    await claimProcessorReference(connection, payment, processor_reference)
    await noteOpened(connection, payment, { request_id: processor_request_id, page_url })
    await updateStatus(connection, payment, { status: 'pending_action', actor, request_id, now, processor_reference })
  })
}

/** Asks no more about a charge that its processor should have decided long ago. A callback or a page still does. */
async function giveUp(app: App, payment: SessionPayment, age_ms: number): Promise<void> {
  const { environment_id, mode, id } = payment
  const processor = await processorNamed(app, { id: environment_id, mode }, payment.processor)
  if (!processor || age_ms < processor.pending_max_ms) return
  await scheduleCheck(app.pool, payment, 'processing', null)
  app.log.error({ payment_id: formatId('payment', id) }, 'a charge was never decided, and is not asked about any more')
}
