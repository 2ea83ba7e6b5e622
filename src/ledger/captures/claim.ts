import { recordChange } from '../../audit/record.ts'
import { absentProblem } from '../../core/absent.ts'
import { formatId, type Id } from '../../core/id/id.ts'
import type { Connection } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { VoidReason } from '../../shapes/capture.ts'
import type { ChangeContext } from '../change.ts'
import { lockPayments } from '../store.ts'
import { claimOf, type WantedAmount } from './authorised-amount.ts'
import { type CaptureRow, insertCapture } from './capture-row.ts'

/** A capture or a void that somebody wants. Its id, in the bucket of the payment, is made before it. */
export type WantedCapture = {
  id: Id
  payment_id: Id
  metadata: Record<string, string>
  /** The key that waits for its response. */
  key: { key: string; response_id: Id } | undefined
  next_check_at: Date
} & (Extract<WantedAmount, { kind: 'capture' }> | { kind: 'void'; reason: VoidReason })

const claimAuthorisedAmountSql = loadSql(import.meta.url, '../sql/claim-authorised-amount.sql')

/**
 * Claims what a capture or a void is to take of an authorised payment, and writes it. The lock on the payment lets one at a time
 * through, and the constraint on its amounts no more than was authorised. No money moves before the processor has answered. Throws
 * `not_found`, `payment_state`.
 */
export async function claimCapture(
  connection: Connection,
  context: ChangeContext,
  wanted: WantedCapture,
): Promise<CaptureRow> {
  const { environment, now } = context
  const payment = (await lockPayments(connection, [wanted.payment_id], [environment.id])).get(wanted.payment_id)
  if (!payment) throw absentProblem('payment', formatId('payment', wanted.payment_id), { parameter: 'payment' })
  const row: CaptureRow = {
    id: wanted.id,
    bucket: payment.bucket,
    environment_id: payment.environment_id,
    payment_id: payment.id,
    kind: wanted.kind,
    status: 'pending',
    ...claimOf(payment, wanted, now),
    reason: wanted.kind === 'void' ? wanted.reason : null,
    metadata: wanted.metadata,
    failure: null,
    told_id: null,
    obligation_ids: null,
    idempotency_key: wanted.key?.key ?? null,
    response_id: wanted.key?.response_id ?? null,
    next_check_at: wanted.next_check_at,
    created_at: now,
    updated_at: now,
  }
  await Promise.all([
    addClaim(connection, row, now),
    insertCapture(connection, row),
    recordChange(connection, context, { action: 'updated', object_kind: 'payment', object_id: payment.id }),
  ])
  return row
}

async function addClaim(connection: Connection, row: CaptureRow, now: Date): Promise<void> {
  await connection.query({
    ...claimAuthorisedAmountSql,
    values: [row.environment_id, row.payment_id, row.bucket, row.amount + row.released_amount, now],
  })
}
