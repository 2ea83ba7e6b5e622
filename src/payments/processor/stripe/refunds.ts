import type Stripe from 'stripe'
import { assert } from '../../../core/assert.ts'
import { formatId } from '../../../core/id/id.ts'
import type { NewRefund, RefundState } from '../processor.ts'
import { toWire } from './amounts.ts'

/**
 * Sends a refund of a payment intent, or finds the one that was sent under our id before: Stripe keeps a key for a day only, and a
 * refund may be asked for again later than that.
 */
export async function sendStripeRefund(stripe: Stripe, refund: NewRefund): Promise<RefundState> {
  const { processor_payment_id: payment_intent, amount, currency } = refund
  assert(payment_intent !== undefined, 'a session that was paid has a payment intent')
  const refund_id = formatId('refund', refund.refund_id)
  for await (const sent of stripe.refunds.list({ payment_intent, limit: 100 })) {
    if (sent.metadata?.refund_id === refund_id) return stateOfRefund(sent)
  }
  const asked = { payment_intent, amount: toWire(amount, currency), metadata: { refund_id } }
  return stateOfRefund(await stripe.refunds.create(asked, { idempotencyKey: refund_id }))
}

/** Fetches a refund by Stripe's id of it. */
export async function fetchStripeRefund(stripe: Stripe, reference: string): Promise<RefundState> {
  return stateOfRefund(await stripe.refunds.retrieve(reference))
}

const messages: Readonly<Record<string, string>> = {
  expired_or_canceled_card: 'The bank sent the money back: the card has expired or was cancelled.',
  lost_or_stolen_card: 'The bank sent the money back: the card was lost or stolen.',
  charge_for_pending_refund_disputed: 'The payer disputed the payment while the refund was pending.',
  insufficient_funds: 'There was not enough money at Stripe for the refund.',
  canceled: 'The refund was cancelled at Stripe.',
}

/** What Stripe says of a refund. A word that is not known is taken as "look again". */
function stateOfRefund({ id: reference, status, failure_reason }: Stripe.Refund): RefundState {
  if (status === 'succeeded') return { status, reference }
  if (status !== 'failed' && status !== 'canceled') return { status: 'pending', reference }
  const code = status === 'canceled' ? status : (failure_reason ?? 'unknown').slice(0, 40)
  return { status: 'failed', reference, failure: { code, message: messages[code] ?? 'The bank sent the money back.' } }
}
