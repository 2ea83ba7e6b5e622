import type { Actor } from '../core/actor.ts'
import { bucketOf, type Id, newId } from '../core/id/id.ts'
import { fieldProblem } from '../core/problem.ts'
import type { Journal, TransactionKind } from './journal.ts'
import { countsFrom, type Receivable, type ReceivableKind } from './receivable.ts'

/** Why a balance changed without a payment, and who asked for it. */
export type AdjustmentCause = {
  kind: Exclude<TransactionKind, 'payment' | 'application' | 'application_reversal' | 'payment_reversal'>
  request_id: string
  actor: Actor
  reason?: string | undefined
  effective_at?: Date | undefined
}

/**
 * Changes a locked receivable by a signed amount that is not a payment, as a double entry against sales (bills) or
 * adjustments. Returns the adjustment's id; `undefined` when nothing changed. History is never lost: a balance that is set is
 * an adjustment by the difference. Throws `invalid_dates` for what is to lessen a bill from before it is owed.
 */
export function adjust(
  journal: Journal,
  receivable: Receivable,
  amount: bigint,
  cause: AdjustmentCause,
  now: Date,
): Id | undefined {
  if (amount === 0n) return undefined
  const asked = cause.effective_at ?? now
  const effective_at = countsFrom(receivable, amount, asked)
  if (cause.effective_at !== undefined && effective_at > asked) {
    const since = receivable.owed_since.toISOString()
    throw fieldProblem(
      'invalid_dates',
      '/effective_at',
      `What the bill owes counts from ${since}; nothing lessens it earlier.`,
    )
  }
  const adjustment = newId(receivable.bucket, now.getTime())
  const transaction = journal.open({
    bucket: receivable.bucket,
    environment_id: receivable.environment_id,
    source_id: adjustment,
    ...cause,
    effective_at,
  })
  journal.postToReceivable(transaction, receivable, amount)
  const account = cause.kind === 'bill_raised' || cause.kind === 'bill_voided' ? 'sales' : 'adjustments'
  journal.postToSystemAccount(transaction, account, receivable.currency, -amount)
  return adjustment
}

/** Opens the receivable of a customer, an account or a bill, with what is owed from the start. */
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
): Receivable {
  const receivable: Receivable = {
    ...owner,
    bucket: bucketOf(owner.id),
    balance: 0n,
    version: 0n,
    status: owner.kind === 'bill' ? 'paid' : null,
    due_date: null,
    bill_date: null,
    amount_due: null,
    // Not read before commit: the insert computes it (open-receivables.sql).
    overpayment_allowed: false,
    owed_since: cause.effective_at ?? now,
    moved_at: null,
  }
  journal.openReceivable(receivable)
  adjust(
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
  return receivable
}
