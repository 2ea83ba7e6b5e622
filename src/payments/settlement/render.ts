import type { z } from 'zod'
import type { RequestEnvironment } from '../../context.ts'
import { formatInstant } from '../../core/clock.ts'
import { formatId } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import type { LineRow } from '../../ledger/settlements/line-row.ts'
import type { SettlementRow } from '../../ledger/settlements/settlement-row.ts'
import type { settlement, settlementLine } from './schema.ts'

/** A settlement as the API shows it. */
export function renderSettlement(
  { mode }: Pick<RequestEnvironment, 'mode'>,
  row: SettlementRow,
): z.input<typeof settlement> {
  const complete = row.lines === 'read'
  return {
    id: formatId('settlement', row.id),
    processor: row.processor,
    reference: row.reference,
    status: row.status,
    currency: row.currency,
    amount: toNumber(row.amount),
    gross: toNumber(row.line_gross),
    fee: toNumber(row.line_fee),
    line_count: row.line_count,
    lines_complete: complete,
    ...(complete && { unexplained_amount: toNumber(row.amount - row.line_gross + row.line_fee) }),
    arrives_at: formatInstant(row.arrives_at),
    made_at: formatInstant(row.made_at),
    mode,
    created_at: formatInstant(row.created_at),
    updated_at: formatInstant(row.updated_at),
  }
}

/** A line of a settlement as the API shows it. */
export function renderLine(row: LineRow): z.input<typeof settlementLine> {
  return {
    id: formatId('settlement_line', row.id),
    reference: row.reference,
    kind: row.kind,
    status: row.matched ? 'matched' : 'unmatched',
    currency: row.currency,
    gross: toNumber(row.gross),
    fee: toNumber(row.fee),
    net: toNumber(row.gross - row.fee),
    ...(row.payment_id !== null && { payment_id: formatId('payment', row.payment_id) }),
    ...(row.refund_id !== null && { refund_id: formatId('refund', row.refund_id) }),
    occurred_at: formatInstant(row.occurred_at),
    created_at: formatInstant(row.created_at),
  }
}
