import type { z } from 'zod'
import type { RequestEnvironment } from '../../context.ts'
import { formatInstant } from '../../core/clock.ts'
import { formatId } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import type { RefundRow } from '../../ledger/corrections/refund-row.ts'
import type { refund } from './schema.ts'

/** A refund as the API shows it. */
export function renderRefund(environment: Pick<RequestEnvironment, 'mode'>, row: RefundRow): z.input<typeof refund> {
  return {
    id: formatId('refund', row.id),
    payment_id: formatId('payment', row.payment_id),
    ...(row.customer_id !== null && { customer_id: formatId('customer', row.customer_id) }),
    method: row.processor === null ? 'external' : 'processor',
    status: row.status,
    amount: toNumber(row.amount),
    unapplied_amount: toNumber(row.unapplied_amount),
    direct_amount: toNumber(row.direct_amount),
    ...(row.suspense_amount > 0n && { suspense_amount: toNumber(row.suspense_amount) }),
    currency: row.currency,
    reason: row.reason,
    ...(row.channel !== null && { channel: row.channel }),
    ...(row.reference !== null && { reference: row.reference }),
    ...(row.failure !== null && { failure: row.failure }),
    refunded_at: formatInstant(row.refunded_at),
    mode: environment.mode,
    created_at: formatInstant(row.created_at),
    updated_at: formatInstant(row.updated_at),
  }
}
