import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readAmount } from '../../src/core/amount-reader.ts'
import { keptCurrencyCodes } from '../../src/core/currency.ts'
import { editableMoney, formatMoney } from '../../src/core/money.ts'
import { seedOf } from '../support/seed.ts'

// AMOUNT_SEED repeats a run; the seed is in the names of the properties.
const seed = seedOf('AMOUNT_SEED')
const locales = [
  'en-ZA',
  'en-GB',
  'en-US',
  'fr-FR',
  'de-DE',
  'de-AT',
  'de-CH',
  'pt-BR',
  'pt-PT',
  'af-ZA',
  'zu-ZA',
  'xh-ZA',
  'sw-KE',
  'ar-EG',
  'ar-KW',
  'ar-MA',
  'hi-IN',
  'bn-BD',
  'he-IL',
  'fa-IR',
  'ja-JP',
  'my-MM',
  'es-PA',
  'sv-SE',
]
const codes = keptCurrencyCodes()
const read = (text: string, currency = 'ZAR', locale = 'en-ZA') => readAmount(text, currency, locale)

/** Amounts of every length, those on the edge of a group among them. */
const anyAmount = fc.oneof(
  fc.constantFrom(1n, 9n, 10n, 99n, 100n, 999n, 1000n, 1234n, 12_345n, 100_000n, 999_999n, 1_000_000n, 123_456_789n),
  fc.bigInt({ min: 1n, max: 99_999n }),
  fc.bigInt({ min: 1n, max: 1_000_000_000_000_000n }),
)

describe(`what a page shows, typed back, is read as itself (AMOUNT_SEED=${seed})`, () => {
  test.each(locales)('in %s, in every currency', (locale) => {
    for (const [index, currency] of codes.entries()) {
      fc.assert(
        fc.property(anyAmount, (amount) => {
          const shown = formatMoney(amount, currency, locale)
          const forms = [shown, shown.replaceAll(' ', '\u00a0'), editableMoney(amount, currency, locale)]
          expect(
            forms.map((text) => [text, read(text, currency, locale)]),
            `${currency} ${amount}`,
          ).toEqual(forms.map((text) => [text, { amount }]))
        }),
        { seed: seed + index, numRuns: 8 },
      )
    }
  })

  test('and where another locale wrote it, as itself or not at all', () => {
    const place = fc.constantFrom(...locales)
    fc.assert(
      fc.property(place, place, fc.constantFrom(...codes), anyAmount, (from, to, currency, amount) => {
        for (const text of [formatMoney(amount, currency, from), editableMoney(amount, currency, from)]) {
          const reading = read(text, currency, to)
          if ('amount' in reading) expect([text, from, to, reading]).toEqual([text, from, to, { amount }])
        }
      }),
      { seed, numRuns: 1000 },
    )
  })

  test('in the digits and marks of every script', () => {
    const systems = Intl.supportedValuesOf('numberingSystem').filter((system) => {
      const ten = new Intl.NumberFormat(`en-u-nu-${system}`, { useGrouping: false }).format(1234567890)
      return /^\p{Nd}+$/u.test(ten)
    })
    expect(systems.length).toBeGreaterThan(50)
    for (const system of systems) {
      for (const locale of ['en', 'ar', 'fa', 'de', 'fr', 'hi']) {
        const written = new Intl.NumberFormat(`${locale}-u-nu-${system}`, { minimumFractionDigits: 2 })
        expect(read(written.format(1234567.89), 'ZAR', 'hi-IN'), written.format(1234567.89)).toEqual({
          amount: 123_456_789n,
        })
        expect(read(written.format(6543210), 'ZAR', 'hi-IN')).toEqual({ amount: 654_321_000n })
      }
    }
  })
})

