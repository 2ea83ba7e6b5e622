import { bucketOf, type Id } from '../core/id/id.ts'
import { integerArray, uuidArray } from '../database/arrays.ts'
import { byShard } from '../database/by-shard.ts'
import type { Queryable } from '../database/pool.ts'
import type { Statement } from '../database/sql.ts'

/** Locks rows by their ids, in the order of the ids. Those of other environments are left out. */
export async function lockById<Row extends { id: Id }>(
  connection: Queryable,
  statement: Statement,
  ids: Id[],
  environments: number[],
): Promise<Map<Id, Row>> {
  const parts = byShard(connection, ids, bucketOf)
  const results = await Promise.all(
    parts.map((part) => {
      const values = [uuidArray(part), integerArray([...new Set(part.map(bucketOf))]), integerArray(environments)]
      return connection.query<Row>({ ...statement, values })
    }),
  )
  return new Map(results.flatMap(({ rows }) => rows).map((row) => [row.id, row]))
}
