import { bucketOf, type Id } from '../../core/id/id.ts'
import { uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'

const pendingAmountsSql = loadSql(import.meta.url, './sql/pending-amounts.sql')

/** What payments that are on their way would bring to some receivables of a customer, by receivable. */
export async function pendingAmounts(
  connection: Queryable,
  environmentId: number,
  customerId: Id,
  receivableIds: Id[],
): Promise<Map<Id, bigint>> {
  const { rows } = await connection.query<{ receivable_id: Id; amount: bigint }>({
    ...pendingAmountsSql,
    values: [environmentId, customerId, bucketOf(customerId), uuidArray(receivableIds)],
  })
  return new Map(rows.map(({ receivable_id, amount }) => [receivable_id, amount]))
}
