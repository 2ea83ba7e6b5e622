import type { DisputeStatus } from '../../core/dispute-status.ts'
import type { Id } from '../../core/id/id.ts'
import type { Connection } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { LockedPayment } from '../store.ts'

/** What a payer's bank disputes of a payment. */
export type DisputeRow = {
  id: Id
  bucket: number
  environment_id: number
  payment_id: Id
  /** Null when the money is direct. */
  customer_id: Id | null
  processor: string
  processor_reference: string
  currency: string
  amount: bigint
  reason: string
  status: DisputeStatus
  respond_by: Date | null
  /** The reversal by which the money was taken; null while it is here. */
  reversal_id: Id | null
  /** The ledger transaction by which it came back. */
  reinstatement_id: Id | null
  reinstated_at: Date | null
  /** The event by which its end was told. */
  closing_id: Id | null
  closed_at: Date | null
  next_check_at: Date | null
  version: bigint
  created_at: Date
  updated_at: Date
  /** Of its reversal: what is lost, since nothing was left of the payment for it. Null while nothing was taken. */
  lost_amount: bigint | null
}

const lockDisputeSql = loadSql(import.meta.url, '../sql/lock-dispute.sql')
const insertDisputeSql = loadSql(import.meta.url, '../sql/insert-dispute.sql')
const updateDisputeSql = loadSql(import.meta.url, '../sql/update-dispute.sql')

/** The select of a dispute, for lists. */
export const disputeSelect = `select e.*, v.uncovered_amount - v.covered_amount as lost_amount
  from dispute as e
  left join payment_reversal as v on v.id = e.reversal_id and v.bucket = e.bucket and v.environment_id = e.environment_id`

/** Locks the dispute of a locked payment that its processor calls so. */
export async function lockDispute(
  connection: Connection,
  { environment_id, processor, bucket }: LockedPayment,
  processorReference: string,
): Promise<DisputeRow | undefined> {
  const values = [environment_id, processor, processorReference, bucket]
  return (await connection.query<DisputeRow>({ ...lockDisputeSql, values })).rows[0]
}

/** Writes a new dispute. */
export async function insertDispute(connection: Connection, row: DisputeRow): Promise<void> {
  await connection.query({
    ...insertDisputeSql,
    values: [
      row.id,
      row.bucket,
      row.environment_id,
      row.payment_id,
      row.customer_id,
      row.processor,
      row.processor_reference,
      row.currency,
      row.amount,
      row.reason,
      row.status,
      row.respond_by,
      row.reversal_id,
      row.closing_id,
      row.closed_at,
      row.next_check_at,
      row.version,
      row.created_at,
      row.updated_at,
    ],
  })
}

/** Writes what has become of a locked dispute. */
export async function updateDispute(connection: Connection, row: DisputeRow): Promise<void> {
  await connection.query({
    ...updateDisputeSql,
    values: [
      row.environment_id,
      row.id,
      row.bucket,
      row.amount,
      row.reason,
      row.status,
      row.respond_by,
      row.reversal_id,
      row.reinstatement_id,
      row.reinstated_at,
      row.closing_id,
      row.closed_at,
      row.next_check_at,
      row.version,
      row.updated_at,
    ],
  })
}
