import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { currencyCodes } from '../../src/core/currency.ts'
import { editableMoney, formatMoney, parseMoney } from '../../src/core/money.ts'

const anyCurrency = fc.constantFrom(...currencyCodes())

describe('formatting', () => {
  test.each([
    [2000n, 'ZAR', 'R 20,00'],
    [0n, 'ZAR', 'R 0,00'],
    [-5n, 'ZAR', '-R 0,05'],
    [123456789n, 'ZAR', 'R 1 234 567,89'],
  ])('%s %s', (minor, currency, shown) => {
    expect(formatMoney(minor, currency, 'en-ZA')).toBe(shown)
  })

  test('the digits are ISO 4217’s, not those of the locale data', () => {
    expect(formatMoney(12345n, 'IDR', 'en-US')).toMatch(/123\.45$/)
    expect(formatMoney(12345n, 'JPY', 'en-US')).toMatch(/12,345$/)
    expect(formatMoney(12345n, 'BHD', 'en-US')).toMatch(/12\.345$/)
    expect(formatMoney(12345n, 'CLF', 'en-US')).toMatch(/1\.2345$/)
  })

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
