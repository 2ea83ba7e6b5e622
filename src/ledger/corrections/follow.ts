import { required } from '../../core/assert.ts'
import type { Connection } from '../../database/pool.ts'
import type { ChangeContext } from '../change.ts'
import { Journal } from '../journal.ts'
import { type LockedPayment, lockReceivables } from '../store.ts'
import type { Chosen, Taken } from './chosen.ts'
import { Correction } from './correction-journal.ts'
import type { Family } from './family.ts'
import { insertReversal, newReversal, type PaymentReversal, sumLosses, toldReversal } from './payment-reversal.ts'
import { beyondLeft, leftOfFamily, type Share, spreadTaking, withinLeft } from './shares.ts'
import { chooseFrom, lockedPartsOf } from './take-back.ts'

/**
 * How much a bank takes back of a payment: all that is left of it, and of what it became, unless it is said. That may be more, since
 * some was refunded, and never more than has not been taken back. Throws `payment_state`, `amount_exceeds_remaining`.
 */
export async function amountToTake(
  connection: Connection,
  family: Family,
  wanted: bigint | undefined,
): Promise<bigint> {
  const { payment } = family
  return withinLeft(leftOfFamily(family), wanted) ?? beyondLeft(payment, await sumLosses(connection, payment), wanted)
}

type Said = Pick<PaymentReversal, 'reason' | 'processor_reference'>

/**
 * Books what was taken back of a payment, wherever its money has gone on to: it comes back through the account `transfers`, and leaves
 * by the clearing account of the first payment. What is taken beyond what is left is a loss of that one. All applications and then all
 * receivables of all customers are locked before anything is booked.
 */
export async function takeFromFamily(
  connection: Connection,
  context: ChangeContext,
  family: Family,
  amount: bigint,
  said: Said,
): Promise<PaymentReversal> {
  const chosen: { share: Share; chosen: Chosen }[] = []
  for (const share of spreadTaking(family, amount)) {
    chosen.push({ share, chosen: await chooseFrom(connection, context, share.payment, share.own) })
  }
  const ids = chosen.flatMap((one) => one.chosen.parts.map(({ application }) => application.receivable_id))
  const receivables = await lockReceivables(connection, { ids, environments: [context.environment.id] })
  const journal = new Journal(context.now)
  const taken = chosen.map(({ share, chosen: { parts, ...rest } }): Booked => {
    const { payment, total, transferred, uncovered } = share
    const all = { ...rest, total, transferred, uncovered, parts: lockedPartsOf(parts, receivables) }
    return { payment, taken: all, correction: new Correction(context, payment, journal) }
  })
  return book(connection, context, taken, said)
}

type Booked = { payment: LockedPayment; taken: Taken; correction: Correction }

async function book(
  connection: Connection,
  context: ChangeContext,
  [head, ...others]: Booked[],
  said: Said,
): Promise<PaymentReversal> {
  const first = required(head, 'a reversal is of a payment')
  const { payment, taken, correction } = first
  const reversal = newReversal(context, payment, taken, said)
  const { id, reason } = reversal
  const account = `clearing:${payment.processor ?? payment.channel}` as const
  correction.takeBack(taken, { kind: 'payment_reversal', id, reason, account })
  const shares = others.map((one) => {
    const share = newReversal(context, one.payment, one.taken, { reason, processor_reference: null, follows: id })
    const cause = { kind: 'payment_reversal', id: share.id, reason, account: 'transfers', follows: id } as const
    one.correction.takeBack(one.taken, cause)
    return { ...one, reversal: share }
  })
  correction.tell('payment.reversed', id, toldReversal(first, reversal, shares), payment.id)
  await Promise.all([
    ...[{ payment, reversal }, ...shares].map((one) => insertReversal(connection, one.payment, one.reversal)),
    correction.write(
      connection,
      others.map((one) => one.correction),
    ),
  ])
  return reversal
}
