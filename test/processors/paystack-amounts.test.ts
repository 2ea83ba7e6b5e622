import { describe, expect, test } from 'vitest'
import { maxAmount } from '../../src/core/money.ts'
import {
  fromPaystackAmount,
  paystackLimits,
  signedFromPaystackAmount,
  toPaystackAmount,
} from '../../src/payments/processor/paystack/amounts.ts'
import { takes } from '../../src/payments/processor/processor.ts'

describe('amounts on the wire of Paystack', () => {
  test.each([
    ['ZAR', 2000n, 2000],
    ['NGN', 5000n, 5000],
    // Without decimals in ISO 4217, with two there.
    ['XOF', 2000n, 200_000],
  ])('%s: %d is %d, as a number and as a text', (currency, ours, wire) => {
    expect(toPaystackAmount(ours, currency)).toBe(wire)
    expect(fromPaystackAmount(wire, currency)).toBe(ours)
    expect(fromPaystackAmount(String(wire), currency)).toBe(ours)
  })

  test('every currency comes back as it went', () => {
    for (const [currency, { minimum, maximum }] of paystackLimits) {
      for (const amount of [minimum, maximum]) {
        expect([currency, fromPaystackAmount(toPaystackAmount(amount, currency), currency)]).toEqual([currency, amount])
      }
    }
    expect([...paystackLimits.keys()]).toEqual(['GHS', 'KES', 'NGN', 'USD', 'XOF', 'ZAR'])
  })

  test.each([
    [null],
    [undefined],
    [0],
    [-5],
    ['-5'],
    [1.5],
    ['1.5'],
    ['20,00'],
    [''],
    ['007'],
    [Number.NaN],
    [1e21],
    [true],
    [['5']],
  ])('%j is no amount', (amount) => {
    expect(fromPaystackAmount(amount, 'ZAR')).toBeUndefined()
  })

  test('no fraction of a franc comes out of a wire amount, and nothing of another currency', () => {
    expect(fromPaystackAmount(150, 'XOF')).toBeUndefined()
    expect(fromPaystackAmount(150, 'EUR')).toBeUndefined()
    expect(() => toPaystackAmount(150n, 'EUR')).toThrow('limits')
  })

  test.each<[unknown, string, bigint | undefined]>([
    [0, 'ZAR', 0n],
    ['0', 'ZAR', 0n],
    [0, 'EUR', undefined],
    [300, 'ZAR', 300n],
    ['300', 'ZAR', 300n],
    [-300, 'ZAR', -300n],
    ['-300', 'XOF', -3n],
    ['-150', 'XOF', undefined],
    ['--3', 'ZAR', undefined],
    ['-0', 'ZAR', undefined],
    [null, 'ZAR', undefined],
    [['5'], 'ZAR', undefined],
  ])('of a settlement may be nothing or taken: %j %s', (wire, currency, ours) => {
    expect(signedFromPaystackAmount(wire, currency)).toBe(ours)
  })

  test('are taken from what Paystack says to what we hold on its wire', () => {
    const least = [...paystackLimits].map(([currency, { minimum, step }]) => [currency, minimum, step])
    expect(least).toEqual([
      ['GHS', 10n, 1n],
      ['KES', 300n, 1n],
      ['NGN', 5_000n, 1n],
      ['USD', 200n, 1n],
      ['XOF', 1n, 1n],
      ['ZAR', 100n, 1n],
    ])
    expect(paystackLimits.get('ZAR')?.maximum).toBe(maxAmount)
    expect(paystackLimits.get('XOF')?.maximum).toBe(maxAmount / 100n)
  })

  test.each([
    ['NGN', 4999n, false],
    ['NGN', 5000n, true],
    ['KES', 299n, false],
    ['USD', 200n, true],
    ['EUR', 500n, false],
  ])('%s %d is taken: %s', (currency, amount, taken) => {
    expect(takes({ limits: paystackLimits }, amount, currency)).toBe(taken)
  })
})
