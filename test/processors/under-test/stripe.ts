import Stripe from 'stripe'
import { formatId } from '../../../src/core/id/id.ts'
import type { Act, DisputeAct, ProcessorUnderTest, Stage } from '../../../src/payments/processor/check/subject.ts'
import { findKind } from '../../../src/payments/processor/kinds.ts'
import { createStripe } from '../../../src/payments/processor/stripe/stripe.ts'
import { type FakeSession, fakeKeys, intentOf, type StripeFake, startStripeFake } from '../../fakes/stripe.ts'

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

const words: Readonly<Record<DisputeAct, string>> = {
  dispute_warned: 'warning_needs_response',
  dispute_taken: 'needs_response',
  dispute_won: 'won',
  dispute_unknown_word: 'mediation',
}

function dispute(fake: StripeFake, session: FakeSession, act: DisputeAct): void {
  const of = fake.disputes.of(intentOf(session))[0] ?? fake.disputes.open(session)
  of.status = words[act]
  if (act === 'dispute_taken') fake.disputes.withdraw(of)
  if (act === 'dispute_won') fake.disputes.reinstate(of)
}

/** What was sent back of sessions, as balance transactions. */
function refundsOf(fake: StripeFake, sessions: readonly FakeSession[]) {
  return sessions.flatMap((session) => {
    const payment_intent = {
      id: intentOf(session),
      metadata: { payment_id: session.params.get('client_reference_id') },
    }
    return fake.refunds
      .filter((refund) => refund.payment_intent === payment_intent.id)
      .map(({ id, amount }) => ({ type: 'refund', amount: -amount, source: { id, object: 'refund', payment_intent } }))
  })
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
      const isHeld = session.params.get('payment_intent_data[capture_method]') === 'manual'
      if (act === 'pays' && isHeld) return fake.pay(session)
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
    authorisation(reference) {
      const session = sessionOf(reference)
      const intent = fake.intents.all.find(({ id }) => id === intentOf(session))
      if (!intent) throw new Error(`The stand-in holds nothing of ${reference}.`)
      const { amount, received, status } = intent
      return { captured: BigInt(received), released: BigInt(status === 'requires_capture' ? 0 : amount - received) }
    },
    lapse(reference) {
      const intent = fake.intents.all.find(({ id }) => id === intentOf(sessionOf(reference)))
      if (intent) Object.assign(intent, { authorised_at_s: intent.authorised_at_s - 8 * 86_400, status: 'canceled' })
    },
    dispute: (reference, act) => dispute(fake, sessionOf(reference), act),
    settle(references) {
      const sessions = references.map(sessionOf)
      fake.payOut(sessions, { others: refundsOf(fake, sessions) })
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
