import type { Connection } from '../../database/pool.ts'
import type { ChangeContext } from '../change.ts'
import { type LockedPayment, lockReceivables } from '../store.ts'
import { appliesFrom, type OwedPart, owedAgain } from './owed-again.ts'
import type { RefundPart } from './refund-row.ts'

/**
 * What money that came back to a locked payment is applied to again, and when it counts from. Locks the receivables in one sorted list.
 */
export async function stillOwed(
  connection: Connection,
  { environment, now }: ChangeContext,
  { currency }: LockedPayment,
  taken: readonly RefundPart[],
  money: bigint,
): Promise<{ parts: OwedPart[]; effective_at: Date }> {
  const ids = taken.map(({ receivable_id }) => receivable_id)
  if (ids.length === 0) return { parts: [], effective_at: now }
  const receivables = await lockReceivables(connection, { ids, environments: [environment.id] })
  const parts = owedAgain(receivables, currency, taken, money)
  return { parts, effective_at: appliesFrom(parts, now) }
}
