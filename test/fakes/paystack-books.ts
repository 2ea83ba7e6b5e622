import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FakePaystackDisputes } from './paystack-disputes.ts'
import { type FakePaystackSettlement, feesOf, pageOf } from './paystack-settlements.ts'

export type Json = Record<string, unknown>

const fixtures = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/paystack.json'), 'utf8')) as Record<
  'transaction' | 'refund' | 'balance' | 'dispute' | 'settlement',
  Json
>

/** A transaction in the books of the stand-in; `unopened` until its page is looked at. */
export type FakeTransaction = {
  id: number
  reference: string
  access_code: string
  status: string
  amount: unknown
  currency: unknown
  gateway_response: string
  created_at: string
  paid_at: string | null
  /** What was asked for. */
  asked: Json
  /** How often somebody was charged. */
  charges: number
}

export type FakePaystackRefund = {
  id: number
  transaction: number
  transaction_reference: string
  amount: number
  status: string
  merchant_note: unknown
}

/** What the stand-in does otherwise than it should. */
export type PaystackFaults = {
  /** Does what a POST asks for, and breaks the connection off before the answer. */
  lose_answer: boolean
  /** Answers every call so. */
  status: number | undefined
  /** Answers 200 with `status: false`. */
  envelope_false: boolean
  /** Where pages are said to be. */
  page_origin: string | undefined
  /** What arrives instead of what was asked. */
  amount_paid: unknown
  currency_paid: string | undefined
  /** Amounts as texts. */
  text_amounts: boolean
  /** Names this mode in what it shows. */
  domain: string | undefined
  metadata: unknown
  refund_status: string | undefined
  refund_refused: boolean
  /** How many more lists of refunds show none. */
  hidden_lists: number
}

export type Answered = { status: number; body: Json }

const ok = (data: unknown, message: string): Answered => ({ status: 200, body: { status: true, message, data } })
const refuse = (status: number, message: string, code = 'invalid_params'): Answered => ({
  status,
  body: { status: false, message, type: 'validation_error', code },
})

const currencies = ['NGN', 'GHS', 'ZAR', 'KES', 'USD', 'XOF']
const isText = (value: unknown) => typeof value === 'string' && value !== ''
const isObject = (value: unknown) => typeof value === 'object' && value !== null
const isAmount = (value: unknown) => /^[1-9]\d*$/.test(String(value)) && ['number', 'string'].includes(typeof value)
const isChannel = (one: unknown) => ['card', 'eft', 'bank', 'ussd', 'qr', 'mobile_money'].includes(String(one))

// What may be sent, and of which form it is.
const initializeFields: Record<string, (value: unknown) => boolean> = {
  email: (value) => /^[^@\s]+@[^@\s]+\.[a-z]+$/i.test(String(value)),
  amount: isAmount,
  currency: (value) => currencies.includes(String(value)),
  reference: (value) => /^[A-Za-z0-9.=-]+$/.test(String(value)),
  callback_url: (value) => URL.canParse(String(value)),
  channels: (value) => Array.isArray(value) && value.every(isChannel),
  metadata: (value) => isObject(value) || isText(value),
}
const refundFields: Record<string, (value: unknown) => boolean> = {
  transaction: (value) => isText(value) || typeof value === 'number',
  amount: isAmount,
  currency: (value) => currencies.includes(String(value)),
  merchant_note: isText,
  customer_note: isText,
}

function faultIn(sent: Json, fields: typeof initializeFields, required: string[]): Answered | undefined {
  const missing = required.find((name) => sent[name] === undefined)
  if (missing !== undefined) return refuse(400, `${missing} is required`)
  const wrong = Object.entries(sent).find(([name, value]) => !fields[name]?.(value))
  return wrong && refuse(400, `Invalid ${wrong[0]}`)
}

/** The books of the stand-in of one mode. */
export class PaystackBooks {
  url = ''
  readonly transactions: FakeTransaction[] = []
  readonly refunds: FakePaystackRefund[] = []
  readonly disputes = new FakePaystackDisputes(fixtures.dispute, (transaction, domain) =>
    this.shown(transaction, domain),
  )
  readonly settlements: FakePaystackSettlement[] = []
  readonly faults: PaystackFaults = {
    lose_answer: false,
    status: undefined,
    envelope_false: false,
    page_origin: undefined,
    amount_paid: undefined,
    currency_paid: undefined,
    text_amounts: false,
    domain: undefined,
    metadata: '',
    refund_status: undefined,
    refund_refused: false,
    hidden_lists: 0,
  }
  readonly #now: () => Date
  #next = 4_099_260_516

  constructor(now: () => Date) {
    this.#now = now
  }

