import type Stripe from 'stripe'
import { describe, expect, test } from 'vitest'
import { exponentOf } from '../../src/core/currency.ts'
import { takes } from '../../src/payments/processor/processor.ts'
import {
  fromWire,
  signedFromWire,
  stripeLimits,
  toWire,
  wireDecimals,
} from '../../src/payments/processor/stripe/amounts.ts'
import { stateOfSession } from '../../src/payments/processor/stripe/state.ts'

describe('amounts on the wire of Stripe', () => {
  test.each([
    ['ZAR', 2000n, 2000],
    ['USD', 50n, 50],
    ['JPY', 500n, 500],
    ['XOF', 100n, 100],
    // Without decimals in ISO 4217, with two there.
    ['UGX', 5000n, 500_000],
    ['ISK', 700n, 70_000],
    // With two decimals in ISO 4217, without there.
    ['MGA', 500_000n, 5000],
    ['KWD', 1230n, 1230],
  ])('%s: %d is %d', (currency, ours, wire) => {
    expect(toWire(ours, currency)).toBe(wire)
    expect(fromWire(wire, currency)).toBe(ours)
  })

  test('every currency comes back as it went', () => {
    for (const [currency, { minimum, maximum, step }] of stripeLimits) {
      for (const amount of [minimum, minimum + step, maximum]) {
        expect([currency, fromWire(toWire(amount, currency), currency)]).toEqual([currency, amount])
      }
      expect(toWire(maximum, currency)).toBeLessThanOrEqual(99_999_999)
      expect(toWire(minimum, currency)).toBeGreaterThan(0)
    }
    expect(stripeLimits.size).toBeGreaterThan(120)
  })

  test('differ in their decimals from ISO 4217 for three currencies only', () => {
    const others = [...stripeLimits.keys()].filter((currency) => wireDecimals(currency) !== exponentOf(currency))
    expect(others).toEqual(['ISK', 'MGA', 'UGX'])
  })

  test.each([[null], [undefined], [0], [-5], [1.5], [Number.NaN]])('%s is no amount', (amount) => {
    expect(fromWire(amount, 'ZAR')).toBeUndefined()
  })

  test('of a currency that nobody knows is none', () => {
    expect(fromWire(5, 'ZZZ')).toBeUndefined()
    expect(() => toWire(5n, 'ZZZ')).toThrow('ISO 4217')
  })

  test.each([
    ['ZAR', { minimum: 1n, maximum: 99_999_999n, step: 1n }],
    ['USD', { minimum: 50n, maximum: 99_999_999n, step: 1n }],
    ['JPY', { minimum: 50n, maximum: 99_999_999n, step: 1n }],
    ['UGX', { minimum: 1n, maximum: 999_999n, step: 1n }],
    ['KWD', { minimum: 10n, maximum: 99_999_990n, step: 10n }],
    ['MGA', { minimum: 100n, maximum: 9_999_999_900n, step: 100n }],
  ])('of %s are taken from a least one to a greatest, in steps', (currency, range) => {
    expect(stripeLimits.get(currency)).toEqual(range)
  })

  test('no fraction of a shilling comes out of a wire amount', () => {
    expect(fromWire(150, 'UGX')).toBeUndefined()
  })

  test.each<[number, string, bigint | undefined]>([
    [0, 'ZAR', 0n],
    [-300, 'ZAR', -300n],
    [300, 'ZAR', 300n],
    [-500, 'UGX', -5n],
    [-150, 'UGX', undefined],
    [-0.5, 'ZAR', undefined],
    [0, 'ZZZ', undefined],
    [-300, 'ZZZ', undefined],
    [Number.NaN, 'ZAR', undefined],
  ])('of a settlement may be nothing or taken: %d %s', (wire, currency, ours) => {
    expect(signedFromWire(wire, currency)).toBe(ours)
  })

  test.each([[null], [undefined]])('of a settlement may not be %s', (wire) => {
    expect(signedFromWire(wire, 'ZAR')).toBeUndefined()
  })

  test.each([
    ['USD', 49n, false],
    ['USD', 50n, true],
    ['USD', 100_000_000n, false],
    ['KWD', 1235n, false],
    ['MGA', 150n, false],
    ['XAU', 100n, false],
  ])('%s %d is taken: %s', (currency, amount, taken) => {
    expect(takes({ limits: stripeLimits }, amount, currency)).toBe(taken)
  })
})

describe('the state of a session', () => {
  const now = new Date('2026-11-23T08:00:00Z')
  const stateOf = (session: object) =>
    stateOfSession(
      { currency: 'zar', amount_total: 2000, payment_intent: null, ...session } as Stripe.Checkout.Session,
      now,
    )

  test.each([
    [{ status: 'open', payment_status: 'unpaid' }, 'open'],
    [{ status: 'open', payment_status: 'unpaid', payment_intent: { status: 'processing' } }, 'pending'],
    [{ status: 'complete', payment_status: 'paid' }, 'succeeded'],
    [{ status: 'complete', payment_status: 'unpaid' }, 'pending'],
    [{ status: 'complete', payment_status: 'unpaid', payment_intent: { status: 'processing' } }, 'pending'],
    [{ status: 'complete', payment_status: 'unpaid', payment_intent: { status: 'requires_payment_method' } }, 'failed'],
    [{ status: 'complete', payment_status: 'no_payment_required' }, 'pending'],
    [{ status: 'expired', payment_status: 'unpaid' }, 'failed'],
    // Words that are not known are looked at again.
    [{ status: 'dreaming', payment_status: 'unpaid' }, 'pending'],
    [{ status: 'complete', payment_status: 'half_paid' }, 'pending'],
    [{}, 'pending'],
  ])('%j is %s', (session, status) => {
    expect(stateOf(session).status).toBe(status)
  })

  test('names the refusal of a bank that was asked', () => {
    const payment_intent = {
      status: 'requires_payment_method',
      last_payment_error: { code: 'card_declined', decline_code: 'stolen_card', message: 'Your card was declined.' },
    }
    expect(stateOf({ status: 'complete', payment_status: 'unpaid', payment_intent })).toMatchObject({
      decline: { error_code: 'card_declined', decline_code: 'lost_card' },
    })
  })
})
