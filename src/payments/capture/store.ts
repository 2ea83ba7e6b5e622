import { bucketOf, type Id } from '../../core/id/id.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { CaptureRow } from '../../ledger/captures/capture-row.ts'

/** A capture or a void, with what its processor is asked. */
export type AskedCapture = CaptureRow & {
  mode: 'test' | 'live'
  currency: string
  processor: string
  charge_reference: string
  processor_payment_id: string | null
  authorised_until: Date
}

/** What is to be looked after. */
export type DueCapture = Pick<CaptureRow, 'id' | 'environment_id' | 'payment_id'>

const findCaptureToSyncSql = loadSql(import.meta.url, './sql/find-capture-to-sync.sql')
const claimDueCapturesSql = loadSql(import.meta.url, './sql/claim-due-captures.sql')
const claimEndedAuthorisationsSql = loadSql(import.meta.url, './sql/claim-ended-authorisations.sql')

/** Finds a capture or a void. */
export async function findAskedCapture(
  pool: Queryable,
  environmentId: number,
  id: Id,
): Promise<AskedCapture | undefined> {
  const values = [environmentId, id, bucketOf(id)]
  return (await pool.query<AskedCapture>({ ...findCaptureToSyncSql, values })).rows[0]
}

/** Claims those whose processor has not answered, oldest first, and schedules when it is asked after that. */
export async function claimDueCaptures(pool: Queryable, now: Date, limit: number): Promise<DueCapture[]> {
  return (await pool.query<DueCapture>({ ...claimDueCapturesSql, values: [now, limit] })).rows
}

/** A payment whose authorisation has ended while a part of it was left. */
export type EndedAuthorisation = { payment_id: Id; environment_id: number; mode: 'test' | 'live' }

/** Claims payments whose authorisation has ended, the oldest first, and schedules when they are looked at after that. */
export async function claimEndedAuthorisations(
  pool: Queryable,
  now: Date,
  limit: number,
): Promise<EndedAuthorisation[]> {
  return (await pool.query<EndedAuthorisation>({ ...claimEndedAuthorisationsSql, values: [now, limit] })).rows
}

/** Forgets the key of a capture or a void, whose response is stored. */
export async function endKeyOfCapture(
  connection: Queryable,
  { environment_id, id, bucket }: CaptureRow,
): Promise<void> {
  await connection.query({
    name: 'end-key-of-capture',
    text: `update capture set idempotency_key = null, response_id = null
      where environment_id = $1 and id = $2 and bucket = $3`,
    values: [environment_id, id, bucket],
  })
}
