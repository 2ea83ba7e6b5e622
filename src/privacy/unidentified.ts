import type { ChangeView } from '../billing/object/operations.ts'
import type { CustomerRow } from '../billing/object/rows.ts'
import { bucketOf, type Id } from '../core/id/id.ts'
import { integerArray, uuidArray } from '../database/arrays.ts'
import type { Connection } from '../database/pool.ts'

/** The payments, recorded before their payer was known, whose money was assigned to a customer. They are in other buckets. */
export async function listUnidentified(
  connection: Connection,
  { environment_id, id, bucket }: CustomerRow,
): Promise<Id[]> {
  const { rows } = await connection.query<{ transferred_from: Id }>({
    name: 'list-unidentified-of-customer',
    text: `select transferred_from from payment
      where environment_id = $1 and customer_id = $2 and bucket = $3 and transferred_from is not null
      order by transferred_from`,
    values: [environment_id, id, bucket],
  })
  return rows.map(({ transferred_from }) => transferred_from)
}

/** Erases what the bank said of them: it names the payer. */
export async function blankUnidentified(
  connection: Connection,
  { context: { now } }: ChangeView,
  { environment_id }: CustomerRow,
  ids: Id[],
): Promise<void> {
  if (ids.length === 0) return
  await connection.query({
    name: 'pseudonymise-unidentified',
    text: `update payment set metadata = '{}', details = null, version = version + 1, updated_at = $4
      where environment_id = $1 and id = any ($2::uuid[]) and bucket = any ($3::integer[]) and customer_id is null
        and (metadata::text <> '{}' or details is not null)`,
    values: [environment_id, uuidArray(ids), integerArray(ids.map(bucketOf)), now],
  })
}
