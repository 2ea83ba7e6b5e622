import { assert, required } from './assert.ts'
import { createCache } from './cache.ts'
import { exponentOf, keptCurrencyCodes } from './currency.ts'
import { Problem } from './problem.ts'

/** The largest amount of a bill or a payment, in minor units. */
export const maxAmount = 999_999_999_999n
/** The largest balance in either direction, in minor units: safe as a JSON number, which is exact up to 9 × 10^15. */
export const maxBalance = 1_000_000_000_000_000n

/** A whole number as JSON holds it. Stops where that would not be exact: the limits keep single amounts far below. */
export function toNumber(whole: bigint): number {
  const number = Number(whole)
  assert(Number.isSafeInteger(number), 'a number that is shown is exact')
  return number
}

/** A sum as JSON holds it. Nothing limits how much is summed, so one that would not be exact is refused with `amount_out_of_range`. */
export function sumToNumber(sum: bigint): number {
  const number = Number(sum)
  if (Number.isSafeInteger(number)) return number
  throw new Problem('amount_out_of_range', `The amounts sum to ${sum}, which a number in JSON does not hold exactly.`)
}

/**
 * Formats minor units for a payer, in Western digits: `R 20,00` for (2000n, 'ZAR', 'en-ZA'). Plain spaces only. No two
 * currencies are shown alike, and three decimals never read as thousands (docs/guides/monetary-amounts.md).
 */
export function formatMoney(minor: bigint, currency: string, locale: string): string {
  const { format, decimal_mark } = moneyFormat(currency, locale)
  const parts = format.formatToParts(decimalText(minor, digitsOf(currency)) as Intl.StringNumericLiteral)
  const text = parts.map(({ type, value }) => (type === 'decimal' ? decimal_mark : value)).join('')
  return text.replaceAll(/[\u00a0\u202f]/g, ' ')
}

/** What stands for a currency beside an amount: `R`, `US$`, `NAD`. */
export function currencySign(currency: string, locale: string): string {
  return signIn(moneyFormat(currency, locale).format)
}

/** Minor units as the amount field of a page shows them: `20,00` for (2000n, 'ZAR', 'en-ZA'). */
export function editableMoney(minor: bigint, currency: string, locale: string): string {
  return decimalText(minor, digitsOf(currency)).replace('.', moneyFormat(currency, locale).decimal_mark)
}

function digitsOf(currency: string): number {
  return required(exponentOf(currency), `unknown currency ${currency}`)
}

type MoneyFormat = { format: Intl.NumberFormat; decimal_mark: string }
// Making a formatter takes 27 µs, using one takes half of one.
const moneyFormats = createCache<MoneyFormat>({ size_max: 200 })

function moneyFormat(currency: string, locale: string): MoneyFormat {
  const name = `${locale} ${currency}`
  const known = moneyFormats.get(name)
  if (known) return known
  const digits = digitsOf(currency)
  const isOwn = isUnmistakable(currency, locale)
  const format = currencyFormat(currency, locale, isOwn ? 'symbol' : 'code', digits)
  const made = { format, decimal_mark: decimalMark(format, digits) }
  moneyFormats.set(name, made)
  return made
}

function currencyFormat(
  currency: string,
  locale: string,
  currencyDisplay: 'symbol' | 'narrowSymbol' | 'code',
  digits: number,
): Intl.NumberFormat {
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    currencyDisplay,
    numberingSystem: 'latn',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}

function signIn(format: Intl.NumberFormat): string {
  return format.formatToParts(0).find(({ type }) => type === 'currency')?.value ?? ''
}

// The currencies that each short sign of a locale may stand for: `$` for some thirty.
const meanings = new Map<string, Map<string, Set<string>>>()

/** Whether a locale's symbol of a currency can be that of no other, however short the other is written. */
function isUnmistakable(currency: string, locale: string): boolean {
  let known = meanings.get(locale)
  if (!known) {
    known = new Map()
    for (const code of keptCurrencyCodes()) {
      for (const display of ['symbol', 'narrowSymbol'] as const) {
        const sign = asRead(signIn(currencyFormat(code, locale, display, 0)))
        known.set(sign, (known.get(sign) ?? new Set()).add(code))
      }
    }
    meanings.set(locale, known)
  }
  const sign = asRead(signIn(currencyFormat(currency, locale, 'symbol', 0)))
  return sign !== placeholder && known.get(sign)?.size === 1
}

// What the locale data have for a currency without a sign.
const placeholder = '¤'

/** A sign as a reader remembers it: `F CFA` and `FCFA` are one. */
function asRead(sign: string): string {
  return sign.toLowerCase().replaceAll(/[\s.\u200e\u200f\u061c]/g, '')
}

/**
 * A comma before three digits is read as thousands by many who know the comma for decimals, and so is a point where thousands are
 * parted by points. Elsewhere three decimals follow a point, as they do where those currencies are at home.
 */
function decimalMark(format: Intl.NumberFormat, digits: number): string {
  const mark = (type: 'decimal' | 'group') =>
    format.formatToParts(1_234_567.5).find((part) => part.type === type)?.value ?? '.'
  return digits > 2 && mark('group') !== '.' ? '.' : mark('decimal')
}

/** Minor units as a plain decimal: `20.00` for (2000n, 2). It is exact: no float is made. */
export function decimalText(minor: bigint, digits: number): string {
  const sign = minor < 0n ? '-' : ''
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0')
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`
}

// Fifteen digits, four decimals, and the spaces between them.
const typedMax = 40

/**
 * Reads an amount that a payer typed, with a point or a comma for the decimals, as minor units. `undefined` when it is
 * not a positive amount, or has more decimals than the currency.
 */
export function parseMoney(text: string, currency: string): bigint | undefined {
  if (text.length > typedMax) return undefined
  const digits = digitsOf(currency)
  const plain = text.trim().replaceAll(/[\s\u00a0\u202f]/g, '')
  const match = /^(\d{1,15})(?:[.,](\d{1,4}))?$/.exec(plain)
  if (!match) return undefined
  const decimals = match[2] ?? ''
  if (decimals.length > digits) return undefined
  const minor = BigInt(`${match[1]}${decimals.padEnd(digits, '0')}`)
  return minor > 0n ? minor : undefined
}
