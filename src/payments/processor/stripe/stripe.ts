import type Stripe from 'stripe'
import type { AppContext } from '../../../context.ts'
import { assert } from '../../../core/assert.ts'
import { formatId } from '../../../core/id/id.ts'
import { version } from '../../../core/version.ts'
import { CallbackRefused, lookingFor, ProcessorFault } from '../fault.ts'
import type { NewCharge, OpenedCharge, Processor, ProcessorTerms, Wake } from '../processor.ts'
import { stripeLimits, toWire } from './amounts.ts'
import { readableAnswers } from './answers.ts'
import { cancelIntent, captureIntent } from './capture.ts'
import { disputesOf, mayBeDisputed } from './disputes.ts'
import { createStripeRefund, fetchStripeRefund, findStripeRefund } from './refunds.ts'
import { stripeSettlements } from './settlements.ts'
import { chargeOf, stateOfSession } from './state.ts'

/** The version of Stripe's API whose objects are read here; its webhook endpoint should be made with the same. */
const stripeApiVersion = '2026-10-28.endive'

/** The deadline of a call is the client's (net/guarded-fetch.ts); this only lies behind it. */
const timeoutMs = 15_000
const toleranceS = 300
// A session may live for a day. It ends an hour before its payment does, so that no charge is begun on an expired payment.
const payableMs = 23 * 3_600_000
// Cards are decided at once; a bank that is asked may take two weeks, and Stripe sends its callbacks for days after that.
const pendingMaxMs = 30 * 86_400_000

/** What Stripe takes, and what can be done with a charge here. */
export const stripeTerms: ProcessorTerms = {
  limits: stripeLimits,
  capabilities: { capture: 'once', refund: 'partial', close: true, open_is_idempotent: true, settlements: true },
  pending_max_ms: pendingMaxMs,
}

const pageOrigin = 'https://checkout.stripe.com'

/** What the merchant has typed in: the key that calls are made with, and the secret of the callbacks where there is one. */
export type StripeSecrets = { secret_key: string; webhook_secret?: string | undefined }

type App = Pick<AppContext, 'clock' | 'processorClient'>

/** Stripe, by Checkout Sessions to which the browser is redirected. The SDK is loaded only where Stripe is switched on. */
export async function createStripe(
  app: App,
  mode: 'test' | 'live',
  { secret_key, webhook_secret }: StripeSecrets,
): Promise<Processor & { verifyKey(): Promise<void> }> {
  const { default: Sdk } = await import('stripe')
  const stripe = openSdk(Sdk, app, secret_key)
  const { stripe_url } = app.processorClient
  return {
    name: 'stripe',
    page_origins: [stripe_url === undefined ? pageOrigin : new URL(stripe_url).origin],
    ...stripeTerms,
    open: (charge, key) => calling(Sdk, () => openSession(stripe, charge, key)),
    close: (reference) => calling(Sdk, () => expireSession(Sdk, stripe, reference)),
    fetch: (reference) =>
      calling(Sdk, async () => {
        const expand = ['payment_intent.latest_charge']
        const session = await stripe.checkout.sessions.retrieve(reference, { expand })
        const now = app.clock.now()
        const state = stateOfSession(session, now)
        const { intent, charge } = chargeOf(session)
        const isTaken = state.status === 'succeeded' || (state.status === 'authorised' && state.captured > 0n)
        if (!isTaken || !intent || !charge || !mayBeDisputed(charge, now)) return state
        return { ...state, disputes: await disputesOf(stripe, intent.id) }
      }),
    capture: (capture, key) => calling(Sdk, () => captureIntent(Sdk, stripe, capture, key)),
    void: (remainder, key) => calling(Sdk, () => cancelIntent(Sdk, stripe, remainder, key)),
    refund: async (refund) => {
      const sent = await lookingFor(() => calling(Sdk, () => findStripeRefund(stripe, refund)))
      return sent ?? calling(Sdk, () => createStripeRefund(stripe, refund))
    },
    fetchRefund: (reference) => calling(Sdk, () => fetchStripeRefund(stripe, reference)),
    settlements: stripeSettlements(stripe, (call) => calling(Sdk, call)),
    wake: (raw_body, headers) =>
      wakesOf(mode, () => {
        if (webhook_secret === undefined) throw new CallbackRefused('there is no webhook_secret to check it with')
        const header = headers['stripe-signature']
        const at = app.clock.now().getTime()
        const signature = typeof header === 'string' ? header : ''
        return stripe.webhooks.constructEvent(raw_body, signature, webhook_secret, toleranceS, undefined, at)
      }),
    // What a payment needs: a restricted key may be good for this and for nothing else.
    verifyKey: () => calling(Sdk, () => stripe.checkout.sessions.list({ limit: 1 })).then(() => {}),
  }
}

