import { required } from '../../../core/assert.ts'
import { exponentOf } from '../../../core/currency.ts'
import { toNumber } from '../../../core/money.ts'
import type { ChargeRange } from '../processor.ts'

// Source of the lists: docs.stripe.com/currencies. Stripe counts some currencies in other units than ISO 4217 does, so its
// decimals are a table of their own.
const codes = (text: string) => [...text.matchAll(/[A-Z]+/g)].map(([code]) => code)
const taken = codes(`
  AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CLP CNY COP CRC
  CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK JMD JOD JPY
  KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO
  NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE SOS SRD STN SZL THB TJS
  TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XOF XPF YER ZAR ZMW`)
const withoutDecimals = new Set(codes('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'))
const withThreeDecimals = new Set(codes('BHD JOD KWD OMR TND'))

/** How many decimals an amount has on Stripe's wire. */
export function wireDecimals(currency: string): number {
  if (withoutDecimals.has(currency)) return 0
  return withThreeDecimals.has(currency) ? 3 : 2
}

function exponent(currency: string): number {
  return required(exponentOf(currency), 'Stripe takes currencies of ISO 4217 only')
}

/** Minor units as Stripe counts them. The amount is one that the limits allow. */
export function toWire(amount: bigint, currency: string): number {
  const shift = wireDecimals(currency) - exponent(currency)
  return toNumber(shift >= 0 ? amount * 10n ** BigInt(shift) : amount / 10n ** BigInt(-shift))
}

/** Our minor units of an amount on the wire; undefined for what is none, or is no whole number of them. */
export function fromWire(amount: number | null | undefined, currency: string): bigint | undefined {
  const wire = amount ?? 0
  if (!Number.isSafeInteger(wire) || wire <= 0 || exponentOf(currency) === undefined) return undefined
  const shift = wireDecimals(currency) - exponent(currency)
  if (shift < 0) return BigInt(wire) * 10n ** BigInt(-shift)
  const unit = 10n ** BigInt(shift)
  return BigInt(wire) % unit === 0n ? BigInt(wire) / unit : undefined
}

/** The same for what may be nothing, or taken: a fee, a refund. */
export function signedFromWire(amount: number | null | undefined, currency: string): bigint | undefined {
  const wire = amount ?? Number.NaN
  if (wire === 0) return exponentOf(currency) === undefined ? undefined : 0n
  const found = fromWire(Math.abs(wire), currency)
  return found !== undefined && wire < 0 ? -found : found
}

// Eight digits on the wire.
const wireMaximum = 99_999_999n

// In wire units. Stripe has a minimum worth about half a dollar in every currency; it publishes these, and refuses the others
// itself.
const wireMinimums: Readonly<Record<string, bigint>> = {
  AED: 200n,
  AUD: 50n,
  BRL: 50n,
  CAD: 50n,
  CHF: 50n,
  CZK: 1_500n,
  DKK: 250n,
  EUR: 50n,
  GBP: 30n,
  HKD: 400n,
  HUF: 17_500n,
  INR: 50n,
  JPY: 50n,
  MXN: 1_000n,
  MYR: 200n,
  NOK: 300n,
  NZD: 50n,
  PLN: 200n,
  RON: 200n,
  SEK: 300n,
  SGD: 50n,
  THB: 1_000n,
  USD: 50n,
}

/**
 * What Stripe takes, in our minor units. A thousandth of a dinar is not taken: the last of three decimals is 0. Ariary have two
 * decimals here and none there, so they come in whole ones.
 */
export const stripeLimits: ReadonlyMap<string, ChargeRange> = new Map(
  taken.map((currency) => [currency, rangeOf(currency)]),
)

function rangeOf(currency: string): ChargeRange {
  const shift = wireDecimals(currency) - exponent(currency)
  const ours = (wire: bigint) => (shift >= 0 ? wire / 10n ** BigInt(shift) : wire * 10n ** BigInt(-shift))
  const step = shift < 0 ? 10n ** BigInt(-shift) : wireDecimals(currency) === 3 ? 10n : 1n
  const most = ours(wireMaximum)
  return { minimum: ours(wireMinimums[currency] ?? 0n) || step, maximum: most - (most % step), step }
}
