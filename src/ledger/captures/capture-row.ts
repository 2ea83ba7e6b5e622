import { bucketOf, type Id } from '../../core/id/id.ts'
import { uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { VoidReason } from '../../shapes/capture.ts'

/** Why a capture or a void did not come about. `refused`: the processor does not do this, and says why. */
export type CaptureFailure = { code: 'expired' | 'not_authorised' | 'refused'; message: string }

/** A capture or a void: a part of an authorised payment that its processor is asked to take, or the rest, to be let go of. */
export type CaptureRow = {
  id: Id
  bucket: number
  environment_id: number
  payment_id: Id
  kind: 'capture' | 'void'
  status: 'pending' | 'succeeded' | 'failed'
  amount: bigint
  /** What the processor lets go of with a capture, where it captures only once. */
  released_amount: bigint
  /** Of a void. */
  reason: VoidReason | null
  metadata: Record<string, string>
  failure: CaptureFailure | null
  /** The id of its event, which is that of the ledger transaction of a capture. */
  told_id: Id | null
  /** What the money of a capture was applied to at its time. */
  obligation_ids: Id[] | null
  /** The key whose response is stored when the processor has answered; null when none waits. */
  idempotency_key: string | null
  response_id: Id | null
  next_check_at: Date | null
  created_at: Date
  updated_at: Date
}

const insertCaptureSql = loadSql(import.meta.url, '../sql/insert-capture.sql')
const updateCaptureSql = loadSql(import.meta.url, '../sql/update-capture.sql')

const select = 'select * from capture where environment_id = $1 and id = $2 and bucket = $3'

/** Finds one capture or void. With `lock` it is locked, which must come after the lock of its payment. */
export async function findCapture(
  connection: Queryable,
  environmentId: number,
  id: Id,
  { lock = false } = {},
): Promise<CaptureRow | undefined> {
  const { rows } = await connection.query<CaptureRow>({
    name: lock ? 'lock-capture' : 'find-capture',
    text: lock ? `${select} for no key update` : select,
    values: [environmentId, id, bucketOf(id)],
  })
  return rows[0]
}

/** Writes a new one. */
export async function insertCapture(connection: Queryable, row: CaptureRow): Promise<void> {
  await connection.query({
    ...insertCaptureSql,
    values: [
      row.id,
      row.bucket,
      row.environment_id,
      row.payment_id,
      row.kind,
      row.status,
      row.amount,
      row.released_amount,
      row.reason,
      row.metadata,
      row.told_id,
      row.obligation_ids && uuidArray(row.obligation_ids),
      row.idempotency_key,
      row.response_id,
      row.next_check_at,
      row.created_at,
    ],
  })
}

/** Writes what has become of a locked one. */
export async function updateCapture(connection: Queryable, row: CaptureRow): Promise<void> {
  await connection.query({
    ...updateCaptureSql,
    values: [
      row.environment_id,
      row.id,
      row.bucket,
      row.status,
      row.failure,
      row.told_id,
      row.obligation_ids && uuidArray(row.obligation_ids),
      row.updated_at,
    ],
  })
}
