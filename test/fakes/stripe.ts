import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type FakeDispute, FakeDisputes } from './stripe-disputes.ts'
import { FakeIntents } from './stripe-intents.ts'
import { type FakePayout, listPayouts, listTransactions, type PayoutOf, payOut } from './stripe-payouts.ts'
import { type FakeRefund, RefundBooks, type RefundFaults } from './stripe-refunds.ts'

type Json = Record<string, unknown>

const { resources } = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/stripe.json'), 'utf8')) as {
  resources: Record<
    'checkout.session' | 'payment_intent' | 'charge' | 'event' | 'dispute' | 'balance_transaction',
    Json
  >
}

/** A Checkout Session in the books of the stand-in. */
export type FakeSession = {
  id: string
  status: string
  payment_status: string
  amount_total: unknown
  currency: unknown
  expires_at: number
  params: URLSearchParams
  /** How often a card was charged. */
  charges: number
  /** When the first was. */
  charged_at_s?: number
}

/** What the stand-in does otherwise than it should. */
export type Faults = RefundFaults & {
  /** Opens a session, and breaks the connection off before the answer. */
  lose_answer: boolean
  /** Opens a session, and never answers. */
  hold_answer: boolean
  /** Answers every call so. */
  status: number | undefined
  /** Where pages are said to be. */
  page_origin: string | undefined
  /** What arrives instead of what was asked. */
  amount_paid: number | null | undefined
  currency_paid: string | undefined
}

/** A stand-in for Stripe: its documented wire format, and a page that can be paid. */
export type StripeFake = {
  url: string
  faults: Faults
  sessions: FakeSession[]
  refunds: FakeRefund[]
  /** Method and path of every call. */
  calls: string[]
  payouts: FakePayout[]
  /** What is held on cards, of sessions that are captured by hand. */
  intents: FakeIntents
  /** Charges the card of a session, as its payer would. */
  pay(session: FakeSession): void
  /** Pays out to the bank what its payers paid, with other amounts beside. */
  payOut(sessions: FakeSession[], of?: PayoutOf): FakePayout
  /** A callback about a session, signed with a webhook secret. */
  callback(
    session: FakeSession,
    secret: string,
    options?: CallbackOptions,
  ): { body: string; headers: Record<string, string> }
  /** A callback about a refund. */
  refundCallback(
    refund: FakeRefund,
    secret: string,
    options?: CallbackOptions,
  ): { body: string; headers: Record<string, string> }
  /** What payers' banks dispute. */
  disputes: FakeDisputes
  /** A callback about a dispute, signed with a webhook secret. */
  disputeCallback(dispute: FakeDispute, secret: string, options?: CallbackOptions): ReturnType<StripeFake['callback']>
  close(): Promise<void>
}

type CallbackOptions = { type?: string; id?: string; at?: Date; livemode?: boolean }

/** The key that it takes, of each mode. */
export const fakeKeys = { test: 'sk_test_aKeyOfTheFakeOnly', live: 'sk_live_aKeyOfTheFakeOnly' }

// What an attempt to open a session may name: the rest is refused, as it is by the version that is asked for.
const known =
  /^(mode|client_reference_id|success_url|cancel_url|expires_at|allowed_payment_method_types\[\d\]|adaptive_pricing\[enabled\]|metadata\[\w+\]|payment_intent_data\[(metadata\]\[\w+|capture_method)\]|line_items\[0\]\[(quantity|price_data\]\[(currency|unit_amount|product_data\]\[name))\])$/

