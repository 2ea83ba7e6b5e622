import type { Actor } from '../core/actor.ts'
import { bucketOf, type Id, newId } from '../core/id/id.ts'
import { fieldProblem } from '../core/problem.ts'
import type { Journal } from './journal.ts'
import type { SystemAccount, TransactionKind } from './journal-rows.ts'
import { type BalanceMove, moveOf } from './move.ts'
import { countsFrom, type Receivable, type ReceivableKind } from './receivable.ts'

/** A kind of transaction that is not about the money of a payment, and has a system account on its other side. */
type AdjustmentKind = Exclude<
  TransactionKind,
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
>

/** Why a balance changed without a payment, and who asked for it. */
export type AdjustmentCause = {
  kind: AdjustmentKind
  request_id: string
  actor: Actor
  reason?: string | undefined
  label?: string | undefined
  reference?: string | undefined
  effective_at?: Date | undefined
}

/** The system account of each kind, so that what was charged, discounted or written off can be summed by its own. */
const accountOf: Readonly<Record<AdjustmentKind, SystemAccount>> = {
  opening_balance: 'opening_balances',
  balance_set: 'adjustments',
  fee: 'fees_charged',
  credit_note: 'credit_notes',
  discount: 'discounts',
  write_off: 'write_offs',
  adjustment: 'adjustments',
  bill_raised: 'sales',
  bill_voided: 'sales',
  amount_paid_set: 'paid_by_hand',
}

/** An adjustment as it was entered. Its event has its id, so that it is told once. */
export type EnteredAdjustment = {
  id: Id
  amount: bigint
  cause: AdjustmentCause
  effective_at: Date
  move: BalanceMove
}

/**
 * Changes a locked receivable by a signed amount that is not a payment, as a double entry against the system account of
 * its kind. Returns the adjustment; `undefined` when nothing changed. Setting a balance is an adjustment by the
 * difference, so no history is lost. Throws `invalid_dates` for what would
 * lessen a bill from before it is owed.
 */
export function adjust(
  journal: Journal,
  receivable: Receivable,
  amount: bigint,
  cause: AdjustmentCause,
  now: Date,
): EnteredAdjustment | undefined {
  if (amount === 0n) return undefined
  const asked = cause.effective_at ?? now
  const effective_at = countsFrom(receivable, amount, asked)
  if (cause.effective_at !== undefined && effective_at > asked) {
    const since = effective_at.toISOString()
    throw fieldProblem(
      'invalid_dates',
      '/effective_at',
      `What the bill owes counts from ${since}; nothing lessens it earlier.`,
    )
  }
  const id = newId(receivable.bucket, now.getTime())
  const transaction = journal.open({
    bucket: receivable.bucket,
    environment_id: receivable.environment_id,
    source_id: id,
    ...cause,
    effective_at,
  })
  journal.postToReceivable(transaction, receivable, amount)
  journal.postToSystemAccount(transaction, accountOf[cause.kind], receivable.currency, -amount)
  return { id, amount, cause, effective_at, move: moveOf(receivable, amount, cause.kind) }
}

/** The sum of the entries of one kind on a bill. */
export type Entered = { kind: AdjustmentCause['kind']; amount: bigint }

/**
 * Voids a locked bill without payments. The entries of each kind are reversed in the system account of that kind, so that
 * nothing of the bill is left in any of them, and its remaining amount becomes zero. Returns the id of the voiding, and the
 * move of the balance; no move where nothing remained.
 */
export function enterVoid(
  journal: Journal,
  bill: Receivable,
  entered: Entered[],
  cause: Pick<AdjustmentCause, 'request_id' | 'actor'>,
  now: Date,
): { id: Id; move: BalanceMove | undefined } {
  const id = newId(bill.bucket, now.getTime())
  const remaining = bill.balance
  journal.voidReceivable(bill)
  const transaction = journal.open({
    bucket: bill.bucket,
    environment_id: bill.environment_id,
    kind: 'bill_voided',
    source_id: id,
    request_id: cause.request_id,
    actor: cause.actor,
    effective_at: countsFrom(bill, -remaining, now),
  })
  if (remaining !== 0n) journal.postToReceivable(transaction, bill, -remaining)
  for (const { kind, amount } of entered) {
    if (amount !== 0n) journal.postToSystemAccount(transaction, accountOf[kind], bill.currency, amount)
  }
  return { id, move: remaining === 0n ? undefined : moveOf(bill, -remaining, 'bill_voided') }
}

/** Opens the receivable of a customer, an account or a bill, with what is owed from the start, which is its first adjustment. */
export function openReceivable(
  journal: Journal,
  owner: {
    id: Id
    environment_id: number
    kind: ReceivableKind
    customer_id: Id
    account_id: Id | null
    currency: string
    external_reference: string
  },
  opening: bigint,
  cause: Pick<AdjustmentCause, 'request_id' | 'actor' | 'effective_at'>,
  now: Date,
): { receivable: Receivable; entered: EnteredAdjustment | undefined } {
  const receivable: Receivable = {
    ...owner,
    bucket: bucketOf(owner.id),
    balance: 0n,
    version: 0n,
    status: owner.kind === 'bill' ? 'paid' : null,
    due_date: null,
    bill_date: null,
    amount_due: null,
    amount_adjusted: null,
    amount_written_off: null,
    bill_version: null,
    bill_metadata: null,
    bill_particulars: null,
    bill_created_at: null,
    // Not read before commit: the insert computes it (open-receivables.sql).
    overpayment_allowed: false,
    owed_since: cause.effective_at ?? now,
    moved_at: null,
  }
  journal.openReceivable(receivable)
  const entered = adjust(
    journal,
    receivable,
    opening,
    {
      request_id: cause.request_id,
      actor: cause.actor,
      effective_at: cause.effective_at,
      kind: owner.kind === 'bill' ? 'bill_raised' : 'opening_balance',
    },
    now,
  )
  return { receivable, entered }
}
