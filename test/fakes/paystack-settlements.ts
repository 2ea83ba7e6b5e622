import type { FakeTransaction, Json } from './paystack-books.ts'

/** A settlement in the books of the stand-in, with what it is made of. */
export type FakePaystackSettlement = {
  id: number
  status: string
  currency: unknown
  total_processed: number
  total_fees: number
  total_amount: number
  effective_amount: unknown
  settlement_date: string
  createdAt: string
  of: FakeTransaction[]
}

/** What Paystack keeps of a transaction. */
export function feesOf({ amount }: Pick<FakeTransaction, 'amount'>): number {
  return Math.round(Number(amount) * 0.029)
}

const dayMs = 86_400_000
// As many as are sent when nobody asks for a number.
const usual = 50

/** Settles transactions, less the fees. */
export function settle(
  settlements: FakePaystackSettlement[],
  of: FakeTransaction[],
  now: Date,
  changes: Partial<FakePaystackSettlement> = {},
): FakePaystackSettlement {
  const total_processed = of.reduce((sum, { amount }) => sum + Number(amount), 0)
  const total_fees = of.reduce((sum, transaction) => sum + feesOf(transaction), 0)
  const total_amount = total_processed - total_fees
  const midnight = new Date(now.getTime() - (now.getTime() % dayMs))
  const settlement = {
    id: 3_090_024 + settlements.length,
    status: 'success',
    currency: of[0]?.currency ?? 'ZAR',
    total_processed,
    total_fees,
    total_amount,
    effective_amount: total_amount,
    settlement_date: midnight.toISOString(),
    createdAt: now.toISOString(),
    of,
    ...changes,
  }
  settlements.push(settlement)
  return settlement
}

/** A page of what is listed; undefined for a page that cannot be asked for. */
export function pageOf(all: readonly Json[], query: URLSearchParams): Json[] | undefined {
  const unknown = [...query.keys()].some((name) => name !== 'perPage' && name !== 'page')
  const [perPage, page] = [Number(query.get('perPage') ?? usual), Number(query.get('page') ?? 1)]
  const isSound = Number.isInteger(perPage) && perPage > 0 && perPage <= 100 && Number.isInteger(page) && page > 0
  return unknown || !isSound ? undefined : all.slice((page - 1) * perPage, page * perPage)
}