type Sdk = typeof Stripe

function openSdk(Sdk: Sdk, { processorClient }: App, secret_key: string): Stripe {
  const base = new URL(processorClient.stripe_url ?? 'https://api.stripe.com')
  const protocol = base.protocol === 'http:' ? 'http' : 'https'
  return new Sdk(secret_key, {
    apiVersion: stripeApiVersion,
    host: base.hostname,
    port: base.port || (protocol === 'http' ? 80 : 443),
    protocol,
    // What is asked again is asked by us, with the same key.
    maxNetworkRetries: 0,
    timeout: timeoutMs,
    telemetry: false,
    appInfo: { name: 'Tallystick', version },
    httpClient: Sdk.createFetchHttpClient(readableAnswers(processorClient.fetch)),
  })
}

async function openSession(stripe: Stripe, charge: NewCharge, key: string): Promise<OpenedCharge> {
  const { payment_id, amount, currency, merchant_name, return_url, begun_at, capture_method } = charge
  const shown = formatId('payment', payment_id)
  const metadata = { payment_id: shown }
  const session = await stripe.checkout.sessions.create(
    {
      mode: 'payment',
      // A payment's channel is card, and nothing else is decided at once.
      allowed_payment_method_types: ['card'],
      line_items: [
        {
          quantity: 1,
          price_data: {
            currency: currency.toLowerCase(),
            unit_amount: toWire(amount, currency),
            product_data: { name: merchant_name },
          },
        },
      ],
      client_reference_id: shown,
      metadata,
      // Those of the session are not copied.
      payment_intent_data: { metadata, ...(capture_method === 'manual' && { capture_method }) },
      // It would charge another currency than was asked for.
      adaptive_pricing: { enabled: false },
      success_url: return_url,
      cancel_url: return_url,
      expires_at: Math.floor((begun_at.getTime() + payableMs) / 1_000),
    },
    { idempotencyKey: key },
  )
  if (typeof session.id !== 'string' || typeof session.url !== 'string') {
    throw new ProcessorFault('refused', 'Stripe opened a session without a page', session.lastResponse.requestId)
  }
  return { reference: session.id, url: session.url, request_id: session.lastResponse.requestId }
}

async function expireSession(Sdk: Sdk, stripe: Stripe, reference: string): Promise<'closed' | 'too_late'> {
  try {
    await stripe.checkout.sessions.expire(reference, undefined, { idempotencyKey: `${reference}:close` })
    return 'closed'
  } catch (error) {
    // It is expired or complete already: `fetch` says which.
    if (error instanceof Sdk.errors.StripeInvalidRequestError && error.statusCode === 400) return 'too_late'
    throw error
  }
}

/** Makes a call, and gives what it throws our names: the message of an error of Stripe's may hold what was sent. */
async function calling<T>({ errors }: Sdk, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof ProcessorFault) throw error
    assert(error instanceof errors.StripeError, 'what a call of the SDK throws is an error of Stripe')
    const { statusCode, requestId, type, code } = error
    const facts = [`Stripe answered ${statusCode ?? 'nothing'}`, type, code].filter(Boolean).join(', ')
    if (statusCode === 401 || statusCode === 403) throw new ProcessorFault('key_refused', facts, requestId)
    // 409 is a request with the same key in flight, 429 too many. After a 5xx nobody knows, and a key of other words was good once.
    const refused = statusCode !== undefined && statusCode >= 400 && statusCode < 500
    const isOther = error instanceof errors.StripeIdempotencyError
    const unknown = !refused || isOther || statusCode === 409 || statusCode === 429
    throw new ProcessorFault(unknown ? 'unknown' : 'refused', facts, requestId, code)
  }
}

/**
 * Which session an event is about, or which payment intent one of a refund or a dispute. Nothing but ids is read: objects in events are
 * rendered in the version of the endpoint. An event of the other mode, or about something else, wakes nothing.
 */
function wakesOf(mode: 'test' | 'live', construct: () => Stripe.Event): Wake[] {
  try {
    const event = construct()
    const about = event.data.object as { object?: unknown; id?: unknown; payment_intent?: unknown }
    if (event.livemode !== (mode === 'live')) return []
    const { id, payment_intent } = about
    const reference = { 'checkout.session': id, refund: payment_intent, dispute: payment_intent }[String(about.object)]
    return typeof reference === 'string' ? [{ event_id: String(event.id), reference }] : []
  } catch (error) {
    // Whatever is thrown, it is no event that Stripe signed: too old, cut short, or of another secret.
    if (error instanceof CallbackRefused) throw error
    throw new CallbackRefused(error instanceof Error ? error.name : 'it cannot be read')
  }
}
