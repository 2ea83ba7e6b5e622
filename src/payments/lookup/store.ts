import { bucketOf, type Id } from '../../core/id/id.ts'
import { uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'

/** What payments that are on their way would bring to some receivables of a customer, by receivable. */
export async function pendingAmounts(
  connection: Queryable,
  environmentId: number,
  customerId: Id,
  receivableIds: Id[],
): Promise<Map<Id, bigint>> {
  const { rows } = await connection.query<{ receivable_id: Id; amount: bigint }>({
    name: 'pending-amounts',
    text: `select c.receivable_id, sum(c.amount)::bigint as amount
      from payment as p
      cross join unnest(coalesce(p.chosen_ids, array[p.target_id]), coalesce(p.chosen_amounts, array[p.amount]))
        as c (receivable_id, amount)
      where p.environment_id = $1 and p.customer_id = $2 and p.bucket = $3 and p.status = 'processing'
        and c.receivable_id = any ($4::uuid[])
      group by c.receivable_id`,
    values: [environmentId, customerId, bucketOf(customerId), uuidArray(receivableIds)],
  })
  return new Map(rows.map(({ receivable_id, amount }) => [receivable_id, amount]))
}
