import { absentProblem } from '../../core/absent.ts'
import { bucketOf, parseId } from '../../core/id/id.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { DisputeRow } from '../../ledger/corrections/dispute-row.ts'

const findDisputeSql = loadSql(import.meta.url, './sql/find-dispute.sql')
const claimDueDisputesSql = loadSql(import.meta.url, './sql/claim-due-disputes.sql')

/** Finds a dispute by its id. Throws `not_found`. */
export async function findDisputeOrThrow(pool: Queryable, environmentId: number, shown: string): Promise<DisputeRow> {
  const id = parseId('dispute', shown)
  const values = [environmentId, id, id && bucketOf(id)]
  const row = id && (await pool.query<DisputeRow>({ ...findDisputeSql, values })).rows[0]
  if (!row) throw absentProblem('dispute', shown, { parameter: 'dispute' })
  return row
}

/** Claims disputes of which the processor is to be asked, oldest first, and schedules when it is asked after that. */
export async function claimDueDisputes(
  pool: Queryable,
  now: Date,
  limit: number,
): Promise<Pick<DisputeRow, 'environment_id' | 'payment_id'>[]> {
  return (await pool.query<DisputeRow>({ ...claimDueDisputesSql, values: [now, limit] })).rows
}
