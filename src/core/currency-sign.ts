import { createCache } from './cache.ts'
import { exponentOf, keptCurrencyCodes } from './currency.ts'

/** Formats amounts of a currency with `digits` decimals, in Western digits. */
export function currencyFormat(
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

/** What stands for the currency in a format. */
export function signIn(format: Intl.NumberFormat): string {
  return format.formatToParts(0).find(({ type }) => type === 'currency')?.value ?? ''
}

function signsIn(currency: string, locale: string): string[] {
  return (['symbol', 'narrowSymbol'] as const).map((display) => signIn(currencyFormat(currency, locale, display, 0)))
}

// The currencies that each short sign of a locale may stand for: `$` for some thirty.
// Finding them takes 20 ms.
const meanings = createCache<Map<string, Set<string>>>({ size_max: 50 })

function meaningsIn(locale: string): Map<string, Set<string>> {
  let known = meanings.get(locale)
  if (!known) {
    known = new Map()
    for (const code of keptCurrencyCodes()) {
      for (const sign of signsIn(code, locale).map(asRead)) {
        known.set(sign, (known.get(sign) ?? new Set()).add(code))
      }
    }
    meanings.set(locale, known)
  }
  return known
}

/** Whether a locale's symbol of a currency can be that of no other, however short the other is written. */
export function isUnmistakable(currency: string, locale: string): boolean {
  const sign = asRead(signIn(currencyFormat(currency, locale, 'symbol', 0)))
  return sign !== placeholder && meaningsIn(locale).get(sign)?.size === 1
}

// What the locale data have for a currency without a sign.
const placeholder = '¤'

/** A sign as a reader remembers it: `F CFA` and `FCFA` are one. */
export function asRead(sign: string): string {
  return asTyped(sign).replaceAll('.', '')
}

/** A sign in one form of its letters, without spaces and marks of direction. A point that ends `Rs.` stays. */
export function asTyped(sign: string): string {
  return sign.toLowerCase().replaceAll(/[\s\u200e\u200f\u061c]/g, '')
}

// What people write at home and the locale data lack. Those of Arabic are in the data, and typed on the page of any locale.
const homeSigns: Readonly<Record<string, readonly string[]>> = {
  AED: ['Dhs'],
  BHD: ['BD'],
  CHF: ['Fr.', 'SFr.'],
  CNY: ['元', 'RMB'],
  DZD: ['DA'],
  INR: ['Rs.'],
  JOD: ['JD'],
  JPY: ['円'],
  KES: ['KSh', 'KSh.'],
  KRW: ['원'],
  KWD: ['KD'],
  LKR: ['Rs.'],
  MAD: ['DH'],
  MUR: ['Rs.'],
  MZN: ['MT'],
  NAD: ['N$'],
  NPR: ['Rs.'],
  PKR: ['Rs.'],
  SCR: ['Rs.'],
  SGD: ['S$'],
  TND: ['DT'],
  TZS: ['TSh'],
  UGX: ['USh'],
  XAF: ['CFA'],
  XOF: ['CFA'],
  ZMW: ['K'],
}
const homeLocale = 'ar'

// Making the formats takes 0.1 ms.
const knownSigns = createCache<ReadonlySet<string>>({ size_max: 200 })

/** What a payer may write for a currency, in the forms of `asTyped` and `asRead`. */
export function signsOf(currency: string, locale: string): ReadonlySet<string> {
  const name = `${locale} ${currency}`
  const known = knownSigns.get(name)
  if (known) return known
  const home = [...signsIn(currency, homeLocale), ...(homeSigns[currency] ?? [])]
  const signs = [currency, ...signsIn(currency, locale), ...home].filter((sign) => sign !== placeholder)
  const made = new Set(signs.flatMap((sign) => [asTyped(sign), asRead(sign)]))
  knownSigns.set(name, made)
  return made
}

const homeMeanings = new Set(Object.values(homeSigns).flat().map(asRead))

/** Whether text stands for some currency: a code, or a sign that is known in the locale or at the currency's home. */
export function isCurrencySign(text: string, locale: string): boolean {
  const read = asRead(text)
  if (/^\p{Sc}$/u.test(read) || exponentOf(read.toUpperCase()) !== undefined) return true
  return homeMeanings.has(read) || [locale, homeLocale].some((place) => meaningsIn(place).has(read))
}
