import { bucketOf, type Id } from '../../core/id/id.ts'
import { uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'

/** What payments that are on their way would bring to some receivables of a customer, by currency. */
export async function pendingAmounts(
  connection: Queryable,
  environmentId: number,
  customerId: Id,
  receivableIds: Id[],
): Promise<Map<string, bigint>> {
  const { rows } = await connection.query<{ currency: string; amount: bigint }>({
    name: 'pending-amounts',
    text: `select currency, sum(amount)::bigint as amount from payment
      where environment_id = $1 and customer_id = $2 and bucket = $3 and target_id = any ($4::uuid[])
        and status = 'processing'
      group by currency`,
    values: [environmentId, customerId, bucketOf(customerId), uuidArray(receivableIds)],
  })
  return new Map(rows.map(({ currency, amount }) => [currency, amount]))
}
