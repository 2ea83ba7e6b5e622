import { bucketOf, type Id } from '../../core/id/id.ts'
import { uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'

/** What is on its way to each receivable of a customer, for every place that shows it: of environment $1, customer $2, bucket $3. */
export const onItsWaySql = loadSql(import.meta.url, './sql/on-its-way.sql')

/** What payments that are on their way would bring to some receivables of a customer, by receivable. */
export async function pendingAmounts(
  connection: Queryable,
  environmentId: number,
  customerId: Id,
  receivableIds: Id[],
): Promise<Map<Id, bigint>> {
  const { rows } = await connection.query<{ receivable_id: Id; amount: bigint }>({
    name: 'pending-amounts',
    text: `select * from (${onItsWaySql.text}) as moving where receivable_id = any ($4::uuid[])`,
    values: [environmentId, customerId, bucketOf(customerId), uuidArray(receivableIds)],
  })
  return new Map(rows.map(({ receivable_id, amount }) => [receivable_id, amount]))
}
