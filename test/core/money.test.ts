import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { currencyCodes, keptCurrencyCodes } from '../../src/core/currency.ts'
import { currencySign, editableMoney, formatMoney, parseMoney } from '../../src/core/money.ts'

const anyCurrency = fc.constantFrom(...currencyCodes())

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

describe('parsing what a payer typed', () => {
  test('any amount that is shown for editing is read back', () => {
    fc.assert(
      fc.property(anyCurrency, fc.bigInt({ min: 1n, max: 999_999_999_999n }), (currency, minor) => {
        expect(parseMoney(editableMoney(minor, currency, 'en-ZA'), currency)).toBe(minor)
      }),
    )
  })

  test.each([
    ['20', 2000n],
    ['20.5', 2050n],
    ['20,50', 2050n],
    [' 1 000,05 ', 100_005n],
    ['0.01', 1n],
  ])('%s', (text, minor) => {
    expect(parseMoney(text, 'ZAR')).toBe(minor)
  })

  test.each([
    '',
    '0',
    '0.00',
    '-1',
    '1.234',
    '1e3',
    '1,000.00',
    'R20',
    '٢٠',
    '9'.repeat(16),
    '1.',
    '.5',
    '0x10',
    '1\u00002',
  ])('%s is none', (text) => {
    expect(parseMoney(text, 'ZAR')).toBeUndefined()
  })

  test('no decimals where the currency has none', () => {
    expect(parseMoney('5', 'JPY')).toBe(5n)
    expect(parseMoney('5.0', 'JPY')).toBeUndefined()
    expect(parseMoney('5.1234', 'CLF')).toBe(51_234n)
  })
})
