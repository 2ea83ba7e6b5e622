import { recordChange } from '../../audit/record.ts'
import type { AppContext } from '../../context.ts'
import type { Actor } from '../../core/actor.ts'
import type { Id } from '../../core/id/id.ts'
import { loadSql } from '../../database/sql.ts'
import { transaction } from '../../database/transaction.ts'
import { type EventEnvironment, writeEvents } from '../../events/outbox.ts'
import { type NoticeRow, noticeEvent, noticeStatusAt } from '../../ledger/notices/notice.ts'
import { lockNotices } from '../../ledger/store.ts'
import { noticeLifetimeMs } from './show.ts'

const announceNoticeSql = loadSql(import.meta.url, './sql/announce-notice.sql')

/**
 * Notes that a payer says that a transfer was sent, and tells of it. It moves no money, lowers no balance and supersedes nothing. A
 * notice that was announced already, is settled or has expired stays as it is.
 */
export async function announceNotice(
  app: Pick<AppContext, 'pool' | 'clock' | 'eventsCommitted'>,
  environment: EventEnvironment,
  id: Id,
  cause: { actor: Actor; request_id: string },
): Promise<void> {
  const now = app.clock.now()
  await transaction(app.pool, async (connection) => {
    const row = (await lockNotices(connection, [id], [environment.id])).get(id)
    if (!row || noticeStatusAt(row, now) !== 'shown') return
    const expires_at = new Date(now.getTime() + noticeLifetimeMs)
    const version = row.version + 1n
    const changed: NoticeRow = { ...row, status: 'announced', announced_at: now, expires_at, version, updated_at: now }
    await Promise.all([
      connection.query({ ...announceNoticeSql, values: [environment.id, id, row.bucket, now, expires_at] }),
      recordChange(
        connection,
        { environment, now, ...cause },
        { action: 'updated', object_kind: 'transfer_notice', object_id: id },
      ),
      writeEvents(connection, [noticeEvent(environment, changed, 'announced', now)]),
    ])
  })
  app.eventsCommitted()
}
