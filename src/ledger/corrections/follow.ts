import { required } from '../../core/assert.ts'
import { Problem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import type { ChangeContext } from '../change.ts'
import { Journal } from '../journal.ts'
import { arrivedOf, type LockedPayment, lockReceivables } from '../store.ts'
import { Correction } from './correction-journal.ts'
import { type Family, familyMembers } from './family.ts'
import { insertReversal, newReversal, type PaymentReversal, sumLosses, toldReversal } from './payment-reversal.ts'
import { type Chosen, chooseFrom, exceeds, lesser, lockedPartsOf, restOf, type Taken } from './take-back.ts'

/** How much of a payment is left: what it has, and what the payments have that came of it. */
export function leftOfFamily(family: Family): bigint {
  return familyMembers(family).reduce((sum, payment) => sum + restOf(payment), 0n)
}

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
  const left = leftOfFamily(family)
  if (left > 0n && (wanted === undefined || wanted <= left)) return wanted ?? left
  const takable = arrivedOf(payment) - payment.reversed_amount - (await sumLosses(connection, payment))
  if (takable <= 0n) throw new Problem('payment_state', 'The whole payment has been reversed already.')
  if (wanted === undefined) {
    const detail = 'Nothing is left of the payment, nor of what it became: send in amount what the bank has taken back.'
    throw new Problem('payment_state', detail)
  }
  if (wanted > takable) throw exceeds('/amount', `Only ${takable} of the payment has not been taken back.`)
  return wanted
}

/** What is taken of one payment of a family: of its own, and in all, with what is taken of those that came of it. */
type Share = { payment: LockedPayment; own: bigint; total: bigint }

/** What is left there first, then what is left of the payments that came of it, the newest first, each with those that came of it. */
function spread({ payment, became }: Family, amount: bigint): Share[] {
  const own = lesser(amount, restOf(payment))
  let rest = amount - own
  const below: Share[] = []
  for (const child of became) {
    if (rest === 0n) break
    const shares = spread(child, rest)
    below.push(...shares)
    rest -= shares[0]?.total ?? 0n
  }
  const total = amount - rest
  return total > 0n ? [{ payment, own, total }, ...below] : []
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
  const { payment } = family
  const [first = { payment, own: 0n, total: 0n }, ...others] = spread(family, amount)
  const chosen: { share: Share; chosen: Chosen }[] = []
  for (const share of [first, ...others]) {
    chosen.push({ share, chosen: await chooseFrom(connection, context, share.payment, share.own) })
  }
  const ids = chosen.flatMap((one) => one.chosen.parts.map(({ application }) => application.receivable_id))
  const receivables = await lockReceivables(connection, { ids, environments: [context.environment.id] })
  const journal = new Journal(context.now)
  const taken = chosen.map(({ share, chosen: { parts, ...rest } }): Booked => {
    const uncovered = share === first ? amount - share.total : 0n
    const transferred = share.total - share.own
    const all = { ...rest, total: share.total, transferred, uncovered, parts: lockedPartsOf(parts, receivables) }
    return { payment: share.payment, taken: all, correction: new Correction(context, share.payment, journal) }
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
