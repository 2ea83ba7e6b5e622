import { bucketOf, type Id } from '../../core/id/id.ts'
import { integerArray, uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { RenderedText } from './command.ts'

const findThereSql = loadSql(import.meta.url, '../sql/find-there.sql')
const findResponsesSql = loadSql(import.meta.url, '../sql/find-responses-by-id.sql')

/** Which of these payments and responses are there, in one database. What is written at the same moment is found by its key. */
export async function findThere(
  database: Queryable,
  environment_ids: readonly number[],
  ids: readonly Id[],
): Promise<Set<Id>> {
  if (ids.length === 0) return new Set()
  const { rows } = await database.query<{ id: Id }>({ ...findThereSql, values: columnsOf(environment_ids, ids) })
  return new Set(rows.map(({ id }) => id))
}

/** The stored responses of keys by their ids, in one database. */
export async function findResponsesById(
  database: Queryable,
  environment_ids: readonly number[],
  ids: readonly Id[],
): Promise<Map<Id, RenderedText>> {
  if (ids.length === 0) return new Map()
  const { rows } = await database.query<RenderedText & { id: Id }>({
    ...findResponsesSql,
    values: columnsOf(environment_ids, ids),
  })
  return new Map(rows.map(({ id, status, body }) => [id, { status, body }]))
}

function columnsOf(environment_ids: readonly number[], ids: readonly Id[]): Buffer[] {
  return [integerArray([...new Set(environment_ids)]), uuidArray(ids), integerArray([...new Set(ids.map(bucketOf))])]
}
