import { bucketOf, formatId, type Id } from '../../core/id/id.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { listTransfers } from '../corrections/family.ts'
import type { AppliedPayment, Arrival } from '../payments/command.ts'
import type { LockedPayment } from '../store.ts'

const insertTransferredSql = loadSql(import.meta.url, '../sql/insert-transferred-payment.sql')
const insertTransferSql = loadSql(import.meta.url, '../sql/insert-transfer.sql')

/** Of money whose payer was known: what of it had been unapplied, why it went on, and the ledger transaction by which it did. */
type TransferNote = { unapplied_amount: bigint; reason: string; transaction_id: Id }

/** Writes a payment that came of a locked one, and notes beside that one what it became. */
export async function insertTransferred(
  connection: Queryable,
  from: LockedPayment,
  { command, customer_id, applied_amount, unapplied_amount, explanation, recorded_at }: AppliedPayment<Arrival>,
  transfer?: TransferNote,
): Promise<void> {
  const { id, channel, currency, amount, metadata, received_at } = command.payment
  const environment_id = command.environment.id
  const payment = [
    id,
    bucketOf(id),
    environment_id,
    customer_id,
    channel,
    currency,
    amount,
    applied_amount,
    unapplied_amount,
    JSON.stringify(explanation),
    JSON.stringify(metadata),
    received_at,
    recorded_at,
    from.id,
  ]
  const { unapplied_amount: was_unapplied = 0n, reason = null, transaction_id = null } = transfer ?? {}
  const note = [from.id, from.bucket, environment_id, id, amount, recorded_at, was_unapplied, reason, transaction_id]
  await Promise.all([
    connection.query({ ...insertTransferredSql, values: payment }),
    connection.query({ ...insertTransferSql, values: note }),
  ])
}

/** Names the payments that came of a locked one, for whoever wanted its money; empty where none did. */
export async function nameTransferred(
  connection: Queryable,
  { id, environment_id, transferred_amount }: LockedPayment,
): Promise<string> {
  if (transferred_amount === 0n) return ''
  const came = await listTransfers(connection, environment_id, [id])
  return came.map(({ transfer_id }) => formatId('payment', transfer_id)).join(', ')
}
