import { required } from '../../../core/assert.ts'
import { maxAmount, toNumber } from '../../../core/money.ts'
import type { ChargeRange } from '../processor.ts'

// Every currency has two decimals on Paystack's wire. XOF has none in ISO 4217, so a franc is a hundred of theirs. Minimums are
// Paystack's, in our minor units.
const currencies: ReadonlyMap<string, { wire_per_unit: bigint; minimum: bigint }> = new Map([
  ['GHS', { wire_per_unit: 1n, minimum: 10n }],
  ['KES', { wire_per_unit: 1n, minimum: 300n }],
  ['NGN', { wire_per_unit: 1n, minimum: 5_000n }],
  ['USD', { wire_per_unit: 1n, minimum: 200n }],
  ['XOF', { wire_per_unit: 100n, minimum: 1n }],
  ['ZAR', { wire_per_unit: 1n, minimum: 100n }],
])

/** What Paystack takes, in our minor units. It publishes no maximum: ours holds on its wire. */
export const paystackLimits: ReadonlyMap<string, ChargeRange> = new Map(
  [...currencies].map(([currency, { wire_per_unit, minimum }]) => [
    currency,
    { minimum, maximum: maxAmount / wire_per_unit, step: 1n },
  ]),
)

/** Minor units as Paystack counts them. The currency is one that the limits allow. */
export function toPaystackAmount(amount: bigint, currency: string): number {
  const { wire_per_unit } = required(currencies.get(currency), 'Paystack takes the currencies of its limits only')
  return toNumber(amount * wire_per_unit)
}

/** Our minor units of an amount on the wire, which may be a text; undefined for what is none, or is no whole number of them. */
export function fromPaystackAmount(amount: unknown, currency: string): bigint | undefined {
  const text = typeof amount === 'number' ? String(amount) : amount
  const known = currencies.get(currency)
  if (!known || typeof text !== 'string' || !/^[1-9]\d{0,14}$/.test(text)) return undefined
  const wire = BigInt(text)
  return wire % known.wire_per_unit === 0n ? wire / known.wire_per_unit : undefined
}

/** The same for what may be nothing, or taken: a fee, what is settled. */
export function signedFromPaystackAmount(amount: unknown, currency: string): bigint | undefined {
  const text = typeof amount === 'number' ? String(amount) : amount
  if (text === '0') return currencies.has(currency) ? 0n : undefined
  if (typeof text !== 'string' || !text.startsWith('-')) return fromPaystackAmount(text, currency)
  const taken = fromPaystackAmount(text.slice(1), currency)
  return taken === undefined ? undefined : -taken
}
