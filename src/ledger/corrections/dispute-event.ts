import { formatInstant } from '../../core/clock.ts'
import { formatId } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import type { DataOf } from '../../events/registry.ts'
import type { DisputeRow } from './dispute-row.ts'

/** What the events of a dispute say of it, and what the API shows. */
export function disputeData(row: DisputeRow): DataOf<'dispute.created'> {
  const lost = row.reinstatement_id === null ? (row.lost_amount ?? 0n) : 0n
  return {
    id: formatId('dispute', row.id),
    payment_id: formatId('payment', row.payment_id),
    ...(row.customer_id !== null && { customer_id: formatId('customer', row.customer_id) }),
    processor: row.processor,
    processor_reference: row.processor_reference,
    amount: toNumber(row.amount),
    currency: row.currency,
    reason: row.reason,
    status: row.status,
    ...(row.respond_by !== null && { respond_by: formatInstant(row.respond_by) }),
    ...(row.reversal_id !== null && { reversal_id: formatId('reversal', row.reversal_id) }),
    ...(lost > 0n && { uncovered_amount: toNumber(lost) }),
    ...(row.reinstated_at !== null && { reinstated_at: formatInstant(row.reinstated_at) }),
    ...(row.closed_at !== null && { closed_at: formatInstant(row.closed_at) }),
    created_at: formatInstant(row.created_at),
    updated_at: formatInstant(row.updated_at),
    object_version: toNumber(row.version),
  }
}
