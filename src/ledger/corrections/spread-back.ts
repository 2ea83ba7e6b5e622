import { assert } from '../../core/assert.ts'
import type { Id } from '../../core/id/id.ts'
import type { LockedPayment } from '../store.ts'
import type { Family } from './family.ts'
import { lesser } from './left.ts'
import type { PaymentReversal } from './payment-reversal.ts'

/** What a reversal took of a payment that came of the reversed one, and has not come back there. */
export type OpenShare = Pick<PaymentReversal, 'id' | 'payment_id' | 'amount' | 'transferred_amount' | 'reason'> & {
  follows: Id
  returned_amount: bigint
}

/** Money that comes back to one payment: what of it undoes losses, what goes on to payments that came of it, and what stays there. */
export type Gift = {
  payment: LockedPayment
  row: Pick<OpenShare, 'id' | 'reason'>
  amount: bigint
  lost: bigint
  covers: bigint
  transferred: bigint
  own: bigint
}

type Split = { lost: bigint; covers: bigint; losses: bigint; money: bigint }

/**
 * What of the money of a reversal undoes the loss that it was, and what is left of it for whom it was taken from, after what `covers`
 * other losses of the payment. Some of its own may have been covered by other money, which was then as good as taken.
 */
export function splitBack({ amount, uncovered_amount, covered_amount }: PaymentReversal, covers: bigint): Split {
  const lost = uncovered_amount - covered_amount
  const losses = lost + covers
  return { lost, covers, losses, money: amount - losses }
}

/**
 * What comes back to whom, the reversed payment first: to that one what it had had itself, the rest to those that came of it, in the order
 * in which it was taken. `shares` has what was taken of them, by this reversal first.
 */
export function spreadBack(
  family: Family,
  reversal: PaymentReversal,
  shares: readonly OpenShare[],
  { lost, covers, money }: Split,
): [Gift, ...Gift[]] {
  const { amount, uncovered_amount, transferred_amount } = reversal
  const own = lesser(money, amount - uncovered_amount - transferred_amount)
  let transferred = 0n
  const below: Gift[] = []
  for (const taken of Map.groupBy(shares, ({ follows }) => follows).values()) {
    const { gifts, given } = spreadBelow(family, taken, money - own - transferred)
    below.push(...gifts)
    transferred += given
  }
  // What no payment had that came of it is money of the reversed one again.
  const first = { payment: family.payment, row: reversal, amount, lost, covers, transferred, own: money - transferred }
  return [first, ...below]
}

/** What of the money comes back to those that came of a payment, with those that came of them, and how much they are given. */
function spreadBelow({ became }: Family, taken: readonly OpenShare[], money: bigint): { gifts: Gift[]; given: bigint } {
  let given = 0n
  const gifts: Gift[] = []
  for (const child of became) {
    const row = taken.find(({ payment_id }) => payment_id === child.payment.id)
    if (!row || given === money) continue
    const amount = lesser(money - given, row.amount - row.returned_amount)
    const ownTaken = row.amount - row.transferred_amount
    // Its own came back first, so what has come back is its own as far as that goes.
    const own = lesser(amount, ownTaken - lesser(ownTaken, row.returned_amount))
    const transferred = amount - own
    const below = spreadBelow(child, taken, transferred)
    assert(below.given === transferred, 'what was taken of payments comes back to them')
    gifts.push({ payment: child.payment, row, amount, lost: 0n, covers: 0n, transferred, own }, ...below.gifts)
    given += amount
  }
  return { gifts, given }
}
