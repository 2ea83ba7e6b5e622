import type Stripe from 'stripe'
import { ProcessorFault } from '../fault.ts'
import type { CaptureAnswer, NewCapture } from '../processor.ts'
import { toWire } from './amounts.ts'

type Sdk = typeof Stripe

/**
 * Captures a PaymentIntent, once: Stripe lets go of what is not captured with it. A capture whose answer was lost long ago, so that
 * its key is forgotten, is known by what was captured.
 */
export async function captureIntent(
  Sdk: Sdk,
  stripe: Stripe,
  capture: NewCapture,
  key: string,
): Promise<CaptureAnswer> {
  const amount = toWire(capture.amount, capture.currency)
  try {
    const params = { amount_to_capture: amount, metadata: { capture_key: key } }
    await stripe.paymentIntents.capture(intentOf(capture), params, { idempotencyKey: key })
    return 'done'
  } catch (error) {
    const intent = await intentInAnotherState(Sdk, stripe, capture, error)
    return intent.status === 'succeeded' && intent.metadata.capture_key === key ? 'done' : 'gone'
  }
}

/** Cancels a PaymentIntent, so that nothing more can be captured of it. */
export async function cancelIntent(
  Sdk: Sdk,
  stripe: Stripe,
  remainder: NewCapture,
  key: string,
): Promise<CaptureAnswer> {
  try {
    await stripe.paymentIntents.cancel(intentOf(remainder), undefined, { idempotencyKey: key })
    return 'done'
  } catch (error) {
    const intent = await intentInAnotherState(Sdk, stripe, remainder, error)
    return intent.status === 'canceled' ? 'done' : 'gone'
  }
}

function intentOf({ processor_payment_id }: NewCapture): string {
  if (processor_payment_id !== undefined) return processor_payment_id
  throw new ProcessorFault('refused', 'Stripe has not said which PaymentIntent it is')
}

/** The intent whose state does not allow what was asked. Throws again what says anything else. */
async function intentInAnotherState(
  { errors }: Sdk,
  stripe: Stripe,
  capture: NewCapture,
  error: unknown,
): Promise<Stripe.PaymentIntent> {
  const isState = error instanceof errors.StripeError && error.code === 'payment_intent_unexpected_state'
  const isExpired = error instanceof errors.StripeError && error.code === 'charge_expired_for_capture'
  if (!isState && !isExpired) throw error
  return stripe.paymentIntents.retrieve(intentOf(capture))
}
