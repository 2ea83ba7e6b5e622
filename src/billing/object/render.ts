import { showId } from '../../core/id/id.ts'
import { effectiveRules, type PaymentRules, showRules } from '../../core/payment-rules.ts'
import type { Platform, RequestEnvironment } from '../../api/platform.ts'
import { type PresentedKind, presentmentUrl } from '../../core/page-link.ts'
import type { AccountRow, BillRow, CustomerRow } from './rows.ts'

type Context = { platform: Pick<Platform, 'vault' | 'publicUrl'>; environment: RequestEnvironment }

/** Leaves out what is absent: the API shows no nulls. */
function shown<Members extends Record<string, unknown>>(members: Members): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null && value !== undefined))
}

function trailer({ platform, environment }: Context, kind: PresentedKind, row: CustomerRow | AccountRow | BillRow) {
  return {
    metadata: Object.keys(row.metadata).length > 0 ? row.metadata : undefined,
    presentment_url:
      row.archived_at === null
        ? presentmentUrl(platform.publicUrl(), platform.vault, kind, row.id, row.link_version)
        : undefined,
    mode: environment.mode,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    archived_at: row.archived_at?.toISOString(),
  }
}

function balanceOf(row: CustomerRow | AccountRow) {
  return {
    currency: row.receivable_currency ?? row.currency,
    balance: row.balance === null ? undefined : Number(row.balance),
  }
}

/** A customer as the API shows it. Its rules are absent when it has no balance: then it cannot be paid. */
export function renderCustomer(context: Context, row: CustomerRow) {
  const rules = effectiveRules(context.environment.payment_rules, row.payment_rules)
  return shown({
    id: showId('customer', row.id),
    external_reference: row.external_reference,
    name: row.name,
    email: row.email,
    phone: row.phone,
    ...balanceOf(row),
    payment_rules: row.balance === null ? undefined : showRules(rules),
    ...trailer(context, 'customer', row),
    pseudonymised_at: row.pseudonymised_at?.toISOString(),
  })
}

/** An account as the API shows it. */
export function renderAccount(context: Context, row: AccountRow) {
  const rules = effectiveRules(context.environment.payment_rules, row.customer_rules, row.payment_rules)
  return shown({
    id: showId('account', row.id),
    external_reference: row.external_reference,
    customer_id: showId('customer', row.customer_id),
    name: row.name,
    ...balanceOf(row),
    payment_rules: row.balance === null ? undefined : showRules(rules),
    ...trailer(context, 'account', row),
  })
}

/** The rules of a bill: a bill is never overpaid, so its maximum is what remains. `undefined` when nothing can be paid. */
export function billRules(environment: RequestEnvironment, row: BillRow): PaymentRules | undefined {
  if (row.status !== 'unpaid') return undefined
  const rules = effectiveRules(environment.payment_rules, row.customer_rules, row.account_rules, row.payment_rules)
  const max = rules.max_amount < row.balance ? rules.max_amount : row.balance
  return {
    ...rules,
    overpayment_allowed: false,
    max_amount: max,
    min_amount: rules.min_amount < max ? rules.min_amount : max,
  }
}

/**
 * A bill as the API shows it. What was paid is what is due less what remains, so nothing is stored twice; a voided bill was
 * never paid, and what remained at the time stays shown.
 */
export function renderBill(context: Context & { today: string }, row: BillRow) {
  const paid = row.status === 'voided' ? 0n : row.amount_due - row.balance
  const rules = billRules(context.environment, row)
  return shown({
    id: showId('bill', row.id),
    external_reference: row.external_reference,
    customer_id: showId('customer', row.customer_id),
    account_id: row.account_id === null ? undefined : showId('account', row.account_id),
    status: row.status,
    currency: row.currency,
    amount_due: Number(row.amount_due),
    amount_paid: Number(paid),
    amount_remaining: Number(row.amount_due - paid),
    bill_date: row.bill_date,
    due_date: row.due_date,
    ...billFacts(row, paid, context.today),
    payment_rules: rules && showRules(rules),
    ...trailer(context, 'bill', row),
  })
}

/** What `status` hides: whether it is partly paid, whether it is overdue, and by how many days. */
function billFacts(row: BillRow, paid: bigint, today: string) {
  const open = row.status === 'unpaid'
  const days = row.due_date === null ? undefined : daysBetween(today, row.due_date)
  return {
    partially_paid: open && paid > 0n,
    overdue: open && days !== undefined && days < 0,
    days_until_due: open ? days : undefined,
  }
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000)
}
