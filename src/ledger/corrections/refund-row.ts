import { bucketOf, type Id } from '../../core/id/id.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'

export const refundStatuses = ['pending', 'succeeded', 'failed'] as const
export type RefundStatus = (typeof refundStatuses)[number]

/** Why a refund failed: a stable code, and a sentence. */
export type RefundFailure = { code: string; message: string }

/** A refund: money of a payment that is sent back, by hand or through the payment's processor. */
export type RefundRow = {
  id: Id
  bucket: number
  environment_id: number
  payment_id: Id
  /** Null when the money is that of no known customer. */
  customer_id: Id | null
  currency: string
  amount: bigint
  unapplied_amount: bigint
  direct_amount: bigint
  suspense_amount: bigint
  status: RefundStatus
  reason: string
  /** How it was sent, of one by hand; null of one through a processor. */
  channel: string | null
  reference: string | null
  processor: string | null
  /** The processor's id of it; null until the processor has answered. */
  processor_reference: string | null
  failure: RefundFailure | null
  /** The ledger transaction by which the money came back, whose id its event has. */
  failure_id: Id | null
  /** The key whose response is stored when the processor has been asked; null when none waits. */
  idempotency_key: string | null
  response_id: Id | null
  next_check_at: Date | null
  version: bigint
  refunded_at: Date
  succeeded_at: Date | null
  failed_at: Date | null
  created_at: Date
  updated_at: Date
}

/** An amount that a refund was taken from. */
export type RefundPart = { application_id: Id; receivable_id: Id; amount: bigint }

const findRefundSql = loadSql(import.meta.url, '../sql/find-refund.sql')
const lockRefundSql = loadSql(import.meta.url, '../sql/lock-refund.sql')
const insertRefundSql = loadSql(import.meta.url, '../sql/insert-refund.sql')
const updateRefundSql = loadSql(import.meta.url, '../sql/update-refund.sql')
const listRefundPartsSql = loadSql(import.meta.url, '../sql/list-refund-parts.sql')

/** The select of a refund, for lists. */
export const refundSelect = 'select e.* from refund as e'

/** Finds one refund. With `lock` it is locked, which must come after the lock of its payment. */
export async function findRefund(
  connection: Queryable,
  environmentId: number,
  id: Id,
  options: { lock?: boolean } = {},
): Promise<RefundRow | undefined> {
  const { rows } = await connection.query<RefundRow>({
    ...(options.lock ? lockRefundSql : findRefundSql),
    values: [environmentId, id, bucketOf(id)],
  })
  return rows[0]
}

/** What a refund was taken from, in the order in which it was taken. */
export async function listRefundParts(
  connection: Queryable,
  { environment_id, payment_id, bucket, id }: RefundRow,
): Promise<RefundPart[]> {
  const values = [environment_id, payment_id, bucket, id]
  return (await connection.query<RefundPart>({ ...listRefundPartsSql, values })).rows
}

/** Writes a new refund. */
export async function insertRefund(connection: Queryable, row: RefundRow): Promise<void> {
  await connection.query({
    ...insertRefundSql,
    values: [
      row.id,
      row.bucket,
      row.environment_id,
      row.payment_id,
      row.customer_id,
      row.currency,
      row.amount,
      row.unapplied_amount,
      row.direct_amount,
      row.status,
      row.reason,
      row.channel,
      row.reference,
      row.processor,
      row.idempotency_key,
      row.response_id,
      row.next_check_at,
      row.refunded_at,
      row.succeeded_at,
      row.created_at,
      row.suspense_amount,
    ],
  })
}

/** Writes what has become of a locked refund. */
export async function updateRefund(connection: Queryable, row: RefundRow): Promise<void> {
  await connection.query({
    ...updateRefundSql,
    values: [
      row.environment_id,
      row.id,
      row.bucket,
      row.status,
      row.processor_reference,
      row.failure,
      row.failure_id,
      row.next_check_at,
      row.succeeded_at,
      row.failed_at,
      row.version,
      row.updated_at,
    ],
  })
}
