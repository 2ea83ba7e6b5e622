import { fieldProblem, Problem } from '../../core/problem.ts'
import { arrivedOf, type LockedPayment } from '../store.ts'

/** The amounts of a payment that say where its money is. */
export type Amounts = Pick<
  LockedPayment,
  | 'amount'
  | 'captured_amount'
  | 'reversed_amount'
  | 'refunded_amount'
  | 'transferred_amount'
  | 'unapplied_amount'
  | 'direct_amount'
  | 'suspense_amount'
>

/** How much of a payment is neither reversed, refunded nor transferred. */
export function restOf(payment: Amounts): bigint {
  const { reversed_amount, refunded_amount, transferred_amount } = payment
  return arrivedOf(payment) - reversed_amount - refunded_amount - transferred_amount
}

/** The same, of a payment of which something is left. Throws `payment_state` for any other. */
export function leftOf(payment: Amounts): bigint {
  const left = restOf(payment)
  if (left > 0n) return left
  const { reversed_amount, refunded_amount, transferred_amount } = payment
  if (arrivedOf(payment) === 0n) {
    throw new Problem('payment_state', 'The payment is authorised, and nothing of it was captured.')
  }
  if (transferred_amount > 0n) {
    throw new Problem(
      'payment_state',
      'What was left of the payment went on: refund the payment that it became, by POST /billing/payments/{payment}/refunds.',
    )
  }
  const ways = { reversed: reversed_amount, refunded: refunded_amount }
  const gone = Object.entries(ways).flatMap(([way, amount]) => (amount > 0n ? way : []))
  throw new Problem('payment_state', `The whole payment has been ${gone.join(' and ')} already.`)
}

/** How much is taken of a payment: all that is left, unless it is said. Throws `payment_state`, `amount_exceeds_remaining`. */
export function totalOf(payment: Amounts, wanted: bigint | undefined): bigint {
  const left = leftOf(payment)
  const total = wanted ?? left
  if (total > left) throw exceeds('/amount', `Only ${left} of the payment is left.`)
  return total
}

/** More is asked for than there is. */
export function exceeds(pointer: string, detail: string): Problem {
  return fieldProblem('amount_exceeds_remaining', pointer, detail)
}

/** The smaller of two amounts. */
export function lesser(one: bigint, other: bigint): bigint {
  return one < other ? one : other
}
