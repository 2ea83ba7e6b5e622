import { bucketOf, type Id } from '../../core/id/id.ts'
import { integerArray, uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { CheckoutRow } from './checkout.ts'

const lockCheckoutsSql = loadSql(import.meta.url, '../sql/lock-checkouts.sql')

/** Locks requests and sessions, in the order of their ids. */
export async function lockCheckouts(
  connection: Queryable,
  ids: Id[],
  environments: number[],
): Promise<Map<Id, CheckoutRow>> {
  if (ids.length === 0) return new Map()
  const { rows } = await connection.query<CheckoutRow>({
    ...lockCheckoutsSql,
    values: [uuidArray(ids), integerArray([...new Set(ids.map(bucketOf))]), integerArray(environments)],
  })
  return new Map(rows.map((row) => [row.id, row]))
}
