import { randomBytes } from 'node:crypto'

type Json = Record<string, unknown>

/** A refund in the books of the stand-in for Stripe. */
export type FakeRefund = {
  id: string
  object: 'refund'
  payment_intent: string
  amount: number
  status: string
  failure_reason?: string
  metadata: Json
}

/** What becomes of refunds, otherwise than that they succeed at once. */
export type RefundFaults = {
  /** Their first status. */
  refund_status: string | undefined
  /** The code of the refusal. */
  refund_refused: string | undefined
  /** Writes a refund, and breaks the connection off before the answer. */
  lose_refund: boolean
}

type Answer = { status: number; body: Json } | { fault: string; type?: string } | 'lost'

/** `/v1/refunds` of the stand-in: strict about what it is sent, and about keys that come again. */
export class RefundBooks {
  readonly refunds: FakeRefund[] = []
  readonly faults: RefundFaults = { refund_status: undefined, refund_refused: undefined, lose_refund: false }
  readonly #keys = new Map<string, { asked: string; refund: FakeRefund }>()
  readonly #left: (payment_intent: string) => number

  /** `left` says what was charged for a payment intent. */
  constructor(charged: (payment_intent: string) => number) {
    this.#left = (intent) =>
      charged(intent) -
      this.refunds
        .filter(
          ({ payment_intent, status }) => payment_intent === intent && status !== 'failed' && status !== 'canceled',
        )
        .reduce((sum, { amount }) => sum + amount, 0)
  }

  answer(method: string, url: URL, sent: URLSearchParams, key: string): Answer {
    const id = url.pathname.slice('/v1/refunds/'.length)
    if (method === 'POST') return this.#create(sent, key)
    if (id !== '') {
      const found = this.refunds.find((one) => one.id === id)
      return found ? { status: 200, body: found } : { fault: 'resource_missing' }
    }
    const intent = url.searchParams.get('payment_intent')
    const data = this.refunds.filter(({ payment_intent }) => payment_intent === intent)
    return { status: 200, body: { object: 'list', url: '/v1/refunds', has_more: false, data } }
  }

  #create(sent: URLSearchParams, key: string): Answer {
    const asked = [...sent].sort().join('\n')
    const before = this.#keys.get(key)
    if (before) {
      const same = before.asked === asked
      return same ? { status: 200, body: before.refund } : { fault: 'other_parameters', type: 'idempotency_error' }
    }
    const names = [...sent.keys()].sort().join()
    const amount = Number(sent.get('amount'))
    const payment_intent = sent.get('payment_intent') ?? ''
    if (names !== 'amount,metadata[refund_id],payment_intent' || key === '') return { fault: 'parameter_unknown' }
    if (this.faults.refund_refused !== undefined) return { fault: this.faults.refund_refused }
    if (!(amount > 0) || amount > this.#left(payment_intent)) return { fault: 'charge_already_refunded' }
    const refund: FakeRefund = {
      id: `re_${randomBytes(12).toString('hex')}`,
      object: 'refund',
      payment_intent,
      amount,
      status: this.faults.refund_status ?? 'succeeded',
      metadata: { refund_id: sent.get('metadata[refund_id]') },
    }
    this.refunds.push(refund)
    this.#keys.set(key, { asked, refund })
    return this.faults.lose_refund ? 'lost' : { status: 200, body: refund }
  }
}
