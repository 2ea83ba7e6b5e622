import Stripe from 'stripe'
import { formatId } from '../../../src/core/id/id.ts'
import type { Act, ProcessorUnderTest, Stage } from '../../../src/payments/processor/check/subject.ts'
import { findKind } from '../../../src/payments/processor/kinds.ts'
import { createStripe } from '../../../src/payments/processor/stripe/stripe.ts'
import { fakeKeys, intentOf, startStripeFake } from '../../fakes/stripe.ts'

const webhook_secret = 'whsec_aSecretOfTheCheckOnly'
// How many of Stripe's units are one of ours, by hand; one of MGA is a hundred of ours.
const factors: Readonly<Record<string, bigint>> = { UGX: 100n, ISK: 100n }
const toWire = (amount: bigint, currency: string) =>
  currency === 'MGA' ? amount / 100n : amount * (factors[currency] ?? 1n)
const fromWire = (amount: bigint, currency: string) =>
  currency === 'MGA' ? amount * 100n : amount / (factors[currency] ?? 1n)

const played: Readonly<Record<Act, object>> = {
  pays: { status: 'complete', payment_status: 'paid', charges: 1 },
  expires: { status: 'expired' },
  waits: { status: 'complete', payment_status: 'unpaid' },
  unknown_word: { status: 'dreaming', payment_status: 'dreaming' },
  is_declined: {},
}

async function start(base_url: string): Promise<Stage> {
  const fake = await startStripeFake()
  fake.faults.page_origin = base_url
  const sessionOf = (reference: string) => {
    const session = fake.sessions.find(({ id }) => id === reference)
    if (!session) throw new Error(`The stand-in has no session ${reference}.`)
    return session
  }
  return {
    maker_url: fake.url,
    secrets: { secret_key: fakeKeys.live, webhook_secret },
    refused_key: 'sk_live_aKeyThatNobodyHas',
    refusal: { status: 400, body: '{"error":{"type":"invalid_request_error","code":"amount_too_small"}}' },
    request_id_header: 'request-id',
    cannot: { is_declined: 'a decline does not end a session: its payer tries again inside it' },
    charges: (payment_id) =>
      fake.sessions
        .filter(({ params }) => params.get('client_reference_id') === formatId('payment', payment_id))
        .map(({ id, params }) => {
          const currency = (params.get('line_items[0][price_data][currency]') ?? '').toUpperCase()
          const amount = BigInt(params.get('line_items[0][price_data][unit_amount]') ?? '')
          return { reference: id, amount: fromWire(amount, currency), currency }
        }),
    play(reference, act, { amount, currency } = {}) {
      const session = sessionOf(reference)
      if (session.status !== 'open' && session.payment_status !== 'unpaid') return
      if (session.status === 'expired') return
      Object.assign(session, played[act])
      if (currency !== undefined) session.currency = currency.toLowerCase()
      if (amount !== undefined) {
        session.amount_total = amount === null ? null : Number(toWire(amount, String(session.currency).toUpperCase()))
      }
    },
    refunds: (reference) => {
      const session = sessionOf(reference)
      const currency = String(session.currency).toUpperCase()
      return fake.refunds
        .filter(({ payment_intent }) => payment_intent === intentOf(session))
        .map(({ amount }) => fromWire(BigInt(amount), currency))
    },
    callback({ reference, event_id, at, mode, forged, body: other }) {
      const told = { ...sessionOf(reference), status: 'complete', payment_status: 'paid' }
      const usual = fake.callback(told, webhook_secret, { id: event_id, livemode: mode === 'live' }).body
      const body = other?.(usual) ?? usual
      const secret = forged ? 'whsec_anotherSecretOfTheCheck' : webhook_secret
      const timestamp = Math.floor(at.getTime() / 1_000)
      // Signed by Stripe's own code.
      const header = new Stripe(fakeKeys.live).webhooks.generateTestHeaderString({ payload: body, secret, timestamp })
      return { body, headers: { 'content-type': 'application/json', 'stripe-signature': header } }
    },
    stop: () => fake.close(),
  }
}

const kind = findKind('stripe', 'live')
if (kind?.way !== 'charge') throw new Error('There is no processor of the name stripe.')

export const processorUnderTest: ProcessorUnderTest = {
  kind,
  open: ({ clock, fetch, base_url, mode, secrets: { secret_key = '', webhook_secret } }) =>
    createStripe({ clock, processorClient: { fetch, stripe_url: base_url, paystack_url: undefined } }, mode, {
      secret_key,
      webhook_secret,
    }),
  start,
}
