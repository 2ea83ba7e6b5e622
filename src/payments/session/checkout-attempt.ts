import { required } from '../../core/assert.ts'
import { formatId, type Id } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import type { Connection } from '../../database/pool.ts'
import { writeEvents } from '../../events/outbox.ts'
import { type CheckoutRow, statusAt } from '../../ledger/checkouts/checkout.ts'
import { attemptEvent } from '../../ledger/checkouts/event.ts'
import { type CheckoutContext, storeCheckout, updateCheckout } from '../../ledger/checkouts/write.ts'
import { lockCheckouts } from '../../ledger/store.ts'
import type { Decline, MethodDetails } from '../processor/processor.ts'
import type { SessionPayment } from './store.ts'

/**
 * Makes a payment the attempt of its request or session, with its own row locked. Returns the attempt before it, which
 * gives way; or `'ended'` when the request or session was paid, cancelled or has expired meanwhile.
 */
export async function beginAttempt(
  connection: Connection,
  context: CheckoutContext,
  checkoutId: Id,
  paymentId: Id,
): Promise<{ previous: Id | null } | 'ended'> {
  const row = await lockCheckout(connection, context, checkoutId)
  if (row.attempt_id === paymentId) return { previous: null }
  if (statusAt(row, context.now) !== 'active') return 'ended'
  const change = { attempt_id: paymentId }
  // Of a request the API shows nothing of its attempts. Of a session it shows that one has begun: the first time only.
  if (row.kind === 'session' && row.attempt_id === null) await updateCheckout(connection, context, row, change)
  else await storeCheckout(connection, { ...row, ...change })
  return { previous: row.attempt_id }
}

/** What became of an attempt that failed. */
export type Failure = { error: Decline & { timestamp: string }; method_details: MethodDetails | undefined }

/**
 * Tells of an attempt that has just been marked as failed, and notes it at its session, which stays open: whoever tried
 * may try again. A push ends with its one attempt.
 */
export async function tellFailedAttempt(
  connection: Connection,
  context: CheckoutContext,
  payment: SessionPayment,
  { error, method_details }: Failure,
): Promise<void> {
  const row = payment.checkout ? await lockCheckout(connection, context, payment.checkout.id) : undefined
  const isLatest = row?.attempt_id === payment.id
  const ends = row !== undefined && (row.type === 'push' || statusAt(row, context.now) !== 'active')
  if (row?.kind === 'session' && isLatest && row.status !== 'paid') {
    await updateCheckout(connection, context, row, { last_payment_error: error })
  } else if (row?.type === 'push' && row.status === 'active') {
    await updateCheckout(connection, context, row, { status: 'failed', last_payment_error: error })
  }
  const told = attemptFields(payment, row, { error, method_details, updated_at: context.now })
  const version = payment.version + 1n
  const type = ends ? 'payment.failed' : 'payment.attempt_failed'
  await writeEvents(connection, [attemptEvent(context.environment, { ...told, version }, type, context.now)])
}

/** What the events of a failed attempt say of it. */
export function attemptFields(
  payment: SessionPayment,
  row: CheckoutRow | undefined,
  { error, method_details, updated_at }: Failure & { updated_at: Date },
) {
  return {
    id: payment.id,
    bucket: payment.bucket,
    ...(payment.customer_id !== null && { customer_id: formatId('customer', payment.customer_id) }),
    ...(row?.kind === 'request' && { payment_request_id: formatId('payment_request', row.id) }),
    ...(row?.kind === 'session' && { payment_session_id: formatId('payment_session', row.id) }),
    amount: toNumber(payment.amount),
    currency: payment.currency,
    ...(method_details && { payment_method_details: method_details }),
    last_payment_error: error,
    metadata: payment.metadata,
    created_at: payment.created_at.toISOString(),
    updated_at: updated_at.toISOString(),
  }
}

async function lockCheckout(connection: Connection, { environment }: CheckoutContext, id: Id): Promise<CheckoutRow> {
  const rows = await lockCheckouts(connection, [id], [environment.id])
  return required(rows.get(id), 'an attempt names its request or session')
}
