import { data } from 'currency-codes'
import { describe, expect, test } from 'vitest'
import { exponentOf, isCurrency, isWithdrawn, keptCurrencyCodes } from '../../src/core/currency.ts'

// What ISO 4217 has changed since the newest data of currency-codes, which are of June 2024. A newer version of the package that knows
// of one fails here, and its line goes.
const since: { code: string; digits: number | undefined; from: string }[] = [
  { code: 'XCG', digits: 2, from: '2025-03-31' },
  { code: 'XAD', digits: 2, from: '2025-05-12' },
  { code: 'ANG', digits: undefined, from: '2025' },
  { code: 'BGN', digits: undefined, from: '2026' },
  // The package keeps it, though the list has not had it since 2021.
  { code: 'CUC', digits: undefined, from: '2021' },
]

test('every active ISO 4217 code has the exponent that currency-codes says', () => {
  const known = new Map(data.map(({ code, digits }) => [code, digits]))
  for (const { code, digits } of since) {
    expect([code, known.has(code)]).toEqual([code, digits === undefined])
    if (digits === undefined) known.delete(code)
    else known.set(code, digits)
  }
  const ours = keptCurrencyCodes()
    .filter(isCurrency)
    .map((code) => [code, exponentOf(code)])
  expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(known))
})

test('codes that a balance may have are in alphabetical order', () => {
  const codes = keptCurrencyCodes()
  expect(codes).toEqual([...codes].sort((one, other) => (one < other ? -1 : 1)))
})

describe('a withdrawn code', () => {
  test.each(['ANG', 'BGN', 'CUC'])('%s keeps its digits, and is no currency for anything new', (code) => {
    expect([isCurrency(code), isWithdrawn(code), exponentOf(code)]).toEqual([false, true, 2])
  })

  test('is among those that a balance may have', () => {
    expect(keptCurrencyCodes()).toEqual([...keptCurrencyCodes().filter(isCurrency), 'ANG', 'BGN', 'CUC'].sort())
  })
})

test.each(['zar', 'ZA', 'ZARR', 'ＺＡＲ', 'ZАR', '', 'XYZ', 'constructor'])('%s is no currency', (code) => {
  expect([isCurrency(code), isWithdrawn(code), exponentOf(code)]).toEqual([false, false, undefined])
})
