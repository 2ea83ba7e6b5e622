import { recordChanges } from '../../audit/record.ts'
import type { AppContext } from '../../context.ts'
import type { Id } from '../../core/id/id.ts'
import { newRequestId } from '../../core/request-id.ts'
import { loadSql } from '../../database/sql.ts'
import { transaction } from '../../database/transaction.ts'

const expireNoticesSql = loadSql(import.meta.url, './sql/expire-notices.sql')
const batchMax = 200

/** Marks notices whose time is over as expired. Nobody is told: `expires_at` has said it. Money that comes later still settles them. */
export async function expireNotices(app: Pick<AppContext, 'pool' | 'clock'>, stopping?: AbortSignal): Promise<void> {
  for (;;) {
    const now = app.clock.now()
    const ended = await transaction(app.pool, async (connection) => {
      const { rows } = await connection.query<{ id: Id; environment_id: number }>({
        ...expireNoticesSql,
        values: [now, batchMax],
      })
      const cause = { actor: 'job:expire-notices', request_id: newRequestId(), now } as const
      await recordChanges(
        connection,
        rows.map(({ id, environment_id }) => ({
          context: { environment: { id: environment_id }, ...cause },
          change: { action: 'updated', object_kind: 'transfer_notice', object_id: id },
        })),
      )
      return rows.length
    })
    if (ended < batchMax || stopping?.aborted) return
  }
}
