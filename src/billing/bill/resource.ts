import type { z } from 'zod'
import { dateIn } from '../../core/clock.ts'
import { formatId } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import { formatRules } from '../../core/payment-rules.ts'
import { amountsOf, closedBy } from '../../ledger/bill-amounts.ts'
import { bill } from '../../shapes/bill.ts'
import { commonFieldsOf } from '../object/render.ts'
import type { Resource, View } from '../object/resource.ts'
import type { BillRow, Particulars } from '../object/rows.ts'
import { payableRules } from '../object/rules.ts'

export const bills: Resource<'bill', typeof bill> = { kind: 'bill', tag: 'Bills', shape: bill, render: renderBill }

/** A bill as the API shows it. */
function renderBill(view: View, row: BillRow): z.input<typeof bill> {
  const { environment, now } = view.context
  const { paid, remaining } = amountsOf(row)
  const rules = payableRules(environment, row)
  return {
    id: formatId('bill', row.id),
    external_reference: row.external_reference,
    customer_id: formatId('customer', row.customer_id),
    account_id: row.account_id === null ? undefined : formatId('account', row.account_id),
    reissue_of: row.reissue_of === null ? undefined : formatId('bill', row.reissue_of),
    status: row.status,
    closed_by: closedBy(row),
    currency: row.currency,
    amount_due: toNumber(row.amount_due),
    amount_adjusted: toNumber(row.amount_adjusted),
    amount_paid: toNumber(paid),
    amount_written_off: toNumber(row.amount_written_off),
    amount_remaining: toNumber(remaining),
    bill_date: row.bill_date,
    due_date: row.due_date ?? undefined,
    ...billFacts(row, paid, dateIn(environment.time_zone, now)),
    ...renderParticulars(row),
    payment_rules: rules && formatRules(rules),
    ...commonFieldsOf(view, row),
  }
}

/** What a bill is for, as the API shows it. */
export function renderParticulars({ description, lines, document_url }: Particulars) {
  return {
    description: description ?? undefined,
    lines: lines ?? undefined,
    document_url: document_url ?? undefined,
  }
}

/** What `status` does not say: whether it is partly paid, whether it is overdue, and by how many days. */
function billFacts(row: BillRow, paid: bigint, today: string) {
  const open = row.status === 'unpaid'
  const days = row.due_date === null ? undefined : daysBetween(today, row.due_date)
  return {
    partially_paid: open && paid > 0n,
    overdue: open && (days ?? 0) < 0,
    days_until_due: open ? days : undefined,
  }
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000)
}
