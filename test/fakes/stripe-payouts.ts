import { randomBytes } from 'node:crypto'

type Json = Record<string, unknown>

/** A payout in the books of the stand-in, with its balance transactions. */
export type FakePayout = Json & {
  id: string
  status: string
  amount: number
  currency: string
  created: number
  reconciliation_status: string
  transactions: FakeTransaction[]
}

type FakeTransaction = Json & { id: string; amount: number; fee: number; net: number }

/** What a payout is besides what payers paid. */
export type PayoutOf = Partial<Omit<FakePayout, 'transactions'>> & { others?: Partial<FakeTransaction>[] }

const newName = (prefix: string) => `${prefix}_${randomBytes(12).toString('hex')}`

/** Adds a payout of sessions, as they are shown, each less a fee of 2.9 % and 30. */
export function payOut(payouts: FakePayout[], sessions: Json[], now: Date, of: PayoutOf = {}): FakePayout {
  const { others = [], ...more } = of
  const created = Math.floor(now.getTime() / 1_000)
  const currency = String(more.currency ?? sessions[0]?.currency ?? 'zar')
  const id = String(more.id ?? newName('po'))
  const known = { object: 'balance_transaction', created, currency, fee: 0, source: null, type: 'adjustment' }
  const charged = sessions.map((session) => chargeOf(session, created))
  const parts = [...charged, ...others].map((part) => completed({ ...known, id: newName('txn'), ...part }))
  const amount = Number(more.amount ?? parts.reduce((sum, { net }) => sum + net, 0))
  const itself = completed({
    ...known,
    id: newName('txn'),
    type: 'payout',
    amount: -amount,
    source: { id, object: 'payout' },
  })
  const payout = {
    object: 'payout',
    status: 'paid',
    automatic: true,
    reconciliation_status: 'completed',
    arrival_date: created,
    created,
    ...more,
    id,
    currency,
    amount,
    transactions: [itself, ...parts],
  } as FakePayout
  payouts.push(payout)
  return payout
}

function chargeOf(session: Json, created: number): Partial<FakeTransaction> {
  const { latest_charge, ...payment_intent } = session.payment_intent as Json & { latest_charge: Json }
  const amount = Number(session.amount_total)
  const source = { ...latest_charge, object: 'charge', payment_intent }
  return {
    type: 'charge',
    amount,
    fee: Math.round(amount * 0.029) + 30,
    created,
    source,
    currency: String(session.currency),
  }
}

function completed(part: Partial<FakeTransaction> & { id: string }): FakeTransaction {
  const amount = Number(part.amount ?? 0)
  const fee = Number(part.fee ?? 0)
  const detail = { amount: fee, application: null, currency: part.currency, description: 'Fees', type: 'stripe_fee' }
  return { fee_details: fee === 0 ? [] : [detail], ...part, amount, fee, net: amount - fee }
}

/** Newest first, as Stripe lists them. */
export function listPayouts(payouts: FakePayout[], query: URLSearchParams): Json {
  const [from, to] = [Number(query.get('created[gte]')), Number(query.get('created[lte]'))]
  const wanted = payouts.filter(({ created }) => created >= from && created <= to).reverse()
  return paged(
    wanted.map(({ transactions, ...shown }) => shown),
    query,
  )
}

export function listTransactions(payouts: FakePayout[], query: URLSearchParams): Json {
  const payout = payouts.find(({ id }) => id === query.get('payout'))
  const expanded = query.get('expand[0]') === 'data.source' && query.get('expand[1]') === 'data.source.payment_intent'
  if (!expanded) throw new Error('a source that is not expanded says nothing')
  return paged(payout?.transactions ?? [], query)
}

function paged(all: { id?: unknown }[], query: URLSearchParams): Json {
  const after = query.get('starting_after')
  const start = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1
  const limit = Number(query.get('limit') ?? 10)
  if (limit > 100 || (after !== null && start === 0)) throw new Error('no such page')
  return { object: 'list', data: all.slice(start, start + limit), has_more: all.length > start + limit, url: '/v1' }
}
