import type { Actor } from '../core/actor.ts'
import { bucketOf, type Id, newId } from '../core/id/id.ts'
import type { Journal } from './journal.ts'
import type { TransactionKind } from './journal-rows.ts'
import type { Receivable, ReceivableKind } from './receivable.ts'

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
 * adjustments. Returns the id of the adjustment; `undefined` when nothing changed. Setting a balance is an adjustment
 * by the difference, so no history is lost.
 */
export function adjust(
  journal: Journal,
  receivable: Receivable,
  amount: bigint,
  cause: AdjustmentCause,
  now: Date,
): Id | undefined {
  if (amount === 0n) return undefined
  const adjustment = newId(receivable.bucket, now.getTime())
  const transaction = journal.open({
    bucket: receivable.bucket,
    environment_id: receivable.environment_id,
    source_id: adjustment,
    ...cause,
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
  cause: Pick<AdjustmentCause, 'request_id' | 'actor'>,
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
  }
  journal.openReceivable(receivable)
  adjust(
    journal,
    receivable,
    opening,
    {
      request_id: cause.request_id,
      actor: cause.actor,
      kind: owner.kind === 'bill' ? 'bill_raised' : 'opening_balance',
    },
    now,
  )
  return receivable
}
