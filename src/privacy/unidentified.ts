import type { ChangeView } from '../billing/object/operations.ts'
import type { CustomerRow } from '../billing/object/rows.ts'
import { bucketOf, type Id } from '../core/id/id.ts'
import { integerArray, uuidArray } from '../database/arrays.ts'
import type { Connection, Queryable } from '../database/pool.ts'

/** The payments, recorded before their payer was known, whose money was assigned to a customer or went on to it. They are in other buckets. */
export async function listUnidentified(
  connection: Connection,
  { environment_id, id, bucket }: CustomerRow,
): Promise<Id[]> {
  const { rows } = await connection.query<{ transferred_from: Id }>({
    name: 'list-transferred-to-customer',
    text: `select transferred_from from payment
      where environment_id = $1 and customer_id = $2 and bucket = $3 and transferred_from is not null
      order by transferred_from`,
    values: [environment_id, id, bucket],
  })
  return firstUnidentified(
    connection,
    environment_id,
    rows.map(({ transferred_from }) => transferred_from),
  )
}

/** Of payments, and of those that they came of: the ones of which no payer was known. Those of other customers are theirs. */
export async function firstUnidentified(database: Queryable, environmentId: number, ids: Id[]): Promise<Id[]> {
  const found = new Set<Id>()
  for (let level = ids; level.length > 0; ) {
    const { rows } = await database.query<{ id: Id; customer_id: Id | null; transferred_from: Id | null }>({
      name: 'read-payers-of-payments',
      text: `select id, customer_id, transferred_from from payment
        where environment_id = $1 and id = any ($2::uuid[]) and bucket = any ($3::integer[])`,
      values: [environmentId, uuidArray(level), integerArray([...new Set(level.map(bucketOf))])],
    })
    for (const { id, customer_id } of rows) if (customer_id === null) found.add(id)
    level = rows.flatMap(({ transferred_from }) => transferred_from ?? [])
  }
  return [...found].sort()
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
