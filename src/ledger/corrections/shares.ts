import { Problem } from '../../core/problem.ts'
import { arrivedOf, type LockedPayment } from '../store.ts'
import { type Family, familyMembers } from './family.ts'
import { exceeds, lesser, restOf } from './left.ts'

/**
 * What is taken of one payment of a family: of its own, of those that came of it, and of both in all. `uncovered` is taken of the first
 * one beyond that.
 */
export type Share = { payment: LockedPayment; own: bigint; transferred: bigint; total: bigint; uncovered: bigint }

/** How much of a payment is left: what it has, and what the payments have that came of it. */
export function leftOfFamily(family: Family): bigint {
  return familyMembers(family).reduce((sum, payment) => sum + restOf(payment), 0n)
}

/** What a bank takes back of what is left: all of it unless it is said. Undefined where that is not enough, or nothing. */
export function withinLeft(left: bigint, wanted: bigint | undefined): bigint | undefined {
  return left > 0n && (wanted === undefined || wanted <= left) ? (wanted ?? left) : undefined
}

/**
 * What a bank takes back of a payment beyond what is left of it, since some was refunded: never more than it has not taken back, be that
 * from a payment or as one of the `losses`. Throws `payment_state`, `amount_exceeds_remaining`.
 */
export function beyondLeft(payment: LockedPayment, losses: bigint, wanted: bigint | undefined): bigint {
  const takable = arrivedOf(payment) - payment.reversed_amount - losses
  if (takable <= 0n) throw new Problem('payment_state', 'The whole payment has been reversed already.')
  if (wanted === undefined) {
    throw new Problem(
      'payment_state',
      'Nothing is left of the payment, nor of what it became: send in amount what the bank has taken back.',
    )
  }
  if (wanted > takable) throw exceeds('/amount', `Only ${takable} of the payment has not been taken back.`)
  return wanted
}

/**
 * Who bears what is taken of a payment, that one first: what is left there, then what is left of the payments that came of it, the newest
 * first, each with those that came of it. Who has nothing left is not among them.
 */
export function spreadTaking(family: Family, amount: bigint): [Share, ...Share[]] {
  const [first, ...others] = spread(family, amount)
  return [{ ...first, uncovered: amount - first.total }, ...others]
}

function spread({ payment, became }: Family, amount: bigint): [Share, ...Share[]] {
  const own = lesser(amount, restOf(payment))
  let transferred = 0n
  const below: Share[] = []
  for (const child of became) {
    const [share, ...others] = spread(child, amount - own - transferred)
    if (share.total > 0n) below.push(share, ...others)
    transferred += share.total
  }
  return [{ payment, own, transferred, total: own + transferred, uncovered: 0n }, ...below]
}
