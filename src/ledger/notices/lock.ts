import { bucketOf, type Id } from '../../core/id/id.ts'
import { integerArray, uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { NoticeRow } from './notice.ts'

const lockNoticesSql = loadSql(import.meta.url, '../sql/lock-notices.sql')

/** Locks transfer notices, in the order of their ids. */
export async function lockNotices(
  connection: Queryable,
  ids: Id[],
  environments: number[],
): Promise<Map<Id, NoticeRow>> {
  if (ids.length === 0) return new Map()
  const { rows } = await connection.query<NoticeRow>({
    ...lockNoticesSql,
    values: [uuidArray(ids), integerArray([...new Set(ids.map(bucketOf))]), integerArray(environments)],
  })
  return new Map(rows.map((row) => [row.id, row]))
}
