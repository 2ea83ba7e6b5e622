import { laterOf } from '../../core/clock.ts'
import type { Id } from '../../core/id/id.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import type { ChangeContext } from '../change.ts'
import type { LockedPayment } from '../store.ts'
import { Correction } from './correction-journal.ts'
import { lockPayment } from './hold.ts'
import { refundData } from './refund-event.ts'
import { insertRefund, type RefundRow } from './refund-row.ts'
import { planTakeBack, planTakeBackFrom, type Source } from './take-back.ts'

/** How a refund is sent: by whoever records it, or through the processor that took the payment. */
export type RefundWay =
  | { kind: 'external'; channel: string; reference: string; refunded_at: Date | undefined }
  | {
      kind: 'processor'
      /** The key that waits for its response. */
      key: { key: string; response_id: Id } | undefined
      next_check_at: Date
    }

/** A refund to be sent. Its id, in the bucket of the payment, is made before it: the reference or the key names it. */
export type WantedRefund = {
  id: Id
  payment_id: Id
  /** All that is left, or all that `from` comes to, unless it says how much. */
  amount: bigint | undefined
  from: Source[] | undefined
  reason: string
  way: RefundWay
}

/**
 * Takes the money of a refund out of its payment, and writes the refund: one by hand has succeeded, one through a processor is
 * pending and lies in the account `refunds` until the processor has paid it out. The bills of the applications that are taken are
 * open again. The lock on the payment lets one refund at a time through, and the constraint on its amounts no more than is left.
 * Throws `payment_state`, `amount_exceeds_remaining`, `invalid_allocation`, `not_found`.
 */
export async function sendRefund(
  connection: Connection,
  context: ChangeContext,
  { id, payment_id, amount, from, reason, way }: WantedRefund,
): Promise<RefundRow> {
  const payment = await lockPayment(connection, context, payment_id, { parameter: 'payment' })
  refuseOtherWay(payment, way)
  const refunded_at = refundedAt(payment, way, context.now)
  const taken = from
    ? await planTakeBackFrom(connection, context, payment, amount, from)
    : await planTakeBack(connection, context, payment, amount)
  const row: RefundRow = {
    id,
    bucket: payment.bucket,
    environment_id: payment.environment_id,
    payment_id: payment.id,
    customer_id: payment.customer_id,
    currency: payment.currency,
    amount: taken.total,
    unapplied_amount: taken.unapplied,
    direct_amount: taken.direct,
    suspense_amount: taken.suspense,
    reason,
    ...wayColumns(payment, way, context.now),
    processor_reference: null,
    failure: null,
    failure_id: null,
    version: 1n,
    refunded_at,
    failed_at: null,
    created_at: context.now,
    updated_at: context.now,
  }
  const correction = new Correction(context, payment)
  const account = row.channel === null ? 'refunds' : (`clearing:${row.channel}` as const)
  const transactionId = correction.takeBack(taken, {
    kind: 'refund',
    id: row.id,
    reason,
    account,
    effective_at: refunded_at,
  })
  if (row.status === 'succeeded') {
    const parts = taken.parts.map((part) => ({ application_id: part.application.id, amount: part.amount }))
    correction.tell('payment.refunded', transactionId, refundData(row, parts), payment.id)
  }
  await Promise.all([insertRefund(connection, row), correction.write(connection)])
  return row
}

function refuseOtherWay({ processor }: LockedPayment, way: RefundWay): void {
  if (way.kind === 'external' && processor !== null) {
    throw new Problem(
      'payment_state',
      'This payment went through a processor, which has to send it back: use POST /collect/payments/{payment}/refunds.',
    )
  }
  if (way.kind === 'processor' && processor === null) {
    throw new Problem(
      'payment_state',
      'This payment was recorded, and no processor can send it back: send the money, then use POST /billing/payments/{payment}/refunds.',
    )
  }
}

/** When the money was sent: no earlier than it was received. */
function refundedAt({ received_at }: LockedPayment, way: RefundWay, now: Date): Date {
  const sent = way.kind === 'external' ? way.refunded_at : undefined
  // What came in a little ahead of our clock goes out no earlier.
  if (sent === undefined) return received_at === null ? now : laterOf(now, received_at)
  if (received_at === null || sent >= received_at) return sent
  throw fieldProblem('invalid_dates', '/refunded_at', `The payment was received at ${received_at.toISOString()}.`)
}

function wayColumns({ processor }: LockedPayment, way: RefundWay, now: Date) {
  const none = { idempotency_key: null, response_id: null, next_check_at: null }
  if (way.kind === 'external') {
    const { channel, reference } = way
    return { status: 'succeeded' as const, channel, reference, processor: null, succeeded_at: now, ...none }
  }
  return {
    status: 'pending' as const,
    channel: null,
    reference: null,
    processor,
    succeeded_at: null,
    idempotency_key: way.key?.key ?? null,
    response_id: way.key?.response_id ?? null,
    next_check_at: way.next_check_at,
  }
}