  answer(method: string, { pathname, searchParams }: URL, sent: Json, domain: string): Answered {
    const [, group, name, third] = pathname.split('/')
    if (pathname === '/balance') return ok(fixtures.balance, 'Balances retrieved')
    if (pathname === '/transaction/initialize' && method === 'POST') return this.#initialize(sent)
    if (group === 'transaction' && name === 'verify') return this.#verify(third ?? '', domain)
    if (pathname === '/refund' && method === 'POST') return this.#refund(sent, domain)
    if (pathname === '/refund') {
      const isHidden = this.faults.hidden_lists > 0
      if (isHidden) this.faults.hidden_lists -= 1
      const asked = searchParams.get('transaction')
      const of = this.refunds.filter(({ transaction }) => !isHidden && String(transaction) === asked)
      return ok(
        of.map((one) => this.shownRefund(one, domain)),
        'Refunds retrieved',
      )
    }
    if (pathname === '/dispute') return this.#disputes(searchParams, domain)
    if (group === 'settlement') return this.#settlements(name, third, searchParams, domain)
    const found = group === 'refund' ? this.refunds.find(({ id }) => String(id) === name) : undefined
    return found ? ok(this.shownRefund(found, domain), 'Refund retrieved') : refuse(404, 'Not found', 'not_found')
  }

  #disputes(query: URLSearchParams, domain: string): Answered {
    const transaction = query.get('transaction')
    query.delete('transaction')
    const page = pageOf(this.disputes.of(transaction, domain), query)
    return page && transaction !== null ? ok(page, 'Disputes retrieved') : refuse(400, 'Invalid query')
  }

  /** The newest first. */
  #settlements(id: string | undefined, part: string | undefined, query: URLSearchParams, domain: string): Answered {
    const one = this.settlements.find((settlement) => String(settlement.id) === id)
    if (id !== undefined && (!one || part !== 'transactions')) return refuse(404, 'Not found', 'not_found')
    const all = one
      ? one.of.map((transaction) => this.shown(transaction, domain))
      : this.settlements.map(({ of: _, ...shown }) => ({ ...fixtures.settlement, ...shown, domain })).reverse()
    const page = pageOf(all, query)
    return page ? ok(page, 'Retrieved') : refuse(400, 'Invalid query')
  }

  #initialize(sent: Json): Answered {
    const fault = faultIn(sent, initializeFields, ['email', 'amount'])
    if (fault) return fault
    const reference = String(sent.reference)
    if (this.transactions.some((one) => one.reference === reference)) {
      return refuse(400, 'Duplicate Transaction Reference', 'duplicate_reference')
    }
    const access_code = randomBytes(8).toString('hex')
    this.transactions.push({
      id: this.#next++,
      reference,
      access_code,
      status: 'unopened',
      amount: Number(sent.amount),
      currency: sent.currency,
      gateway_response: 'The transaction was not completed',
      created_at: this.#now().toISOString(),
      paid_at: null,
      asked: sent,
      charges: 0,
    })
    const authorization_url = `${this.faults.page_origin ?? this.url}/${access_code}`
    return ok({ authorization_url, access_code, reference }, 'Authorization URL created')
  }

  #verify(reference: string, domain: string): Answered {
    const found = this.transactions.find((one) => one.reference === reference)
    if (!found || found.status === 'unopened') {
      return refuse(404, 'Transaction reference not found.', 'transaction_not_found')
    }
    return ok(this.shown(found, domain), 'Verification successful')
  }

  /** Charges the payer of a transaction. Nothing closes it: it can be paid however late. */
  pay(transaction: FakeTransaction): void {
    if (transaction.status === 'success') return
    const { amount_paid, currency_paid } = this.faults
    Object.assign(transaction, { status: 'success', gateway_response: 'Successful', charges: transaction.charges + 1 })
    transaction.paid_at = this.#now().toISOString()
    if (amount_paid !== undefined) transaction.amount = amount_paid
    if (currency_paid !== undefined) transaction.currency = currency_paid
  }

  /** The object of a transaction. */
  shown(transaction: FakeTransaction, domain: string): Json {
    const { id, reference, status, amount, currency, gateway_response, created_at, paid_at } = transaction
    const { text_amounts, metadata } = this.faults
    return {
      ...fixtures.transaction,
      id,
      reference,
      status,
      amount: text_amounts ? String(amount) : amount,
      fees: text_amounts ? String(feesOf(transaction)) : feesOf(transaction),
      currency,
      gateway_response,
      created_at,
      paid_at,
      metadata,
      domain: this.faults.domain ?? domain,
    }
  }

  #refund(sent: Json, domain: string): Answered {
    const fault = faultIn(sent, refundFields, ['transaction'])
    if (fault) return fault
    const asked = String(sent.transaction)
    const paid = this.transactions.find(({ id, reference }) => String(id) === asked || reference === asked)
    if (!paid) return refuse(404, 'Transaction not found', 'transaction_not_found')
    const sum = this.refunds
      .filter(({ transaction, status }) => transaction === paid.id && status !== 'failed')
      .reduce((total, one) => total + one.amount, 0)
    const amount = Number(sent.amount ?? paid.amount)
    if (this.faults.refund_refused || paid.status !== 'success' || sum + amount > Number(paid.amount)) {
      return refuse(400, 'Refund amount cannot be more than transaction amount')
    }
    const refund = {
      id: this.#next++,
      transaction: paid.id,
      transaction_reference: paid.reference,
      amount,
      status: this.faults.refund_status ?? 'pending',
      merchant_note: sent.merchant_note,
    }
    this.refunds.push(refund)
    const shown = { ...this.shownRefund(refund, domain), transaction: this.shown(paid, domain) }
    return ok(shown, 'Refund has been queued for processing')
  }

  shownRefund({ transaction_reference: _, ...refund }: FakePaystackRefund, domain: string): Json {
    return { ...fixtures.refund, ...refund, domain }
  }
}
