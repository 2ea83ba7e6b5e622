import type { IdKind } from '../../core/id/id.ts'
import type { NewTransaction, TransactionKind } from '../../ledger/journal-rows.ts'

/** What each kind of transaction was caused by. */
export const sourceKinds: Readonly<Record<TransactionKind, IdKind>> = {
  opening_balance: 'adjustment',
  balance_set: 'adjustment',
  fee: 'adjustment',
  credit_note: 'adjustment',
  discount: 'adjustment',
  write_off: 'adjustment',
  adjustment: 'adjustment',
  bill_raised: 'adjustment',
  bill_voided: 'adjustment',
  amount_paid_set: 'adjustment',
  credit: 'adjustment',
  payment: 'payment',
  application: 'obligation',
  application_reversal: 'obligation',
  payment_reversal: 'reversal',
  refund: 'refund',
  refund_succeeded: 'refund',
  refund_failed: 'refund',
  dispute_won: 'reversal',
  transfer: 'payment',
}

/** The same of every transaction, also of those that touch no balance. */
export const allSourceKinds: Readonly<Record<NewTransaction['kind'], IdKind>> = {
  ...sourceKinds,
  processor_fee: 'settlement_line',
  unmatched_line: 'settlement_line',
  line_matched: 'settlement_line',
  settlement: 'settlement',
  settlement_failed: 'settlement',
  assignment: 'payment',
}

/** Every kind of transaction that the API shows. */
export const transactionKinds = Object.keys(sourceKinds) as TransactionKind[]
