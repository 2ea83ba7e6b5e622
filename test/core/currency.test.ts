import { data } from 'currency-codes'
import { expect, test } from 'vitest'
import { currencyCodes, exponentOf, isCurrency } from '../../src/core/currency.ts'

test('every active ISO 4217 code has the exponent that currency-codes says', () => {
  expect(Object.fromEntries(currencyCodes().map((code) => [code, exponentOf(code)]))).toEqual(
    Object.fromEntries(data.map(({ code, digits }) => [code, digits])),
  )
})

test.each(['zar', 'ZA', 'ZARR', 'ＺＡＲ', 'ZАR', '', 'XYZ', 'constructor'])('%s is no currency', (code) => {
  expect(isCurrency(code)).toBe(false)
})
