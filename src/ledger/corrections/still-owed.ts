import type { Id } from '../../core/id/id.ts'
import type { Connection } from '../../database/pool.ts'
import { explicitFault } from '../allocation.ts'
import type { ChangeContext } from '../change.ts'
import type { Receivable } from '../receivable.ts'
import { type LockedPayment, lockReceivables } from '../store.ts'
import type { RefundPart } from './refund-row.ts'
import { lesser } from './take-back.ts'

/**
 * What money that came back to a locked payment is applied to again: the same receivables that it was taken from, in that order, while
 * they are open and as far as they owe and the money goes. Locks them in one sorted list.
 */
export async function stillOwed(
  connection: Connection,
  context: ChangeContext,
  payment: LockedPayment,
  taken: readonly RefundPart[],
  money: bigint,
): Promise<{ receivable: Receivable; amount: bigint }[]> {
  if (taken.length === 0) return []
  const amounts = new Map<Id, bigint>()
  for (const { receivable_id, amount } of taken) {
    amounts.set(receivable_id, (amounts.get(receivable_id) ?? 0n) + amount)
  }
  const receivables = await lockReceivables(connection, {
    ids: [...amounts.keys()],
    environments: [context.environment.id],
  })
  let left = money
  return [...amounts].flatMap(([id, wanted]) => {
    const receivable = receivables.get(id)
    if (!receivable) return []
    const amount = lesser(lesser(wanted, receivable.balance), left)
    if (amount <= 0n || explicitFault(amount, payment.currency, receivable) !== undefined) return []
    left -= amount
    return [{ receivable, amount }]
  })
}
