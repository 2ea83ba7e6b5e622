import { formatId, type Id } from '../../core/id/id.ts'
import { Problem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import type { ChangeContext } from '../change.ts'
import type { LockedPayment } from '../store.ts'
import { Correction } from './correction-journal.ts'
import { lockPayment } from './hold.ts'
import { insertReversal, newReversal, type PaymentReversal, toldReversal } from './payment-reversal.ts'
import { planTakeBack, planTakenAlready, type Taken } from './take-back.ts'

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
  refuseTransferred(payment)
  const taken = await planTakeBack(connection, context, payment, input.amount)
  const said = { reason: input.reason, processor_reference: null }
  const reversal = await take(connection, context, { payment, taken, said })
  return { reversal, currency: payment.currency }
}

/** What a bank takes back it takes from the payment that it made. */
function refuseTransferred({ transferred_from }: LockedPayment): void {
  if (transferred_from === null) return
  const first = formatId('payment', transferred_from)
  throw new Problem('payment_state', `This money came of ${first}, which is the one that can be reversed.`, {
    payment_id: first,
  })
}

/**
 * Books what the processor of a locked payment has taken back. It is gone, so it is never refused: what is taken beyond what is left of
 * the payment is a loss.
 */
export async function takeByProcessor(
  connection: Connection,
  context: ChangeContext,
  payment: LockedPayment,
  { amount, reason, processor_reference }: { amount: bigint; reason: string; processor_reference: string },
): Promise<PaymentReversal> {
  const taken = await planTakenAlready(connection, context, payment, amount)
  return take(connection, context, { payment, taken, said: { reason, processor_reference } })
}

type Wanted = {
  payment: LockedPayment
  taken: Taken
  said: Pick<PaymentReversal, 'reason' | 'processor_reference'>
}

async function take(
  connection: Connection,
  context: ChangeContext,
  { payment, taken, said }: Wanted,
): Promise<PaymentReversal> {
  const reversal = newReversal(context, payment, taken, said)
  const correction = new Correction(context, payment)
  const { id, reason } = reversal
  const account = `clearing:${payment.processor ?? payment.channel}` as const
  correction.takeBack(taken, { kind: 'payment_reversal', id, reason, account })
  correction.tell('payment.reversed', reversal.id, toldReversal(payment, taken, reversal), payment.id)
  await Promise.all([insertReversal(connection, payment, reversal), correction.write(connection)])
  return reversal
}
