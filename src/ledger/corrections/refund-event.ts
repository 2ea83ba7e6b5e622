import { formatInstant } from '../../core/clock.ts'
import { formatId } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import type { DataOf } from '../../events/registry.ts'
import type { RefundPart, RefundRow } from './refund-row.ts'

/** What the events of a refund say of it and of what it was taken from. */
export function refundData(
  row: RefundRow,
  parts: Pick<RefundPart, 'application_id' | 'amount'>[],
): DataOf<'payment.refunded'> {
  return {
    id: formatId('refund', row.id),
    payment_id: formatId('payment', row.payment_id),
    ...(row.customer_id !== null && { customer_id: formatId('customer', row.customer_id) }),
    method: row.processor === null ? 'external' : 'processor',
    currency: row.currency,
    amount: toNumber(row.amount),
    unapplied_amount: toNumber(row.unapplied_amount),
    direct_amount: toNumber(row.direct_amount),
    ...(row.suspense_amount > 0n && { suspense_amount: toNumber(row.suspense_amount) }),
    reason: row.reason,
    obligations: parts.map(({ application_id, amount }) => ({
      id: formatId('obligation', application_id),
      amount: toNumber(amount),
    })),
    refunded_at: formatInstant(row.refunded_at),
    created_at: formatInstant(row.created_at),
    updated_at: formatInstant(row.updated_at),
    object_version: toNumber(row.version),
  }
}
