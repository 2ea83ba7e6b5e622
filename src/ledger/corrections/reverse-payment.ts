import type { Id } from '../../core/id/id.ts'
import { Problem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import type { ChangeContext } from '../change.ts'
import type { LockedPayment } from '../store.ts'
import { type Family, lockFamily, refuseTransferred } from './family.ts'
import { amountToTake, takeFromFamily } from './follow.ts'
import { lockPayment } from './hold.ts'
import type { PaymentReversal } from './payment-reversal.ts'

/**
 * Reverses a recorded payment: the debit bounced, or it was a mistake. It takes what is left of the payment, then what is left of those
 * that its money became; the bills that were paid with it are open again. What was refunded is gone already: the bank takes it
 * all the same, and it is lost. Throws `payment_state`, `amount_exceeds_remaining`.
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
  await refuseTransferred(connection, payment)
  const family = await familyOf(connection, payment)
  const amount = await amountToTake(connection, family, input.amount)
  const said = { reason: input.reason, processor_reference: null }
  const reversal = await takeFromFamily(connection, context, family, amount, said)
  return { reversal, currency: payment.currency }
}

/**
 * Books what the processor of a locked payment has taken back. It is gone, so it is never refused: what is taken beyond what is left of
 * the payment, and of those that its money became, is a loss.
 */
export async function takeByProcessor(
  connection: Connection,
  context: ChangeContext,
  payment: LockedPayment,
  { amount, reason, processor_reference }: { amount: bigint; reason: string; processor_reference: string },
): Promise<PaymentReversal> {
  const family = await familyOf(connection, payment)
  return takeFromFamily(connection, context, family, amount, { reason, processor_reference })
}

/** Most payments went on to nobody. */
async function familyOf(connection: Connection, payment: LockedPayment): Promise<Family> {
  return payment.transferred_amount > 0n ? lockFamily(connection, payment) : { payment, became: [] }
}
