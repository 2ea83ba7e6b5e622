import type { FakeTransaction, Json } from './paystack-books.ts'

/** A dispute as Paystack shows it, of a transaction in its books. */
export type FakePaystackDispute = {
  id: number
  of: FakeTransaction
  refund_amount: unknown
  currency: unknown
  status: string
  resolution: string | null
  category: string
  dueAt: string
}

type Shows = (transaction: FakeTransaction, domain: string) => Json

/** The disputes in the books of the stand-in for Paystack. */
export class FakePaystackDisputes {
  readonly #all: FakePaystackDispute[] = []
  readonly #example: Json
  readonly #shows: Shows
  #next = 358_950

  constructor(example: Json, shows: Shows) {
    this.#example = example
    this.#shows = shows
  }

  /** A payer's bank disputes a transaction; no money has moved yet. */
  open(of: FakeTransaction, changes: Partial<FakePaystackDispute> = {}): FakePaystackDispute {
    const dispute = {
      id: this.#next++,
      of,
      refund_amount: of.amount,
      currency: of.currency,
      status: 'awaiting-merchant-feedback',
      resolution: null,
      category: 'chargeback',
      dueAt: '2026-12-24T13:47:00.000Z',
      ...changes,
    }
    this.#all.push(dispute)
    return dispute
  }

  /** What is accepted, or not answered, reverses the transaction. */
  resolve(dispute: FakePaystackDispute, resolution: string): void {
    Object.assign(dispute, { status: 'resolved', resolution })
    if (resolution !== 'declined') dispute.of.status = 'reversed'
  }

  /** Those that `GET /dispute` lists of a transaction, newest first. */
  of(transaction: string | null, domain: string): Json[] {
    const its = this.#all.filter(({ of }) => String(of.id) === transaction)
    return its.toReversed().map((dispute) => this.shown(dispute, domain))
  }

  shown({ of, ...dispute }: FakePaystackDispute, domain: string): Json {
    return { ...this.#example, ...dispute, transaction: this.#shows(of, domain), domain }
  }
}
