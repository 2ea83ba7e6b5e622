import { rulesOf } from '../../billing/object/rules.ts'
import { dateIn } from '../../core/clock.ts'
import { formatId, type Id } from '../../core/id/id.ts'
import type { ObjectKind } from '../../core/page-link.ts'
import { type PayableRange, type PaymentRules, payableRange } from '../../core/payment-rules.ts'
import type { Voice } from '../../html/language/voice.ts'
import type { PageSubject } from '../subject.ts'
import type { DebtRow } from './store.ts'

/** When a debt is due, seen from today where the merchant is. `days` is positive. */
export type Due = { state: 'overdue' | 'today' | 'later'; date: string; days: number }

/** Something that is owed, as a page shows it. Amounts are in minor units. */
export type Debt = {
  id: Id
  kind: ObjectKind
  /** Its id as the API shows it: what a form says for it. */
  shown_id: string
  /** Its own id, or that of the account of a bill. */
  account_id: Id | null
  currency: string
  external_reference: string
  /** Of the account, or of the account that a bill belongs to. */
  account_name: string | null
  /** What a bill is for; its beginning, where it is long. */
  description: string | null
  owed: bigint
  /** What payments that the bank has not confirmed yet bring to it, up to what is owed. */
  on_its_way: bigint
  /** Owed, and not on its way. */
  open: bigint
  due: Due | undefined
  due_date: string | null
  bill_date: string | null
  rules: PaymentRules
  /** What may be paid of what is open; `undefined` when nothing may be paid here. */
  range: PayableRange | undefined
  link_version: number
}

/** A debt as the page shows it at an instant. */
export function toDebt({ environment }: Pick<PageSubject, 'environment'>, row: DebtRow, now: Date): Debt {
  const { id, kind, account_id, currency, balance, due_date, bill_date, link_version } = row
  const on_its_way = row.on_its_way < balance ? row.on_its_way : balance
  const open = balance - on_its_way
  const rules = rulesOf(environment, row)
  return {
    id,
    kind,
    shown_id: formatId(kind, id),
    account_id,
    currency,
    external_reference: row.external_reference,
    account_name: row.account_name,
    description: row.description,
    owed: balance,
    on_its_way,
    open,
    due: due_date === null ? undefined : dueOn(due_date, dateIn(environment.time_zone, now)),
    due_date,
    bill_date,
    rules,
    range: payableRange(rules, open),
    link_version,
  }
}

/**
 * The balance of the page's own object where nothing is owed on it: it may be payable in advance. `undefined` for what has
 * no balance, and for a bill.
 */
export function settledDebt(subject: PageSubject, listed: readonly Debt[]): Debt | undefined {
  const { id, kind, account_id, currency, balance, rules, link_version } = subject
  if (kind === 'bill' || currency === null || balance === null || rules === undefined) return undefined
  if (listed.some((debt) => debt.id === id)) return undefined
  const { account_name, external_reference } = subject
  return {
    id,
    kind,
    shown_id: formatId(kind, id),
    account_id,
    currency,
    external_reference,
    account_name,
    description: null,
    owed: 0n,
    on_its_way: 0n,
    open: 0n,
    due: undefined,
    due_date: null,
    bill_date: null,
    rules,
    range: payableRange(rules, 0n),
    link_version,
  }
}

/** What a payer calls a debt. */
export function nameOf(
  { kind, account_name, external_reference }: Pick<Debt, 'kind' | 'account_name' | 'external_reference'>,
  { text }: Voice,
): string {
  const { names } = text.shell
  if (kind === 'bill') return names.bill(external_reference)
  return kind === 'account' ? (account_name ?? names.account(external_reference)) : names.general
}

/** The account that a bill is shown with; others are shown with none. */
export function accountOf({ kind, account_name }: Pick<Debt, 'kind' | 'account_name'>): string | null {
  return kind === 'bill' ? account_name : null
}

const dayMs = 86_400_000

function dueOn(date: string, today: string): Due {
  const days = Math.round((Date.parse(date) - Date.parse(today)) / dayMs)
  return { date, days: Math.abs(days), state: days < 0 ? 'overdue' : days === 0 ? 'today' : 'later' }
}

/** Whether all that is open of a debt may be paid at once. */
export function isPayableWhole({ open, range }: Debt): boolean {
  return open > 0n && range !== undefined && range.to >= open
}