/** Starts it on a free port of this machine. `now` is the clock by which sessions expire. */
export async function startStripeFake(now: () => Date = () => new Date(), port = 0): Promise<StripeFake> {
  const books = new Books(now)
  const server = createServer((request, response) => {
    books.answer(request, response).catch((error: unknown) => response.destroy(error as Error))
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  books.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: books.url,
    faults: books.faults,
    sessions: books.sessions,
    refunds: books.refundBooks.refunds,
    calls: books.calls,
    payouts: books.payouts,
    payOut: (sessions, of) =>
      payOut(
        books.payouts,
        sessions.map((session) => books.shown(session)),
        now(),
        of,
      ),
    intents: books.intents,
    pay: (session) => books.pay(session),
    callback: (session, secret, options) => signedCallback(books.shown(session), secret, now(), options),
    refundCallback: (refund, secret, options) =>
      signedCallback(refund, secret, now(), { type: 'refund.updated', ...options }),
    disputes: books.disputes,
    disputeCallback: (dispute, secret, options = {}) => {
      const object = { ...dispute, balance_transactions: [] }
      return signedCallback(object, secret, now(), { type: 'charge.dispute.updated', ...options })
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

class Books {
  url = ''
  readonly sessions: FakeSession[] = []
  readonly calls: string[] = []
  readonly refundBooks = new RefundBooks((intent) => {
    const paid = this.sessions.find(({ id, charges }) => charges > 0 && intentOf({ id }) === intent)
    return Number(paid?.amount_total ?? 0)
  })
  readonly payouts: FakePayout[] = []
  readonly disputes = new FakeDisputes(resources)
  readonly intents: FakeIntents
  readonly faults: Faults = Object.assign(this.refundBooks.faults, {
    lose_answer: false,
    hold_answer: false,
    status: undefined,
    page_origin: undefined,
    amount_paid: undefined,
    currency_paid: undefined,
  })
  readonly #keys = new Map<string, { asked: string; body: Json }>()
  readonly #now: () => Date

  constructor(now: () => Date) {
    this.#now = now
    this.intents = new FakeIntents(now)
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', this.url)
    const { pathname, searchParams } = url
    const sent = new URLSearchParams(await textOf(request))
    if (pathname.startsWith('/c/pay/')) return this.#page(request, response, pathname.slice(7), sent)
    this.calls.push(`${request.method} ${pathname}`)
    const send = (status: number, body: Json) =>
      response
        .writeHead(status, { 'content-type': 'application/json', 'request-id': `req_${this.calls.length}` })
        .end(JSON.stringify(body))
    const fault = (status: number, type: string, code: string) =>
      void send(status, { error: { type, code, message: code } })
    const key = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    if (this.faults.status !== undefined) return fault(this.faults.status, 'api_error', 'told_so')
    if (!Object.values(fakeKeys).includes(key)) return fault(401, 'invalid_request_error', 'api_key_invalid')
    if (request.headers['stripe-version'] !== '2026-10-28.endive') return fault(400, 'invalid_request_error', 'version')
    const key_sent = String(request.headers['idempotency-key'] ?? '')
    if (pathname.startsWith('/v1/refunds')) {
      const answer = this.refundBooks.answer(request.method ?? '', url, sent, key_sent)
      if (answer === 'lost') return void response.destroy()
      if ('fault' in answer) return fault(400, answer.type ?? 'invalid_request_error', answer.fault)
      return void send(answer.status, answer.body)
    }
    if (pathname === '/v1/payouts') return void send(200, listPayouts(this.payouts, searchParams))
    if (pathname === '/v1/balance_transactions') return void send(200, listTransactions(this.payouts, searchParams))
    const [, intent, then] = /^\/v1\/payment_intents\/(\w+)(?:\/(\w+))?$/.exec(pathname) ?? []
    if (intent !== undefined) {
      const answer = this.intents.call(intent, then, sent, key_sent)
      if (answer === undefined) return void response.destroy()
      return 'body' in answer ? void send(200, answer.body) : fault(answer.status, 'invalid_request_error', answer.code)
    }
    const [, id, action] = /^\/v1\/checkout\/sessions(?:\/(\w+))?(?:\/(\w+))?$/.exec(pathname) ?? []
    if (request.method === 'POST' && id === undefined) {
      const opened = this.#open(sent, key_sent)
      if ('code' in opened) return fault(400, opened.type, opened.code)
      if (this.faults.lose_answer) return void response.destroy()
      if (this.faults.hold_answer) return
      return void send(200, opened.body)
    }
    if (pathname === '/v1/disputes') return void send(200, this.disputes.list(request.url ?? ''))
    if (id === undefined) return void send(200, { object: 'list', data: [], has_more: false })
    const session = this.sessions.find((one) => one.id === id)
    if (!session) return fault(404, 'invalid_request_error', 'resource_missing')
    this.#passTime(session)
    if (action === 'expire') {
      if (session.status !== 'open') return fault(400, 'invalid_request_error', 'status_transition_invalid')
      session.status = 'expired'
    }
    send(200, this.shown(session))
  }

  #open(params: URLSearchParams, key: string): { body: Json } | { type: string; code: string } {
    const asked = [...params].sort().join('\n')
    const before = this.#keys.get(key)
    if (before) return before.asked === asked ? before : { type: 'idempotency_error', code: 'other_parameters' }
    const unknown = [...params.keys()].find((name) => !known.test(name))
    if (unknown !== undefined || key === '') return { type: 'invalid_request_error', code: 'parameter_unknown' }
    const lives_s = Number(params.get('expires_at')) - this.#now().getTime() / 1_000
    if (lives_s < 1_800 || lives_s > 86_400) return { type: 'invalid_request_error', code: 'expires_at' }
    const session: FakeSession = {
      id: `cs_test_${randomBytes(12).toString('hex')}`,
      status: 'open',
      payment_status: 'unpaid',
      amount_total: Number(params.get('line_items[0][price_data][unit_amount]')),
      currency: params.get('line_items[0][price_data][currency]'),
      expires_at: Number(params.get('expires_at')),
      params,
      charges: 0,
    }
    this.sessions.push(session)
    const body = this.shown(session)
    this.#keys.set(key, { asked, body })
    return { body }
  }

  #passTime(session: FakeSession): void {
    if (session.status === 'open' && session.expires_at * 1_000 <= this.#now().getTime()) session.status = 'expired'
  }

  pay(session: FakeSession): void {
    this.#passTime(session)
    if (session.status !== 'open') return
    const { amount_paid, currency_paid } = this.faults
    Object.assign(session, { status: 'complete', payment_status: 'paid', charges: session.charges + 1 })
    session.charged_at_s = Math.floor(this.#now().getTime() / 1_000)
    if (amount_paid !== undefined) session.amount_total = amount_paid
    if (currency_paid !== undefined) session.currency = currency_paid
    if (session.params.get('payment_intent_data[capture_method]') === 'manual') {
      session.payment_status = 'unpaid'
      this.intents.hold(`pi_${session.id.slice(8)}`, Number(session.amount_total))
    }
  }

  /** The object of a session, with what of it is expanded. */
  shown(session: FakeSession): Json {
    const { id, status, payment_status, amount_total, currency, expires_at, params, charges, charged_at_s } = session
    const created = charged_at_s ?? Math.floor(this.#now().getTime() / 1_000)
    const disputed = this.disputes.of(intentOf({ id })).length > 0
    const latest_charge = { ...resources.charge, created, disputed, amount: amount_total, currency }
    const metadata = { payment_id: params.get('payment_intent_data[metadata][payment_id]') }
    const ids = { id: intentOf({ id }), status: 'succeeded', metadata }
    const held = this.intents.shownOf(intentOf({ id }))
    const plain = { ...resources.payment_intent, ...ids, latest_charge }
    const intent = held
      ? { ...plain, ...held.intent, currency, latest_charge: withCard(latest_charge, held.card) }
      : plain
    return {
      ...resources['checkout.session'],
      id,
      status,
      payment_status,
      amount_total,
      currency,
      expires_at,
      client_reference_id: params.get('client_reference_id'),
      payment_intent: charges > 0 ? intent : null,
      url: status === 'open' ? `${this.faults.page_origin ?? this.url}/c/pay/${id}` : null,
    }
  }

  /** A page of plain HTML at an origin that is not ours. */
  #page(request: IncomingMessage, response: ServerResponse, id: string, sent: URLSearchParams): void {
    const session = this.sessions.find((one) => one.id === id)
    if (!session) return void response.writeHead(404).end()
    if (request.method === 'POST') {
      // A decline does not end a session: the page is shown again.
      if (sent.get('card') === 'declined') return void response.writeHead(303, { location: request.url ?? '' }).end()
      this.pay(session)
      return void response.writeHead(303, { location: session.params.get('success_url') ?? '' }).end()
    }
    const back = (session.params.get('cancel_url') ?? '').replaceAll('&', '&amp;')
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    response.end(`<!doctype html><html lang="en"><title>Stripe's page</title><h1>Pay ${session.amount_total} ${session.currency}</h1>
<form method="post"><button name="card" value="good">Pay</button><button name="card" value="declined">Pay with a bad card</button></form>
<p><a href="${back}">Back</a></p></html>`)
  }
}

/** The id of the payment intent of a session. */
export function intentOf({ id }: Pick<FakeSession, 'id'>): string {
  return `pi_${id.slice(8)}`
}

function withCard(charge: Json, more: Json): Json {
  const { payment_method_details: details } = charge as { payment_method_details?: { card?: Json } }
  return { ...charge, status: 'succeeded', payment_method_details: { ...details, card: { ...details?.card, ...more } } }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function signedCallback(object: Json, secret: string, now: Date, options: CallbackOptions = {}) {
  const {
    type = 'checkout.session.completed',
    id = `evt_${randomBytes(8).toString('hex')}`,
    at = now,
    livemode = true,
  } = options
  const body = JSON.stringify({ ...resources.event, id, type, livemode, data: { object } })
  const t = Math.floor(at.getTime() / 1_000)
  const v1 = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')
  return { body, headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': `t=${t},v1=${v1}` } }
}
