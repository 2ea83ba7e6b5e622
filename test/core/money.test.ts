import { describe, expect, test } from 'vitest'
import { keptCurrencyCodes } from '../../src/core/currency.ts'
import {
  amountStyle,
  currencySign,
  decimalText,
  editableMoney,
  formatMoney,
  sumToNumber,
  toNumber,
} from '../../src/core/money.ts'

describe('formatting', () => {
  test.each([
    [2000n, 'ZAR', 'R 20,00'],
    [0n, 'ZAR', 'R 0,00'],
    [-5n, 'ZAR', '-R 0,05'],
    [123456789n, 'ZAR', 'R 1 234 567,89'],
    [2000n, 'USD', 'US$20,00'],
    [2000n, 'CAD', 'CA$20,00'],
    [2000n, 'NAD', 'NAD 20,00'],
    [2000n, 'GBP', 'GBP 20,00'],
    [2000n, 'SEK', 'SEK 20,00'],
    [2000n, 'XAF', 'XAF 2 000'],
    [2000n, 'EUR', '€20,00'],
    [12345n, 'KWD', 'KWD 12.345'],
    [123456789n, 'TND', 'TND 123 456.789'],
    [123456789n, 'CLF', 'CLF 12 345.6789'],
  ])('%s %s', (minor, currency, shown) => {
    expect(formatMoney(minor, currency, 'en-ZA')).toBe(shown)
  })

  test('the digits are ISO 4217’s, not those of the locale data', () => {
    expect(formatMoney(12345n, 'IDR', 'en-US')).toMatch(/123\.45$/)
    expect(formatMoney(12345n, 'JPY', 'en-US')).toMatch(/12,345$/)
    expect(formatMoney(12345n, 'BHD', 'en-US')).toMatch(/12\.345$/)
    expect(formatMoney(12345n, 'CLF', 'en-US')).toMatch(/1\.2345$/)
  })

  const locales = [
    'en-ZA',
    'en-US',
    'en-GB',
    'fr-FR',
    'de-DE',
    'pt-BR',
    'sv-SE',
    'sw-KE',
    'am-ET',
    'ar-EG',
    'ar-KW',
    'ja-JP',
  ]

  test.each(locales)('in %s no two currencies look alike, and no sign is one that another is known by', (locale) => {
    const asRead = (sign: string) => sign.toLowerCase().replaceAll(/[\s.\u200e\u200f\u061c]/g, '')
    const short = (currency: string) =>
      new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' })
        .formatToParts(0)
        .find(({ type }) => type === 'currency')?.value ?? ''
    const codes = keptCurrencyCodes()
    const signs = codes.map((code) => asRead(currencySign(code, locale)))
    const known = codes.map((code) => asRead(short(code)))
    expect(new Set(signs).size).toBe(codes.length)
    const mistaken = codes.filter((_, at) => known.some((sign, other) => other !== at && sign === signs[at]))
    expect(mistaken).toEqual([])
  })

  test.each(locales)(
    'in %s three decimals follow no mark that parts thousands there, and no comma read as such',
    (locale) => {
      const group = new Intl.NumberFormat(locale, { numberingSystem: 'latn' })
        .formatToParts(1_234_567)
        .find(({ type }) => type === 'group')?.value
      for (const currency of ['KWD', 'BHD', 'OMR', 'TND']) {
        const mark = /12(.)345/.exec(formatMoney(12345n, currency, locale))?.[1]
        expect(mark).not.toBe(group)
        if (mark === ',') expect(group).toBe('.')
      }
    },
  )

  test('is exact where a float is not', () => {
    for (const minor of [2n ** 53n - 1n, 2n ** 53n + 1n, 2n ** 63n - 1n]) {
      expect(formatMoney(minor, 'ZAR', 'en-US').replaceAll(/\D/g, '')).toBe(minor.toString())
    }
  })

  test('digits are Western in every language', () => {
    for (const locale of ['ar-EG', 'fa', 'hi-u-nu-deva', 'mr']) {
      expect(formatMoney(123n, 'ZAR', locale)).toMatch(/1[.,٫]23/)
    }
  })
})

describe('in JSON', () => {
  const largest = BigInt(Number.MAX_SAFE_INTEGER)

  test('a number is exact, or it is not shown', () => {
    expect([0n, largest, -largest].map(toNumber)).toEqual([0, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])
    for (const whole of [largest + 1n, -largest - 1n])
      expect(() => toNumber(whole)).toThrow('a number that is shown is exact')
  })

  test('a sum that no number holds is refused, and said', () => {
    expect(sumToNumber(-largest)).toBe(Number.MIN_SAFE_INTEGER)
    expect(() => sumToNumber(largest + 1n)).toThrow(
      expect.objectContaining({ code: 'amount_out_of_range', message: expect.stringContaining('9007199254740992') }),
    )
  })
})

describe('as a plain decimal', () => {
  test.each([
    [0n, 2, '0.00'],
    [1n, 2, '0.01'],
    [-1n, 2, '-0.01'],
    [2000n, 2, '20.00'],
    [-12n, 0, '-12'],
    [12n, 0, '12'],
    [12345n, 3, '12.345'],
    [999n, 3, '0.999'],
  ])('%s with %s digits', (minor, digits, text) => {
    expect(decimalText(minor, digits)).toBe(text)
  })

  test.each([
    ['ZAR', 'en-ZA', '20,00', { digits: 2, decimal_mark: ',', group_mark: '\u00a0', in_twos: false }],
    ['INR', 'en-IN', '20.00', { digits: 2, decimal_mark: '.', group_mark: ',', in_twos: true }],
    ['JPY', 'en-US', '2000', { digits: 0, decimal_mark: '.', group_mark: ',', in_twos: false }],
    ['KWD', 'de-DE', '2,000', { digits: 3, decimal_mark: ',', group_mark: '.', in_twos: false }],
    ['KWD', 'fr-FR', '2.000', { digits: 3, decimal_mark: '.', group_mark: '\u202f', in_twos: false }],
  ])('%s in %s, as a payer changes it', (currency, locale, text, style) => {
    expect(editableMoney(2_000n, currency, locale)).toBe(text)
    expect(amountStyle(currency, locale)).toEqual(style)
  })

  test('of a currency that nobody knows there is none', () => {
    expect(() => editableMoney(1n, 'QQQ', 'en-ZA')).toThrow('unknown currency QQQ')
  })
})
