import type Stripe from 'stripe'
import { parseId } from '../../../core/id/id.ts'
import type { LineKind, ToldLine, ToldSettlement } from '../../../ledger/settlements/told.ts'
import { ProcessorFault } from '../fault.ts'
import type { SettlementSource } from '../processor.ts'
import { signedFromWire } from './amounts.ts'

const pageMax = 100
// Charges, refunds and disputes all have it, and in its metadata is our payment.
const expand = ['data.source', 'data.source.payment_intent']

type Calling = <T>(call: () => Promise<T>) => Promise<T>

/** Payouts are settlements, and the balance transactions of a payout are its lines. */
export function stripeSettlements(stripe: Stripe, calling: Calling): SettlementSource {
  return {
    list: (from, to, after) =>
      calling(async () => {
        const created = { gte: seconds(from), lte: seconds(to) }
        const page = await stripe.payouts.list({ created, limit: pageMax, ...startingAfter(after) })
        return { items: page.data.map(toldPayout), next: nextOf(page) }
      }),
    lines: (reference, after) =>
      calling(async () => {
        const wanted = { payout: reference, limit: pageMax, expand, ...startingAfter(after) }
        const page = await stripe.balanceTransactions.list(wanted)
        // The payout itself is among what it is made of.
        const parts = page.data.filter((part) => !(part.type === 'payout' && idOf(part.source) === reference))
        return { items: parts.map(toldTransaction), next: nextOf(page) }
      }),
  }
}

const seconds = (at: Date) => Math.floor(at.getTime() / 1_000)
const instant = (at_s: number) => new Date(at_s * 1_000)
const startingAfter = (after: string | undefined) => (after === undefined ? {} : { starting_after: after })
const nextOf = (page: { data: { id: string }[]; has_more: boolean }) =>
  page.has_more ? page.data.at(-1)?.id : undefined
const idOf = (source: { id: string } | string | null) => (typeof source === 'string' ? source : source?.id)

const statuses: Readonly<Record<string, ToldSettlement['status']>> = {
  paid: 'paid',
  failed: 'failed',
  canceled: 'failed',
}
// Only of automatic payouts Stripe says what they are made of.
const lineStates: Readonly<Record<string, ToldSettlement['lines']>> = { completed: 'ready', not_applicable: 'none' }

/** A word that is not known is taken as "look again". */
function toldPayout(payout: Stripe.Payout): ToldSettlement {
  const currency = payout.currency.toUpperCase()
  return {
    reference: payout.id,
    status: statuses[payout.status] ?? 'pending',
    currency,
    amount: minor(payout.amount, currency),
    made_at: instant(payout.created),
    arrives_at: instant(payout.arrival_date),
    lines: lineStates[payout.reconciliation_status] ?? 'waiting',
  }
}

const kinds: Readonly<Record<string, LineKind>> = {
  charge: 'charge',
  payment: 'charge',
  refund: 'refund',
  payment_refund: 'refund',
  refund_failure: 'refund',
  stripe_fee: 'fee',
  stripe_fx_fee: 'fee',
  tax_fee: 'fee',
  payout_failure: 'failed_settlement',
  payout_cancel: 'failed_settlement',
}

function toldTransaction(part: Stripe.BalanceTransaction): ToldLine {
  const currency = part.currency.toUpperCase()
  if (part.fee_details.some((detail) => detail.currency !== part.currency)) {
    throw new ProcessorFault('refused', 'a fee is in another currency than what it was taken of')
  }
  const source = typeof part.source === 'object' ? (part.source ?? undefined) : undefined
  const kind = source?.object === 'dispute' ? 'dispute' : (kinds[part.type] ?? 'adjustment')
  return {
    reference: part.id,
    kind,
    currency,
    gross: minor(part.amount, currency),
    fee: minor(part.fee, currency),
    occurred_at: instant(part.created),
    told_payment_id: paymentOf(source),
    refund_reference: source?.object === 'refund' ? source.id : undefined,
    settlement_reference: kind === 'failed_settlement' ? idOf(part.source) : undefined,
  }
}

/** Our payment, whose id we gave to the payment intent. */
function paymentOf(source: Stripe.BalanceTransactionSource | undefined) {
  const intent = source && 'payment_intent' in source ? source.payment_intent : undefined
  const shown = typeof intent === 'object' ? intent?.metadata.payment_id : undefined
  return shown === undefined ? undefined : parseId('payment', shown)
}

function minor(wire: number, currency: string): bigint {
  const amount = signedFromWire(wire, currency)
  if (amount !== undefined) return amount
  throw new ProcessorFault('refused', 'an amount of a payout is no whole number of minor units')
}
