import type { Actor } from '../core/actor.ts'
import type { Id } from '../core/id/id.ts'
import { bigintArray, integerArray, textArray, timeArray, uuidArray } from '../database/arrays.ts'
import type { Receivable } from './receivable.ts'

/** What is about a customer. */
export type TransactionKind =
  | 'opening_balance'
  | 'balance_set'
  | 'fee'
  | 'credit_note'
  | 'discount'
  | 'write_off'
  | 'adjustment'
  | 'bill_raised'
  | 'bill_voided'
  | 'amount_paid_set'
  | 'credit'
  | 'payment'
  | 'application'
  | 'application_reversal'
  | 'payment_reversal'
  | 'refund'
  | 'refund_succeeded'
  | 'refund_failed'
  | 'dispute_won'
  | 'transfer'

/** What moves money between a processor and the bank of the merchant: no balance is touched by it. */
export type SettlementTransactionKind =
  | 'processor_fee'
  | 'unmatched_line'
  | 'line_matched'
  | 'settlement'
  | 'settlement_failed'

/** What takes money out of suspense, to go on as another payment: no balance is touched by it. */
export type TransferTransactionKind = 'assignment'

/**
 * The other side of an entry. The balance of a system account is the sum of its entries and is not stored, so none is a
 * hot row.
 */
export type SystemAccount =
  | 'sales'
  | 'direct_receipts'
  | 'suspense'
  | 'transfers'
  | 'opening_balances'
  | 'fees_charged'
  | 'credit_notes'
  | 'discounts'
  | 'write_offs'
  | 'adjustments'
  | 'paid_by_hand'
  | 'unapplied'
  | 'refunds'
  | 'losses'
  | `clearing:${string}`
  | `fees:${string}`
  | `bank:${string}`
  | `unmatched:${string}`

export type NewTransaction = {
  bucket: number
  environment_id: number
  kind: TransactionKind | SettlementTransactionKind | TransferTransactionKind
  source_id: Id
  reason?: string | undefined
  /** What an adjustment is called on a document, and the number of the merchant's own document. */
  label?: string | undefined
  reference?: string | undefined
  request_id: string
  actor: Actor
  effective_at?: Date | undefined
}

/** A transaction as it is written. */
export type TransactionRow = Required<NewTransaction> & { id: Id }

/** An entry as it is written. */
export type LedgerEntryRow = {
  id: Id
  bucket: number
  environment_id: number
  transaction_id: Id
  receivable_id: Id | null
  system_account: SystemAccount | null
  currency: string
  amount: bigint
  version: bigint | null
  balance_after: bigint | null
}

/** A receivable as it was read. */
export type Snapshot = Pick<Receivable, 'balance' | 'version' | 'status'>

/** The columns of `write-transactions.sql`, except the last. */
export function transactionColumns(rows: TransactionRow[]): Buffer[] {
  return [
    uuidArray(rows.map(({ id }) => id)),
    integerArray(rows.map(({ bucket }) => bucket)),
    integerArray(rows.map(({ environment_id }) => environment_id)),
    textArray(rows.map(({ kind }) => kind)),
    uuidArray(rows.map(({ source_id }) => source_id)),
    textArray(rows.map(({ reason }) => reason ?? null)),
    textArray(rows.map(({ label }) => label ?? null)),
    textArray(rows.map(({ reference }) => reference ?? null)),
    textArray(rows.map(({ request_id }) => request_id)),
    textArray(rows.map(({ actor }) => actor)),
    timeArray(rows.map(({ effective_at }) => effective_at ?? null)),
  ]
}

/** The columns of `write-entries.sql`. */
export function entryColumns(rows: LedgerEntryRow[]): Buffer[] {
  return [
    uuidArray(rows.map(({ id }) => id)),
    integerArray(rows.map(({ bucket }) => bucket)),
    integerArray(rows.map(({ environment_id }) => environment_id)),
    uuidArray(rows.map(({ transaction_id }) => transaction_id)),
    uuidArray(rows.map(({ receivable_id }) => receivable_id)),
    textArray(rows.map(({ system_account }) => system_account)),
    textArray(rows.map(({ currency }) => currency)),
    bigintArray(rows.map(({ amount }) => amount)),
    bigintArray(rows.map(({ version }) => version)),
    bigintArray(rows.map(({ balance_after }) => balance_after)),
  ]
}

/** The columns of `open-receivables.sql`. */
export function openedColumns(rows: Receivable[]): Buffer[] {
  return [
    uuidArray(rows.map(({ id }) => id)),
    integerArray(rows.map(({ bucket }) => bucket)),
    integerArray(rows.map(({ environment_id }) => environment_id)),
    bigintArray(rows.map(({ balance }) => balance)),
    bigintArray(rows.map(({ version }) => version)),
    textArray(rows.map(({ status }) => status)),
    textArray(rows.map(({ kind }) => kind)),
    uuidArray(rows.map(({ customer_id }) => customer_id)),
    uuidArray(rows.map(({ account_id }) => account_id)),
    textArray(rows.map(({ currency }) => currency)),
    textArray(rows.map(({ external_reference }) => external_reference)),
    timeArray(rows.map(({ owed_since }) => owed_since)),
    timeArray(rows.map(({ moved_at }) => moved_at)),
  ]
}

/** Receivables as they were read: the first columns of `hold-receivables.sql` and `update-receivables.sql`. */
export function snapshotColumns(rows: [Receivable, Snapshot][]): Buffer[] {
  return [
    uuidArray(rows.map(([{ id }]) => id)),
    integerArray(rows.map(([{ bucket }]) => bucket)),
    integerArray(rows.map(([{ environment_id }]) => environment_id)),
    textArray(rows.map(([{ currency }]) => currency)),
    bigintArray(rows.map(([, { balance }]) => balance)),
    bigintArray(rows.map(([, { version }]) => version)),
    textArray(rows.map(([, { status }]) => status)),
  ]
}

/** Receivables as they will be: the columns of `update-receivables.sql` after those. */
export function changedColumns(rows: [Receivable, Snapshot][]): Buffer[] {
  return [
    bigintArray(rows.map(([{ balance }]) => balance)),
    bigintArray(rows.map(([{ version }]) => version)),
    textArray(rows.map(([{ status }]) => status)),
    timeArray(rows.map(([{ owed_since }]) => owed_since)),
  ]
}
