import type Stripe from 'stripe'
import { assert } from '../../../core/assert.ts'
import { formatId } from '../../../core/id/id.ts'
import type { NewRefund, RefundState } from '../processor.ts'
import { toWire } from './amounts.ts'

/**
 * Finds a refund that was sent under our id before: Stripe keeps a key for a day only, and a refund may be asked for again later than
 * that.
 */
export async function findStripeRefund(stripe: Stripe, refund: NewRefund): Promise<RefundState | undefined> {
  const refund_id = formatId('refund', refund.refund_id)
  for await (const sent of stripe.refunds.list({ payment_intent: intentOf(refund), limit: 100 })) {
    if (sent.metadata?.refund_id === refund_id) return stateOfRefund(sent)
  }
  return undefined
}

/** Sends a refund of a payment intent. */
export async function createStripeRefund(stripe: Stripe, refund: NewRefund): Promise<RefundState> {
  const refund_id = formatId('refund', refund.refund_id)
  const amount = toWire(refund.amount, refund.currency)
  const asked = { payment_intent: intentOf(refund), amount, metadata: { refund_id } }
  return stateOfRefund(await stripe.refunds.create(asked, { idempotencyKey: refund_id }))
}

function intentOf({ processor_payment_id }: NewRefund): string {
  assert(processor_payment_id !== undefined, 'a session that was paid has a payment intent')
  return processor_payment_id
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
