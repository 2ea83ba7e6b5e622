import type { Id } from '../../core/id/id.ts'
import type { Connection } from '../../database/pool.ts'
import type { ChangeContext } from '../change.ts'
import type { Source } from './chosen.ts'
import { Correction } from './correction-journal.ts'
import { lockPayment } from './hold.ts'
import { refundData } from './refund-event.ts'
import { insertRefund, type RefundRow } from './refund-row.ts'
import { type RefundWay, refundedAt, refuseOtherWay, wayColumns } from './refund-way.ts'
import { planTakeBack, planTakeBackFrom } from './take-back.ts'

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
