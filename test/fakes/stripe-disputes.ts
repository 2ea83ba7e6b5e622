import { randomBytes } from 'node:crypto'

type Json = Record<string, unknown>

/** A dispute as Stripe shows it. */
export type FakeDispute = Json & {
  id: string
  payment_intent: string
  amount: number
  currency: string
  reason: string
  status: string
  balance_transactions: Json[]
}

type Charged = { id: string; amount_total: unknown; currency: unknown }

/** The disputes in the books of the stand-in for Stripe. */
export class FakeDisputes {
  readonly #all: FakeDispute[] = []
  readonly #resources: { dispute: Json; balance_transaction: Json }

  constructor(resources: { dispute: Json; balance_transaction: Json }) {
    this.#resources = resources
  }

  /** A payer's bank disputes a charge; no money has moved yet. */
  open({ id, amount_total, currency }: Charged, changes: Json = {}): FakeDispute {
    const dispute = {
      ...this.#resources.dispute,
      id: `du_${randomBytes(12).toString('hex')}`,
      payment_intent: `pi_${id.slice(8)}`,
      amount: Number(amount_total),
      currency: String(currency),
      reason: 'fraudulent',
      status: 'needs_response',
      balance_transactions: [],
      ...changes,
    }
    this.#all.push(dispute)
    return dispute
  }

  /** `charge.dispute.funds_withdrawn`, with the fee that Stripe takes for it. */
  withdraw(dispute: FakeDispute): void {
    this.#move(dispute, { amount: -dispute.amount, fee: 1_500, reporting_category: 'dispute' })
  }

  /** `charge.dispute.funds_reinstated`. */
  reinstate(dispute: FakeDispute): void {
    this.#move(dispute, { amount: dispute.amount, fee: -1_500, reporting_category: 'dispute_reversal' })
  }

  #move(dispute: FakeDispute, moved: { amount: number; fee: number; reporting_category: string }): void {
    const id = `txn_${randomBytes(12).toString('hex')}`
    const net = moved.amount - moved.fee
    const booked = { ...this.#resources.balance_transaction, ...moved, id, net, type: 'adjustment', source: dispute.id }
    dispute.balance_transactions.push(booked)
  }

  of(paymentIntent: string | null): FakeDispute[] {
    return this.#all.filter(({ payment_intent }) => payment_intent === paymentIntent)
  }

  /** `GET /v1/disputes`: the newest first. */
  list(url: string): Json {
    const data = this.of(new URL(url, 'http://localhost').searchParams.get('payment_intent')).toReversed()
    return { object: 'list', url: '/v1/disputes', data, has_more: false }
  }
}
