import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type Answered,
  type FakePaystackRefund,
  type FakeTransaction,
  type Json,
  PaystackBooks,
  type PaystackFaults,
} from './paystack-books.ts'
import type { FakePaystackDispute, FakePaystackDisputes } from './paystack-disputes.ts'
import { type FakePaystackSettlement, settle } from './paystack-settlements.ts'

/** A callback as it is sent. */
export type SentCallback = { body: string; headers: Record<string, string> }

type CallbackOptions = { event?: string; key?: string; domain?: string }

/** A stand-in for Paystack: its documented wire format, and a page that can be paid. */
export type PaystackFake = {
  url: string
  faults: PaystackFaults
  transactions: FakeTransaction[]
  refunds: FakePaystackRefund[]
  /** Method and path of every call. */
  calls: string[]
  /** Charges the payer of a transaction. */
  pay(transaction: FakeTransaction): void
  /** A callback about a transaction, signed with the live key. */
  callback(transaction: FakeTransaction, options?: CallbackOptions): SentCallback
  /** A callback about a refund, which names no id of it. */
  refundCallback(refund: FakePaystackRefund, options?: CallbackOptions): SentCallback
  /** What payers' banks dispute. */
  disputes: FakePaystackDisputes
  /** A callback about a dispute. */
  disputeCallback(dispute: FakePaystackDispute, options?: CallbackOptions): SentCallback
  settlements: FakePaystackSettlement[]
  /** Pays out to the bank what payers paid. */
  settle(of: FakeTransaction[], changes?: Partial<FakePaystackSettlement>): FakePaystackSettlement
  close(): Promise<void>
}

/** The key that it takes, of each mode. */
export const paystackKeys = { test: 'sk_test_aPaystackKeyOfTheFake', live: 'sk_live_aPaystackKeyOfTheFake' }

/** Starts it on a free port of this machine. */
export async function startPaystackFake(now: () => Date = () => new Date(), port = 0): Promise<PaystackFake> {
  const books = new PaystackBooks(now)
  const calls: string[] = []
  const server = createServer((request, response) => {
    answer(books, calls, request, response).catch((error: unknown) => response.destroy(error as Error))
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  books.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: books.url,
    faults: books.faults,
    transactions: books.transactions,
    refunds: books.refunds,
    calls,
    pay: (transaction) => books.pay(transaction),
    callback: (transaction, { event = 'charge.success', domain = 'live', ...options } = {}) =>
      signed({ event, data: books.shown(transaction, domain) }, options),
    refundCallback: ({ transaction_reference, amount, status }, options = {}) => {
      const { event = `refund.${status}`, domain = 'live' } = options
      const data = { status, transaction_reference, refund_reference: null, amount: String(amount), domain }
      return signed({ event, data }, options)
    },
    disputes: books.disputes,
    disputeCallback: (dispute, { domain = 'live', ...options } = {}) => {
      const { event = dispute.status === 'resolved' ? 'charge.dispute.resolve' : 'charge.dispute.create' } = options
      return signed({ event, data: books.disputes.shown(dispute, domain) }, options)
    },
    settlements: books.settlements,
    settle: (of, changes) => settle(books.settlements, of, now(), changes),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function signed(sent: Json, { key = paystackKeys.live }: CallbackOptions): SentCallback {
  // Not as JSON.stringify would write it: who verifies anything but the bytes sees another signature.
  const body = JSON.stringify(sent, null, 1)
  const signature = createHmac('sha512', key).update(body).digest('hex')
  return { body, headers: { 'content-type': 'application/json', 'x-paystack-signature': signature } }
}

async function answer(
  books: PaystackBooks,
  calls: string[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '', books.url)
  const text = await textOf(request)
  const paid = books.transactions.find(({ access_code }) => url.pathname === `/${access_code}`)
  if (paid) return page(books, paid, request, response, new URLSearchParams(text))
  const { method = '' } = request
  calls.push(`${method} ${url.pathname}`)
  const { status, body } = answered(books, method, url, text, request.headers)
  const isDone = method === 'POST' && status === 200
  if (isDone && books.faults.lose_answer) return void response.destroy()
  response.writeHead(status, { 'content-type': 'application/json', 'cf-ray': `ray-${calls.length}` })
  response.end(JSON.stringify(body))
}

function answered(
  books: PaystackBooks,
  method: string,
  url: URL,
  text: string,
  { authorization, 'content-type': type }: IncomingMessage['headers'],
): Answered {
  const { status, envelope_false } = books.faults
  if (status !== undefined) return { status, body: { status: false, message: 'told so', type: 'api_error' } }
  if (envelope_false) return { status: 200, body: { status: false, message: 'told so' } }
  const domain = Object.entries(paystackKeys).find(([, key]) => authorization === `Bearer ${key}`)?.[0]
  if (domain === undefined) return { status: 401, body: { status: false, message: 'Invalid key' } }
  if (method === 'POST' && type !== 'application/json')
    return { status: 400, body: { status: false, message: 'No JSON' } }
  return books.answer(method, url, method === 'POST' ? (JSON.parse(text) as Json) : {}, domain)
}

/** A page of plain HTML at an origin that is not ours. To look at it is what opens a transaction. */
function page(
  books: PaystackBooks,
  transaction: FakeTransaction,
  { method }: IncomingMessage,
  response: ServerResponse,
  sent: URLSearchParams,
): void {
  const { asked, reference, amount, currency } = transaction
  if (transaction.status === 'unopened') transaction.status = 'abandoned'
  if (method === 'POST' && sent.get('card') === 'good') {
    books.pay(transaction)
    const back = new URL(String(asked.callback_url))
    for (const name of ['trxref', 'reference']) back.searchParams.set(name, reference)
    return void response.writeHead(303, { location: back.href }).end()
  }
  // A decline leaves the payer where she is.
  if (method === 'POST') Object.assign(transaction, { status: 'failed', gateway_response: 'Insufficient Funds' })
  const back = String((asked.metadata as Json).cancel_action).replaceAll('&', '&amp;')
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
  response.end(`<!doctype html><html lang="en"><title>Paystack's page</title><h1>Pay ${amount} ${currency}</h1>
<form method="post"><button name="card" value="good">Pay</button><button name="card" value="declined">Pay with a bad card</button></form>
<p><a href="${back}">Cancel</a></p></html>`)
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
