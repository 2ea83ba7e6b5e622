import type { Id } from '../../core/id/id.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { lockById } from '../lock-by-id.ts'
import type { NoticeRow } from './notice.ts'

const lockNoticesSql = loadSql(import.meta.url, '../sql/lock-notices.sql')

/** Locks transfer notices, in the order of their ids. */
export function lockNotices(connection: Queryable, ids: Id[], environments: number[]): Promise<Map<Id, NoticeRow>> {
  return lockById(connection, lockNoticesSql, ids, environments)
}
