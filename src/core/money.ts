import { assert, required } from './assert.ts'
import { createCache } from './cache.ts'
import { exponentOf } from './currency.ts'
import { currencyFormat, isUnmistakable, signIn } from './currency-sign.ts'
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

/**
 * A comma before three digits is read as thousands by many who know the comma for decimals, and so is a point where thousands are
 * parted by points. Elsewhere three decimals follow a point, as they do where those currencies are at home.
 */
function decimalMark(format: Intl.NumberFormat, digits: number): string {
  return digits > 2 && markIn(format, 'group') !== '.' ? '.' : markIn(format, 'decimal')
}

function markIn(format: Intl.NumberFormat, mark: 'decimal' | 'group'): string {
  return format.formatToParts(1_234_567.5).find(({ type }) => type === mark)?.value ?? '.'
}

/** How amounts of a currency are written in a locale; `in_twos` where thousands are grouped by two digits, as in India. */
export type AmountStyle = { digits: number; decimal_mark: string; group_mark: string; in_twos: boolean }

/** The marks and the groups that `formatMoney` writes. */
export function amountStyle(currency: string, locale: string): AmountStyle {
  const { format, decimal_mark } = moneyFormat(currency, locale)
  const groups = format.formatToParts(1_234_567_890).filter(({ type }) => type === 'integer')
  return {
    digits: digitsOf(currency),
    decimal_mark,
    group_mark: markIn(format, 'group'),
    in_twos: groups.at(-2)?.value.length === 2,
  }
}

/** Minor units as a plain decimal: `20.00` for (2000n, 2). It is exact: no float is made. */
export function decimalText(minor: bigint, digits: number): string {
  const sign = minor < 0n ? '-' : ''
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0')
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`
}
