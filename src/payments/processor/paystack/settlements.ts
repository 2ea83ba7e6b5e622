import { z } from 'zod'
import { laterOf } from '../../../core/clock.ts'
import type { ToldLine, ToldPage, ToldSettlement } from '../../../ledger/settlements/told.ts'
import { ProcessorFault } from '../fault.ts'
import type { SettlementSource } from '../processor.ts'
import { signedFromPaystackAmount } from './amounts.ts'
import type { PaystackClient } from './client.ts'
import { lenientText, paystackInstant, paystackTransaction } from './state.ts'

// What Paystack sends unasked: with more it may send as many all the same, and a page that is not full is the last.
const pageMax = 50

const settlementShape = z.object({
  id: z.union([z.int(), z.string()]),
  domain: z.string(),
  status: z.string(),
  currency: z.string(),
  effective_amount: z.unknown(),
  total_amount: z.unknown(),
  settlement_date: lenientText,
  createdAt: z.string(),
})
const lineShape = paystackTransaction.extend({ currency: z.string(), fees: z.unknown() })

/**
 * The settlements of Paystack, and the transactions that they are made of. They cannot be listed by time, so pages are read from the newest
 * on, to the first that is all before.
 */
export function paystackSettlements(client: PaystackClient, mode: 'test' | 'live'): SettlementSource {
  return {
    async list(from, to, after) {
      const { items, next } = await pageOf(client, '/settlement', settlementShape, after)
      const all = items.map((settlement) => toldSettlement(ofMode(settlement, mode)))
      const isOver = all.every(({ made_at }) => made_at < from)
      return { items: all.filter(({ made_at }) => made_at >= from && made_at <= to), next: isOver ? undefined : next }
    },
    async lines(reference, after) {
      const path = `/settlement/${encodeURIComponent(reference)}/transactions`
      const { items, next } = await pageOf(client, path, lineShape, after)
      return { items: items.map((transaction) => toldTransaction(ofMode(transaction, mode))), next }
    },
  }
}

async function pageOf<T>(
  client: PaystackClient,
  path: string,
  shape: z.ZodType<T>,
  after: string | undefined,
): Promise<ToldPage<T>> {
  const page = after === undefined ? 1 : Number.parseInt(after, 10)
  const { data } = await client.get(`${path}?perPage=${pageMax}&page=${page}`, z.array(shape))
  return { items: data, next: data.length < pageMax ? undefined : String(page + 1) }
}

function ofMode<T extends { domain: string }>(shown: T, mode: 'test' | 'live'): T {
  if (shown.domain === mode) return shown
  throw new ProcessorFault('unknown', 'Paystack answered for the other mode')
}

const statuses: Readonly<Record<string, ToldSettlement['status']>> = { success: 'paid', failed: 'failed' }

/**
 * A word that is not known is taken as "look again". What it is made of is known once it was paid; what one was made of that failed is
 * settled by another.
 */
function toldSettlement(settlement: z.output<typeof settlementShape>): ToldSettlement {
  const currency = settlement.currency.toUpperCase()
  const made_at = paystackInstant(settlement.createdAt)
  if (made_at === undefined) throw new ProcessorFault('unknown', 'Paystack does not say when a settlement was made')
  const status = statuses[settlement.status] ?? 'pending'
  return {
    reference: String(settlement.id),
    status,
    currency,
    // What was deducted for refunds and disputes is in the one, and not in the other.
    amount: minor(settlement.effective_amount ?? settlement.total_amount, currency),
    made_at,
    // The day, by its midnight, which is before it was made.
    arrives_at: laterOf(paystackInstant(settlement.settlement_date) ?? made_at, made_at),
    lines: status === 'paid' ? 'ready' : status === 'failed' ? 'none' : 'waiting',
  }
}

function toldTransaction(transaction: z.output<typeof lineShape>): ToldLine {
  const currency = transaction.currency.toUpperCase()
  const occurred_at = paystackInstant(transaction.paid_at) ?? paystackInstant(transaction.created_at)
  if (occurred_at === undefined) throw new ProcessorFault('unknown', 'Paystack does not say when it took an amount')
  return {
    reference: `transaction:${transaction.id}`,
    kind: 'charge',
    currency,
    gross: minor(transaction.amount, currency),
    fee: minor(transaction.fees ?? 0, currency),
    occurred_at,
    charge_reference: transaction.reference,
  }
}

function minor(wire: unknown, currency: string): bigint {
  const amount = signedFromPaystackAmount(wire, currency)
  if (amount !== undefined) return amount
  throw new ProcessorFault('refused', 'an amount of a settlement is no whole number of minor units')
}