describe('what people type', () => {
  test.each([
    ['20', 'ZAR', 2000n],
    ['20.5', 'ZAR', 2050n],
    ['20,50', 'ZAR', 2050n],
    ['1 234,50', 'ZAR', 123_450n],
    ['1\u00a0234,50', 'ZAR', 123_450n],
    ['1\u202f234,50', 'ZAR', 123_450n],
    ['1\u2009234,50', 'ZAR', 123_450n],
    ['  20 \t', 'ZAR', 2000n],
    ['0.01', 'ZAR', 1n],
    ['0,5', 'ZAR', 50n],
    ['R 20.50', 'ZAR', 2050n],
    ['R20,50', 'ZAR', 2050n],
    ['r20', 'ZAR', 2000n],
    ['R. 20', 'ZAR', 2000n],
    ['20R', 'ZAR', 2000n],
    ['ZAR 20.50', 'ZAR', 2050n],
    ['20 ZAR', 'ZAR', 2000n],
    ['R 20,50 zar', 'ZAR', 2050n],
    ['R 1 234,50', 'ZAR', 123_450n],
    ['$20', 'USD', 2000n],
    ['US$20', 'USD', 2000n],
    ['$.50', 'USD', 50n],
    ['N$20', 'NAD', 2000n],
    ['$20', 'NAD', 2000n],
    ['€20', 'EUR', 2000n],
    ['20,50 €', 'EUR', 2050n],
    ['20, €', 'EUR', 2000n],
    ['¥2000', 'JPY', 2000n],
    ['￥２０００', 'JPY', 2000n],
    ['2000円', 'JPY', 2000n],
    ['Rs.500', 'INR', 50_000n],
    ['₹ 500.50', 'INR', 50_050n],
    ['1.234 د.ك.', 'KWD', 1234n],
    ['KD 1.234', 'KWD', 1234n],
    ['F CFA 2 000', 'XOF', 2000n],
    ['2 000 FCFA', 'XAF', 2000n],
    ['1,234.50', 'ZAR', 123_450n],
    ['1.234,50', 'ZAR', 123_450n],
    ["1'234.50", 'ZAR', 123_450n],
    ['1’234.50', 'ZAR', 123_450n],
    ['1,234,567', 'ZAR', 123_456_700n],
    ['1.234.567', 'ZAR', 123_456_700n],
    ['1 234 567', 'ZAR', 123_456_700n],
    ['1,234,567.8', 'ZAR', 123_456_780n],
    ['1,234.', 'ZAR', 123_400n],
    ['1,234.000', 'ZAR', 123_400n],
    ['2,000', 'JPY', 2000n],
    ['2.000', 'JPY', 2000n],
    ['2000.00', 'JPY', 2000n],
    ['20,00', 'JPY', 20n],
    ['5.0', 'JPY', 5n],
    ['20,', 'ZAR', 2000n],
    ['20.', 'ZAR', 2000n],
    [',50', 'ZAR', 50n],
    ['.5', 'ZAR', 50n],
    ['R ,50', 'ZAR', 50n],
    ['٢٠', 'ZAR', 2000n],
    ['٢٠٫٥٠', 'ZAR', 2050n],
    ['٢٠،٥٠', 'ZAR', 2050n],
    ['١٬٢٣٤٫٥٠', 'ZAR', 123_450n],
    ['۲۰', 'ZAR', 2000n],
    ['۲۰٫۵۰', 'ZAR', 2050n],
    ['२०.५०', 'ZAR', 2050n],
    ['２０', 'ZAR', 2000n],
    ['２０．５０', 'ZAR', 2050n],
    ['١٫٢٣٤', 'KWD', 1234n],
    ['١٬٢٣٤', 'KWD', 1_234_000n],
    ["1'234", 'KWD', 1_234_000n],
    ['1.234', 'KWD', 1234n],
    ['1,5', 'KWD', 1500n],
    ['0,500', 'KWD', 500n],
    [',500', 'KWD', 500n],
    ['1 234.000', 'KWD', 1_234_000n],
    ['1,234.000', 'KWD', 1_234_000n],
    ['1.234,000', 'KWD', 1_234_000n],
    ['5.1234', 'CLF', 51_234n],
    ['\u200f20,50\u200f', 'ZAR', 2050n],
    ['999999999999999', 'ZAR', 99_999_999_999_999_900n],
  ])('%j in %s is %i', (text, currency, amount) => {
    expect(read(text, currency)).toEqual({ amount })
  })

  test.each([
    ['1,000', 'en-GB', 100_000n],
    ['1,000', 'zu-ZA', 100_000n],
    ['1,000', 'hi-IN', 100_000n],
    ['1.000', 'de-DE', 100_000n],
    ['1.000', 'pt-BR', 100_000n],
    ["1'000", 'de-CH', 100_000n],
    ['1,23,456', 'hi-IN', 12_345_600n],
    ['1,23,45,678.90', 'hi-IN', 1_234_567_890n],
    ['12,34,567', 'hi-IN', 123_456_700n],
    ['1,234,567', 'hi-IN', 123_456_700n],
    ['20,50', 'en-US', 2050n],
    ['20.50', 'de-DE', 2050n],
  ])('%j in %s, where the mark groups thousands, is %i', (text, locale, amount) => {
    expect(read(text, 'ZAR', locale)).toEqual({ amount })
  })
})

