import type Stripe from 'stripe'
import type { ChargeState, Decline, MethodDetails } from '../processor.ts'
import { fromWire } from './amounts.ts'

const expired: Decline = {
  error_code: 'session_expired',
  decline_code: 'session_expired',
  message: 'The payment was not finished in time.',
}

/**
 * What a Checkout Session says of its charge. A word that is not known is taken as "look again", never as success. A decline does
 * not end a session: its payer tries again inside it.
 */
export function stateOfSession(session: Stripe.Checkout.Session, now: Date): ChargeState {
  const { intent, charge } = chargeOf(session)
  const method_details = methodOf(charge)
  if (intent?.capture_method === 'manual' && charge) {
    const held = stateOfIntent(intent, charge, method_details)
    if (held) return held
  }
  if (session.payment_status === 'paid') {
    const currency = session.currency?.toUpperCase()
    return {
      status: 'succeeded',
      at: charge ? new Date(charge.created * 1_000) : now,
      amount: currency === undefined ? undefined : fromWire(session.amount_total, currency),
      currency,
      processor_payment_id: intent?.id,
      method_details,
    }
  }
  if (session.status === 'expired') return { status: 'failed', decline: expired }
  if (session.status === 'open') return intent?.status === 'processing' ? { status: 'pending' } : { status: 'open' }
  // A bank that answers days later: it refused when the intent asks for another way to pay.
  const refused = intent?.status === 'requires_payment_method' || intent?.status === 'canceled'
  if (session.status === 'complete' && intent && refused) {
    return { status: 'failed', decline: declineOf(intent), method_details }
  }
  return { status: 'pending', method_details }
}

/** What of a session was expanded, as far as it is there. */
export function chargeOf({ payment_intent }: Stripe.Checkout.Session): {
  intent: Stripe.PaymentIntent | undefined
  charge: Stripe.Charge | undefined
} {
  const intent = typeof payment_intent === 'object' ? (payment_intent ?? undefined) : undefined
  const charge = typeof intent?.latest_charge === 'object' ? (intent.latest_charge ?? undefined) : undefined
  return { intent, charge }
}

// For how long Stripe holds what a card has authorised, where it does not say.
const heldMs = 7 * 86_400_000

/** What is held for an intent that is captured by hand, and what was captured or let go of since; undefined while nothing was held. */
function stateOfIntent(
  intent: Stripe.PaymentIntent,
  charge: Stripe.Charge,
  method_details: MethodDetails | undefined,
): ChargeState | undefined {
  const { status, amount_received } = intent
  const wasHeld = status === 'requires_capture' || status === 'succeeded' || status === 'canceled'
  if (!wasHeld || charge.status !== 'succeeded') return undefined
  const currency = intent.currency?.toUpperCase()
  const at = new Date(charge.created * 1_000)
  const before_s = charge.payment_method_details?.card?.capture_before
  const amount = currency === undefined ? undefined : fromWire(intent.amount, currency)
  const captured = currency === undefined ? 0n : (fromWire(amount_received, currency) ?? 0n)
  return {
    status: 'authorised',
    at,
    amount,
    currency,
    processor_payment_id: intent.id,
    method_details,
    expires_at: before_s === undefined ? new Date(at.getTime() + heldMs) : new Date(before_s * 1_000),
    captured,
    released: status === 'requires_capture' ? 0n : (amount ?? captured) - captured,
  }
}

// Of Stripe's codes for a decline, those for which every language has a sentence; what it says itself is shown for others.
const knownDeclines: Readonly<Record<string, string>> = {
  insufficient_funds: 'insufficient_funds',
  expired_card: 'expired_card',
  incorrect_cvc: 'incorrect_cvc',
  generic_decline: 'generic_decline',
  lost_card: 'lost_card',
  stolen_card: 'lost_card',
  authentication_required: 'authentication_failed',
  processing_error: 'processing_error',
}
const messageMax = 200

function declineOf({ last_payment_error: error }: Stripe.PaymentIntent): Decline {
  const code = error?.decline_code ?? error?.code ?? 'processing_error'
  return {
    error_code: 'card_declined',
    decline_code: knownDeclines[code] ?? code.slice(0, 40),
    message: (error?.message ?? 'The bank refused the payment.').slice(0, messageMax),
  }
}

/** The scheme and the last four digits; Stripe gives the first six to few. */
function methodOf(charge: Stripe.Charge | undefined): MethodDetails | undefined {
  const card = charge?.payment_method_details?.card
  if (!card?.last4) return undefined
  const type = (card.funding ?? 'unknown').toUpperCase().slice(0, 40)
  return {
    type: 'card',
    card: { type, scheme: (card.brand ?? 'unknown').toUpperCase().slice(0, 40), last4: card.last4 },
  }
}
