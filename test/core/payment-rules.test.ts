import { describe, expect, test } from 'vitest'
import { effectiveRules, payableRange } from '../../src/core/payment-rules.ts'

const rules = (more: object) => effectiveRules(more)

describe('rules', () => {
  test('merge field by field, and the nearest wins', () => {
    expect(
      effectiveRules({ min_amount: 100, max_amount: 900 }, { max_amount: 500 }, null, { overpayment_allowed: true }),
    ).toEqual({
      min_amount: 100n,
      max_amount: 500n,
      underpayment_allowed: true,
      overpayment_allowed: true,
    })
  })

  test('by default a balance is paid in part and not over', () => {
    expect(effectiveRules()).toMatchObject({ underpayment_allowed: true, overpayment_allowed: false })
  })
})

describe('what may be asked', () => {
  test.each([
    ['anything up to what remains', {}, 500n, { from: 1n, to: 500n }],
    ['at least the minimum', { min_amount: 100 }, 500n, { from: 100n, to: 500n }],
    ['the whole remainder, also below the minimum', { min_amount: 100 }, 50n, { from: 50n, to: 50n }],
    ['never above the maximum', { max_amount: 300 }, 500n, { from: 1n, to: 300n }],
    ['only the whole', { underpayment_allowed: false }, 500n, { from: 500n, to: 500n }],
    ['nothing: the whole is above the maximum', { underpayment_allowed: false, max_amount: 300 }, 500n, undefined],
    ['nothing owed, nothing asked', {}, 0n, undefined],
    ['nothing owed, but more is welcome', { overpayment_allowed: true, max_amount: 900 }, -50n, { from: 1n, to: 900n }],
    [
      'more than is owed where that is allowed',
      { overpayment_allowed: true, max_amount: 900 },
      500n,
      { from: 1n, to: 900n },
    ],
  ])('%s', (_name, more, remaining, range) => {
    expect(payableRange(rules(more), remaining)).toEqual(range)
  })
})
