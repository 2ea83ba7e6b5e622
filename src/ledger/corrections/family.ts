import { assert } from '../../core/assert.ts'
import { bucketOf, formatId, type Id } from '../../core/id/id.ts'
import { Problem } from '../../core/problem.ts'
import { integerArray, uuidArray } from '../../database/arrays.ts'
import type { Connection, Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { type LockedPayment, lockPayments } from '../store.ts'

const findOriginSql = loadSql(import.meta.url, '../sql/find-origin.sql')
const listTransfersSql = loadSql(import.meta.url, '../sql/list-transfers.sql')

/** A locked payment with the payments that came of it, the newest first, and those that came of them. All are locked. */
export type Family = { payment: LockedPayment; became: Family[] }

/** The payments that came of payments of one environment, the newest first, each with the one that it came of. */
export async function listTransfers(
  connection: Queryable,
  environmentId: number,
  ids: readonly Id[],
): Promise<{ payment_id: Id; transfer_id: Id }[]> {
  const buckets = [...new Set(ids.map(bucketOf))]
  const values = [environmentId, uuidArray([...ids]), integerArray(buckets)]
  return (await connection.query<{ payment_id: Id; transfer_id: Id }>({ ...listTransfersSql, values })).rows
}

/**
 * Locks everything that came of a locked payment. A payment is locked before those that came of it, which a transfer of it would be
 * held up by, and those of one level in one sorted list; so two that lock families cannot deadlock.
 */
export async function lockFamily(connection: Connection, payment: LockedPayment): Promise<Family> {
  const { environment_id } = payment
  const first: Family = { payment, became: [] }
  for (let level = new Map([[payment.id, first]]); level.size > 0; ) {
    const came = await listTransfers(connection, environment_id, [...level.keys()])
    const locked = await lockPayments(
      connection,
      came.map(({ transfer_id }) => transfer_id),
      [environment_id],
    )
    const next: typeof level = new Map()
    for (const { payment_id, transfer_id } of came) {
      const child = locked.get(transfer_id)
      assert(child !== undefined, 'what came of a payment is a payment')
      const member = { payment: child, became: [] }
      level.get(payment_id)?.became.push(member)
      next.set(transfer_id, member)
    }
    level = next
  }
  return first
}

/** All of a family. */
export function familyMembers(family: Family): LockedPayment[] {
  return [family.payment, ...family.became.flatMap(familyMembers)]
}

/**
 * Refuses what only the payment that holds the reference can do: a bank takes back from the payment that it made. Throws `payment_state`,
 * which names that one.
 */
export async function refuseTransferred(
  connection: Connection,
  { environment_id, transferred_from }: LockedPayment,
): Promise<void> {
  if (transferred_from === null) return
  let first = transferred_from
  for (let above: Id | null = first; above !== null; ) {
    first = above
    const { rows }: { rows: { transferred_from: Id | null }[] } = await connection.query({
      ...findOriginSql,
      values: [environment_id, first, bucketOf(first)],
    })
    above = rows[0]?.transferred_from ?? null
  }
  const named = formatId('payment', first)
  throw new Problem('payment_state', `This money came of ${named}, which is the one that can be reversed.`, {
    payment_id: named,
  })
}
