import { formatId, type Id, newId } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import { Problem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { DataOf } from '../../events/registry.ts'
import type { ChangeContext } from '../change.ts'
import type { LockedPayment } from '../store.ts'
import { Correction } from './correction-journal.ts'
import { lockPayment } from './hold.ts'
import { planTakeBack, type Taken } from './take-back.ts'

const insertReversalSql = loadSql(import.meta.url, '../sql/insert-payment-reversal.sql')

/** The reversal of a payment as it was entered. */
export type PaymentReversal = {
  id: Id
  payment_id: Id
  amount: bigint
  unapplied_amount: bigint
  reason: string
  created_at: Date
}

/**
 * Reverses a recorded payment: the debit bounced, or it was a mistake. What was refunded of it is gone already, and is not
 * taken a second time. The bills of the applications that are taken are open again. Throws `payment_state`,
 * `amount_exceeds_remaining`.
 */
export async function reversePayment(
  connection: Connection,
  context: ChangeContext,
  input: { payment_id: Id; amount: bigint | undefined; reason: string },
): Promise<{ reversal: PaymentReversal; currency: string }> {
  const payment = await lockPayment(connection, context, input.payment_id, { parameter: 'payment' })
  if (payment.processor !== null) {
    throw new Problem('payment_state', 'This payment went through a processor: only the processor can reverse it.')
  }
  const taken = await planTakeBack(connection, context, payment, input.amount)
  const reversal = {
    id: newId(payment.bucket, context.now.getTime()),
    payment_id: payment.id,
    amount: taken.total,
    unapplied_amount: taken.unapplied,
    reason: input.reason,
    created_at: context.now,
  }
  const correction = new Correction(context, payment)
  const { id, reason } = reversal
  correction.takeBack(taken, { kind: 'payment_reversal', id, reason, account: `clearing:${payment.channel}` })
  correction.tell('payment.reversed', reversal.id, toldReversal(payment, taken, reversal), payment.id)
  await Promise.all([insertReversal(connection, payment, reversal), correction.write(connection)])
  return { reversal, currency: payment.currency }
}

function toldReversal(
  payment: LockedPayment,
  { parts }: Taken,
  { id, amount, unapplied_amount, reason, created_at }: PaymentReversal,
): DataOf<'payment.reversed'> {
  return {
    id: formatId('reversal', id),
    payment_id: formatId('payment', payment.id),
    ...(payment.customer_id !== null && { customer_id: formatId('customer', payment.customer_id) }),
    currency: payment.currency,
    amount: toNumber(amount),
    unapplied_amount: toNumber(unapplied_amount),
    reason,
    obligations: parts.map((part) => ({
      id: formatId('obligation', part.application.id),
      amount: toNumber(part.amount),
    })),
    created_at: created_at.toISOString(),
    // What writes the correction raises it by one.
    object_version: toNumber(payment.version + 1n),
  }
}

async function insertReversal(
  connection: Connection,
  payment: LockedPayment,
  reversal: PaymentReversal,
): Promise<void> {
  await connection.query({
    ...insertReversalSql,
    values: [
      reversal.id,
      payment.bucket,
      payment.environment_id,
      payment.id,
      reversal.amount,
      reversal.unapplied_amount,
      reversal.reason,
      reversal.created_at,
    ],
  })
}