describe('on the edge of what is an amount', () => {
  const unclear = (...readings: bigint[]) => ({ fault: 'unclear', readings })
  test.each<[string, string, string, object]>([
    // 40 characters are read, blanks around them not counted.
    [`${'0'.repeat(36)}20.5`, 'ZAR', 'en-ZA', { amount: 2050n }],
    [`${'0'.repeat(37)}20.5`, 'ZAR', 'en-ZA', { fault: 'not_a_number' }],
    [`${' '.repeat(30)}20${' '.repeat(30)}`, 'ZAR', 'en-ZA', { amount: 2000n }],
    ['\u200f \u200f', 'ZAR', 'en-ZA', { fault: 'empty' }],
    ['\u200f 20 \u200f', 'ZAR', 'en-ZA', { amount: 2000n }],
    ['- 20', 'ZAR', 'en-ZA', { fault: 'not_positive' }],
    ['20-', 'ZAR', 'en-ZA', { fault: 'not_a_number' }],
    // A sign that begins with k is not twenty thousand.
    ['20kr', 'SEK', 'sv-SE', { amount: 2000n }],
    ['R,50', 'ZAR', 'en-ZA', { amount: 50n }],
    ['R .50', 'ZAR', 'en-ZA', { amount: 50n }],
    ['20\u201950', 'ZAR', 'en-ZA', unclear(2050n, 205_000n)],
    ['0 0', 'ZAR', 'en-ZA', { fault: 'not_a_number' }],
    ['R.', 'ZAR', 'en-ZA', { fault: 'not_a_number' }],
    // Groups of two are of India, by its own mark, and end in a group of three.
    ['1\u066c23\u066c456', 'ZAR', 'hi-IN', { amount: 12_345_600n }],
    ['1\u066c23\u066c456', 'ZAR', 'en-US', { fault: 'not_a_number' }],
    ['1,23,456', 'ZAR', 'en-US', { fault: 'not_a_number' }],
    ['1.23.456', 'ZAR', 'hi-IN', { fault: 'not_a_number' }],
    ["1'23'456", 'ZAR', 'hi-IN', { fault: 'not_a_number' }],
    ['1,2,345', 'ZAR', 'hi-IN', { fault: 'not_a_number' }],
    ['12,34,56', 'ZAR', 'hi-IN', { fault: 'not_a_number' }],
    ['12,345,67', 'ZAR', 'hi-IN', { fault: 'not_a_number' }],
    ['123,45,678', 'ZAR', 'hi-IN', { fault: 'not_a_number' }],
    ['1,234,56,789', 'ZAR', 'hi-IN', { fault: 'not_a_number' }],
  ])('%j in %s and %s', (text, currency, locale, reading) => {
    expect(read(text, currency, locale)).toEqual(reading)
  })
})

describe('what may be meant in two ways is asked', () => {
  test.each([
    ['20 50', 'ZAR', 'en-ZA', [2050n, 205_000n]],
    ['2 0', 'ZAR', 'en-ZA', [200n, 2000n]],
    ["20'50", 'ZAR', 'en-ZA', [2050n, 205_000n]],
    ['1234 567', 'ZAR', 'en-ZA', [123_456_700n]],
    ['R.50', 'ZAR', 'en-ZA', [50n, 5000n]],
    ['1,234', 'KWD', 'en-ZA', [1234n, 1_234_000n]],
    ['1 234', 'KWD', 'en-ZA', [1234n, 1_234_000n]],
    ['1,234', 'KWD', 'en-US', [1234n, 1_234_000n]],
    ['1,234', 'KWD', 'ar-KW', [1234n, 1_234_000n]],
    ['1.234', 'KWD', 'de-DE', [1234n, 1_234_000n]],
    ['1234,567', 'KWD', 'en-ZA', [1_234_567n, 1_234_567_000n]],
  ])('%j in %s, %s', (text, currency, locale, readings) => {
    expect(read(text, currency, locale)).toEqual({ fault: 'unclear', readings })
  })

  test.each([
    ['1,000', 'ZAR', 'en-ZA', 2, [100n, 100_000n]],
    ['1.000', 'ZAR', 'en-ZA', 2, [100n, 100_000n]],
    ['1.000', 'ZAR', 'en-GB', 2, [100n, 100_000n]],
    ['1,000', 'ZAR', 'de-DE', 2, [100n, 100_000n]],
    ['20.500', 'ZAR', 'en-ZA', 2, [2050n, 2_050_000n]],
    ['20.505', 'ZAR', 'en-ZA', 2, [2050n, 2051n, 2_050_500n]],
    ['2000,000', 'JPY', 'en-ZA', 0, [2000n, 2_000_000n]],
  ])('%j in %s, %s, which has fewer decimals', (text, currency, locale, digits, readings) => {
    expect(read(text, currency, locale)).toEqual({ fault: 'decimals', digits, readings })
  })

  test.each([
    ['20.5051', 'ZAR', 2, [2050n, 2051n]],
    ['20.5000', 'ZAR', 2, [2050n]],
    ['0.001', 'ZAR', 2, [1n]],
    ['0,505', 'ZAR', 2, [50n, 51n]],
    ['1,234.567', 'ZAR', 2, [123_456n, 123_457n]],
    ['20,50', 'JPY', 0, [20n, 21n]],
    [',5', 'JPY', 0, [1n]],
    ['1.23456', 'KWD', 3, [1234n, 1235n]],
  ])('%j in %s has too many decimals', (text, currency, digits, readings) => {
    expect(read(text, currency)).toEqual({ fault: 'decimals', digits, readings })
  })
})

