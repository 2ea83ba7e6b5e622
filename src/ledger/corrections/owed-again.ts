import { laterOf } from '../../core/clock.ts'
import type { Id } from '../../core/id/id.ts'
import { explicitFault } from '../allocation.ts'
import { countsFrom, type Receivable, type ReceivableIndex } from '../receivable.ts'
import { lesser } from './left.ts'
import type { RefundPart } from './refund-row.ts'

/** What money that came back is applied to again. */
export type OwedPart = { receivable: Receivable; amount: bigint }

/**
 * The same receivables that it was taken from, in that order, while they are open and as far as they owe and the money goes. `promised`
 * has what other money is to pay of them in the same transaction, and is added to.
 */
export function owedAgain(
  receivables: ReceivableIndex,
  currency: string,
  taken: readonly RefundPart[],
  money: bigint,
  promised: Map<Id, bigint> = new Map(),
): OwedPart[] {
  const amounts = new Map<Id, bigint>()
  for (const { receivable_id, amount } of taken) {
    amounts.set(receivable_id, (amounts.get(receivable_id) ?? 0n) + amount)
  }
  let left = money
  return [...amounts].flatMap(([id, wanted]) => {
    const receivable = receivables.get(id)
    if (!receivable) return []
    const owed = receivable.balance - (promised.get(id) ?? 0n)
    const amount = lesser(lesser(wanted, owed), left)
    if (amount <= 0n || explicitFault(amount, currency, receivable) !== undefined) return []
    left -= amount
    promised.set(id, (promised.get(id) ?? 0n) + amount)
    return [{ receivable, amount }]
  })
}

/** When money counts from that is applied now: later where something that it pays counts from later. */
export function appliesFrom(parts: readonly OwedPart[], now: Date): Date {
  return parts.map((part) => countsFrom(part.receivable, -part.amount, now)).reduce(laterOf, now)
}
