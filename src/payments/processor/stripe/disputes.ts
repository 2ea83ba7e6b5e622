import type Stripe from 'stripe'
import type { DisputeState } from '../processor.ts'
import { fromWire } from './amounts.ts'

// Of a payment that was charged a moment ago Stripe says itself whether it is disputed. Whether that counts inquiries is not documented.
const freshMs = 60_000

/** Whether a charge may have disputes: nobody who pays waits for a second call to Stripe. */
export function mayBeDisputed(charge: Pick<Stripe.Charge, 'created' | 'disputed'>, now: Date): boolean {
  return charge.disputed || now.getTime() - charge.created * 1_000 > freshMs
}

/** The disputes of a payment intent. */
export async function disputesOf(stripe: Stripe, paymentIntent: string): Promise<DisputeState[]> {
  const { data } = await stripe.disputes.list({ payment_intent: paymentIntent, limit: 100 })
  return data.map(stateOfDispute)
}

const statuses: Readonly<Record<string, DisputeState['status']>> = {
  warning_needs_response: 'warning',
  warning_under_review: 'warning',
  warning_closed: 'closed',
  prevented: 'closed',
  needs_response: 'needs_response',
  under_review: 'under_review',
  // Of one that was lost before.
  appeal_needs_response: 'needs_response',
  appeal_under_review: 'under_review',
  won: 'won',
  lost: 'lost',
}

/**
 * What Stripe says of a dispute. Its money moves by its balance transactions alone, which are in the currency of the account: how much it
 * is in that of the payment the dispute says. A status that is not known is one that has not ended.
 */
function stateOfDispute(dispute: Stripe.Dispute): DisputeState {
  const { id, reason, status, evidence_details, balance_transactions } = dispute
  const currency = dispute.currency.toUpperCase()
  const isBack = balance_transactions.some(({ amount }) => amount > 0)
  const isTaken = balance_transactions.some(({ amount }) => amount < 0)
  return {
    reference: id,
    amount: fromWire(dispute.amount, currency),
    currency,
    reason,
    status: statuses[status] ?? 'under_review',
    respond_by: evidence_details.due_by ? new Date(evidence_details.due_by * 1_000) : undefined,
    money: isBack ? 'returned' : isTaken ? 'taken' : 'kept',
  }
}
