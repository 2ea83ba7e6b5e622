import type { IdKind } from '../../core/id/id.ts'
import type { TransactionKind } from '../../ledger/journal-rows.ts'

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

/** Every kind of transaction that the API shows. */
export const transactionKinds = Object.keys(sourceKinds) as TransactionKind[]
