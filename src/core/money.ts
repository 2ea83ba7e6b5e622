import { required } from './assert.ts'
import { createCache } from './cache.ts'
import { exponentOf } from './currency.ts'

/** The largest amount of a bill or a payment, in minor units. */
export const maxAmount = 999_999_999_999n
/** The largest balance in either direction, in minor units: safe as a JSON number, which is exact up to 9 × 10^15. */
export const maxBalance = 1_000_000_000_000_000n

/** Formats minor units for a payer, in Western digits: `R 20,00` for (2000n, 'ZAR', 'en-ZA'). Plain spaces only. */
export function formatMoney(minor: bigint, currency: string, locale: string): string {
  const digits = required(exponentOf(currency), `unknown currency ${currency}`)
  const text = decimalText(minor, digits) as Intl.StringNumericLiteral
  return moneyFormat(currency, locale, digits)
    .format(text)
    .replaceAll(/[\u00a0\u202f]/g, ' ')
}

// Making a formatter takes 27 µs, using one takes half of one.
const moneyFormats = createCache<Intl.NumberFormat>({ size_max: 200 })

function moneyFormat(currency: string, locale: string, digits: number): Intl.NumberFormat {
  const name = `${locale} ${currency}`
  const known = moneyFormats.get(name)
  if (known) return known
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    numberingSystem: 'latn',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  moneyFormats.set(name, format)
  return format
}

/** Minor units as a plain decimal: `20.00` for (2000n, 2). It is exact: no float is made. */
export function decimalText(minor: bigint, digits: number): string {
  const sign = minor < 0n ? '-' : ''
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0')
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`
}

/** Minor units as the amount field of a page shows them: `20.00` for (2000n, 'ZAR'). */
export function editableMoney(minor: bigint, currency: string): string {
  return decimalText(minor, required(exponentOf(currency), `unknown currency ${currency}`))
}

/**
 * Reads an amount that a payer typed, with a point or a comma for the decimals, as minor units. `undefined` when it is
 * not a positive amount, or has more decimals than the currency.
 */
export function parseMoney(text: string, currency: string): bigint | undefined {
  const digits = required(exponentOf(currency), `unknown currency ${currency}`)
  const plain = text.trim().replaceAll(/[\s\u00a0\u202f]/g, '')
  const match = /^(\d{1,15})(?:[.,](\d{1,4}))?$/.exec(plain)
  if (!match) return undefined
  const decimals = match[2] ?? ''
  if (decimals.length > digits) return undefined
  const minor = BigInt(`${match[1]}${decimals.padEnd(digits, '0')}`)
  return minor > 0n ? minor : undefined
}
