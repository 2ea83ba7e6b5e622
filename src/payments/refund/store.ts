import { absentProblem } from '../../core/absent.ts'
import { bucketOf, type Id, parseId } from '../../core/id/id.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { findRefund, type RefundRow } from '../../ledger/corrections/refund-row.ts'

/** A refund through a processor, with what is asked of the processor. */
export type SentRefund = RefundRow & {
  mode: 'test' | 'live'
  charge_reference: string
  processor_payment_id: string | null
}

const claimDueRefundsSql = loadSql(import.meta.url, './sql/claim-due-refunds.sql')
const findRefundToSyncSql = loadSql(import.meta.url, './sql/find-refund-to-sync.sql')
const claimAskingSql = loadSql(import.meta.url, './sql/claim-asking.sql')
const listSentRefundsSql = loadSql(import.meta.url, './sql/list-sent-refunds.sql')

/** Finds a refund by its id. Throws `not_found`. */
export async function findRefundOrThrow(pool: Queryable, environmentId: number, shown: string): Promise<RefundRow> {
  const id = parseId('refund', shown)
  const row = id === undefined ? undefined : await findRefund(pool, environmentId, id)
  if (!row) throw absentProblem('refund', shown, { parameter: 'refund' })
  return row
}

/** Finds a refund that goes through a processor. */
export async function findSentRefund(pool: Queryable, environmentId: number, id: Id): Promise<SentRefund | undefined> {
  const { rows } = await pool.query<SentRefund>({
    ...findRefundToSyncSql,
    values: [environmentId, id, bucketOf(id)],
  })
  return rows[0]
}

/** Claims to ask the processor to send a refund. Returns whether nobody else may be asking. */
export async function claimAsking(
  pool: Queryable,
  { environment_id, id, bucket }: RefundRow,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await pool.query({ ...claimAskingSql, values: [environment_id, id, bucket, now] })
  return rowCount === 1
}

/** The refunds of a payment that have reached its processor and have not failed. */
export async function listSentRefunds(pool: Queryable, environmentId: number, paymentId: Id): Promise<Id[]> {
  const values = [environmentId, paymentId, bucketOf(paymentId)]
  return (await pool.query<{ id: Id }>({ ...listSentRefundsSql, values })).rows.map(({ id }) => id)
}

/** Claims refunds of which the processor is to be asked, oldest first, and schedules when it is asked after that. */
export async function claimDueRefunds(
  pool: Queryable,
  now: Date,
  limit: number,
): Promise<Pick<RefundRow, 'id' | 'environment_id' | 'payment_id'>[]> {
  return (await pool.query<RefundRow>({ ...claimDueRefundsSql, values: [now, limit] })).rows
}

/** Forgets the key of a refund, whose response is stored. */
export async function endKey(connection: Queryable, { environment_id, id, bucket }: RefundRow): Promise<void> {
  await connection.query({
    name: 'end-key-of-refund',
    text: `update refund set idempotency_key = null, response_id = null
      where environment_id = $1 and id = $2 and bucket = $3`,
    values: [environment_id, id, bucket],
  })
}