describe('what is no amount', () => {
  test.each(['', '   ', 'R', 'zar', '\u200f'])('%j is empty', (text) => {
    expect(read(text)).toEqual({ fault: 'empty' })
  })

  test.each(['0', '0,00', 'R 0', '-5', '−5', '-R 5', 'R -5,00', '-1 234,50', '0.000'])('%j is not positive', (text) => {
    expect(read(text)).toEqual({ fault: 'not_positive' })
  })

  test.each([
    ['$20', '$'],
    ['US$ 20', 'US$'],
    ['€20', '€'],
    ['20,50 €', '€'],
    ['¥2000', '¥'],
    ['2000円', '円'],
    ['USD 20', 'USD'],
    ['20 eur', 'eur'],
    ['Rs.500', 'Rs'],
    ['R$20', 'R$'],
    ['R 20 EUR', 'EUR'],
    ['-€5', '€'],
  ])('%j is another currency', (text, sign) => {
    expect(read(text)).toEqual({ fault: 'other_currency', sign })
  })

  test.each([
    'twenty',
    '1e3',
    '0x10',
    '20k',
    '20²',
    '½',
    '①',
    '20+5',
    '20%',
    '20-30',
    '5\0',
    '1\u00002',
    '1,23,456',
    '1,2345,678',
    '1,234 567',
    '1 234.567,89',
    '1.234.56',
    '1,,234',
    '1  234',
    '.',
    '..5',
    '.5.5',
    '0 123 456',
    '1٫234٫567',
    '1٫234.5',
    '1.234 567',
    'R R 20',
    '20 rand please',
    '4111 1111 1111 1111',
    '"><script>alert(1)</script>',
    '9'.repeat(41),
  ])('%j is no number', (text) => {
    expect(read(text)).toEqual({ fault: 'not_a_number' })
  })

  test('twenty thousand in short is none where K is the sign of the currency', () => {
    for (const text of ['20k', '20K', '20k.']) expect(read(text, 'ZMW')).toEqual({ fault: 'not_a_number' })
    expect(read('K20', 'ZMW')).toEqual({ amount: 2000n })
    expect(read('20 K', 'ZMW')).toEqual({ amount: 2000n })
  })

  test(`no text throws, and every fault has what it says (AMOUNT_SEED=${seed})`, () => {
    const piece = fc.constantFrom(..."0123456789.,٫٬ '’-−R$€k٢۲２\u00a0\u200f", ...['ZAR', '000', '234'])
    const text = fc.oneof(
      fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join('')),
      fc.string(),
    )
    fc.assert(
      fc.property(text, fc.constantFrom('ZAR', 'JPY', 'KWD', 'CLF'), fc.constantFrom(...locales), (...typed) => {
        const reading = read(...typed)
        if ('amount' in reading) expect(reading.amount > 0n).toBe(true)
        else if ('readings' in reading) {
          expect(reading.readings.length).toBeGreaterThan(0)
          expect(reading.readings.every((amount) => amount > 0n)).toBe(true)
        }
      }),
      { seed, numRuns: 5000 },
    )
  })

  test('a long text costs no more than a glance', () => {
    for (const piece of ['1', '1 ', ' ', '.', '1.', "'", 'R', '٢']) {
      const began = performance.now()
      const reading = read(piece.repeat(1_000_000))
      expect('amount' in reading).toBe(false)
      expect(performance.now() - began, piece).toBeLessThan(3_000)
    }
  })
})

test('the answer to a question is taken: each reading, as the page writes it', () => {
  for (const locale of locales) {
    for (const currency of ['ZAR', 'JPY', 'KWD', 'CLF']) {
      for (const text of ['1,234', '1.234', '20 50', '20.505']) {
        const reading = read(text, currency, locale)
        if (!('readings' in reading)) continue
        for (const amount of reading.readings) {
          expect(read(formatMoney(amount, currency, locale), currency, locale)).toEqual({ amount })
        }
      }
    }
  }
})
