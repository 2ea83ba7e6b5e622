import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { effectiveRules, limitToDebt, payableRange } from '../../src/core/payment-rules.ts'

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

const limit = fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined })
const level = fc.option(
  fc.record({ min_amount: limit, max_amount: limit }).map(({ min_amount, max_amount }) => ({
    ...(min_amount !== undefined && { min_amount }),
    ...(max_amount !== undefined && { max_amount }),
  })),
)
const levels = fc.array(level, { minLength: 1, maxLength: 4 })
type Levels = readonly ({ min_amount?: number; max_amount?: number } | null)[]

describe('levels that contradict each other', () => {
  test('always leave an amount that may be paid, whatever is owed', () => {
    fc.assert(
      fc.property(levels, fc.boolean(), fc.bigInt({ min: 1n, max: 30n }), (sets, overpayment_allowed, owed) => {
        const rules = effectiveRules({ overpayment_allowed }, ...sets)
        expect(rules.min_amount).toBeLessThanOrEqual(rules.max_amount)
        const limited = limitToDebt(rules, owed)
        expect(limited.min_amount).toBeLessThanOrEqual(limited.max_amount)
        const range = payableRange(rules, owed)
        expect(range?.from).toBeGreaterThan(0n)
        expect(range?.from).toBeLessThanOrEqual(range?.to ?? 0n)
        expect(range?.to).toBe(limited.max_amount)
      }),
    )
  })

  test('leave the limit that was set nearest, and change nothing that contradicts nothing', () => {
    const nearest = (sets: Levels, name: 'min_amount' | 'max_amount') => {
      const index = sets.findLastIndex((set) => set?.[name] !== undefined)
      return { index, value: sets[index]?.[name] }
    }
    fc.assert(
      fc.property(levels, (sets) => {
        const [min, max] = [nearest(sets, 'min_amount'), nearest(sets, 'max_amount')]
        const rules = effectiveRules(...sets)
        const [least, most] = [BigInt(min.value ?? 1), BigInt(max.value ?? 999_999_999_999)]
        if (least <= most) expect(rules).toMatchObject({ min_amount: least, max_amount: most })
        else {
          const kept = min.index > max.index ? least : most
          expect(rules).toMatchObject({ min_amount: kept, max_amount: kept })
        }
      }),
    )
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
