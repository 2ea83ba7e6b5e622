import type { Actor } from '../core/actor.ts'
import { assert } from '../core/assert.ts'
import { type Id, newId } from '../core/id/id.ts'
import type { Journal } from './journal.ts'
import { type BalanceMove, moveOf } from './move.ts'
import { countsFrom, type Receivable } from './receivable.ts'

/** A balance in credit, as far as it matters what it may be set off against. */
export type Credit = Pick<Receivable, 'id' | 'kind' | 'currency' | 'balance'>

/** A debt of the same customer, and how much of it may be taken off. */
export type Owing = Pick<Receivable, 'id' | 'account_id' | 'currency'> & { open: bigint }

/** How much of which credit goes to which debt. */
export type SetOffPart = { from: Id; to: Id; amount: bigint }

/**
 * Which credit goes to which debt, in the order of the debts. Of a debt the nearest credit goes first: that of its own account, that
 * of the customer, then those of the other accounts, the oldest first.
 */
export function spreadCredit(credits: readonly Credit[], debts: readonly Owing[]): SetOffPart[] {
  const left = new Map(credits.map(({ id, balance }) => [id, -balance]))
  return debts.flatMap((debt) => {
    let { open } = debt
    return nearestFirst(credits, debt).flatMap(({ id: from }) => {
      const there = left.get(from) ?? 0n
      const amount = there < open ? there : open
      if (amount <= 0n) return []
      left.set(from, there - amount)
      open -= amount
      return [{ from, to: debt.id, amount }]
    })
  })
}

function nearestFirst(credits: readonly Credit[], { account_id, currency }: Owing): Credit[] {
  const distance = ({ id, kind }: Credit) => (id === account_id ? 0 : kind === 'customer' ? 1 : 2)
  return credits
    .filter((credit) => credit.currency === currency)
    .sort((one, other) => distance(one) - distance(other) || (one.id < other.id ? -1 : 1))
}

/** A set-off as it was entered, with the step of either balance. */
export type EnteredSetOff = { id: Id; transaction_id: Id; effective_at: Date; given: BalanceMove; taken: BalanceMove }

/**
 * Sets credit of one locked balance off against a debt of the same customer and currency: one transaction of two entries, and no system account, since
 * what the customer owes in all stays the same. Neither balance goes beyond zero. `id` is that of the set-off.
 */
export function enterSetOff(
  journal: Journal,
  { from, to, amount, id }: { from: Receivable; to: Receivable; amount: bigint; id?: Id | undefined },
  cause: { request_id: string; actor: Actor },
  now: Date,
): EnteredSetOff {
  assert(from.customer_id === to.customer_id && from.currency === to.currency, 'credit stays with its customer')
  assert(from.kind !== 'bill' && from.id !== to.id, 'credit is that of another balance, and a bill has none')
  assert(amount > 0n && amount <= -from.balance && amount <= to.balance, 'no more is set off than there is')
  const source_id = id ?? newId(from.bucket, now.getTime())
  const effective_at = countsFrom(to, -amount, now)
  const { bucket, environment_id } = from
  const transaction = journal.open({ kind: 'credit', source_id, bucket, environment_id, ...cause, effective_at })
  journal.postToReceivable(transaction, from, amount)
  journal.postToReceivable(transaction, to, -amount)
  return {
    id: source_id,
    transaction_id: transaction.id,
    effective_at,
    given: moveOf(from, amount, 'credit'),
    taken: moveOf(to, -amount, 'credit'),
  }
}
