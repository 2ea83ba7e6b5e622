import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changeRules, effectiveRules, formatRules, limitToDebt, payableRange } from '../../src/core/payment-rules.ts'
import { seedOf } from '../support/seed.ts'

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
      { seed: seedOf('SEED') },
    )
  })

  test.each([
    [[{ max_amount: 5 }, { min_amount: 10 }], 10n],
    [[{ min_amount: 10 }, { max_amount: 5 }], 5n],
    [[{ min_amount: 10 }, { max_amount: 5 }, null, { max_amount: 7 }], 7n],
    [[{ min_amount: 10, max_amount: 5 }], 5n],
  ])('are settled by the nearer: %j', (sets, kept) => {
    expect(effectiveRules(...sets)).toMatchObject({ min_amount: kept, max_amount: kept })
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
      { seed: seedOf('SEED') },
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
      'less than the minimum is owed, where more is welcome',
      { overpayment_allowed: true, min_amount: 100 },
      50n,
      { from: 50n, to: 999_999_999_999n },
    ],
    [
      'nothing owed, and no part of it refused: the least that is welcome',
      { overpayment_allowed: true, underpayment_allowed: false, min_amount: 5, max_amount: 900 },
      0n,
      { from: 5n, to: 900n },
    ],
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

describe('a change of one level', () => {
  const current = { min_amount: 100, max_amount: 500, overpayment_allowed: true }
  const refusal = (inherited: Parameters<typeof changeRules>[0], patch: Parameters<typeof changeRules>[2]) => {
    try {
      return changeRules(inherited, {}, patch, '/account')
    } catch (error) {
      const { code, errors } = error as { code: string; errors: unknown }
      return { code, errors }
    }
  }

  test('sets what is sent, inherits again what is null, and leaves the rest', () => {
    expect(changeRules([], current, undefined)).toBe(current)
    expect(changeRules([], current, {})).toEqual(current)
    expect(changeRules([], current, null)).toEqual({})
    expect(changeRules([], current, { min_amount: 200, max_amount: null, underpayment_allowed: undefined })).toEqual({
      min_amount: 200,
      overpayment_allowed: true,
    })
  })

  test('may leave one amount, and not none: the limit that was sent is named, with what both would be', () => {
    const detail = 'After inheritance min_amount would be 501 and max_amount 500.'
    const fault = (pointer: string) => [{ pointer, code: 'invalid_payment_rules', detail }]
    expect(refusal([{ max_amount: 500 }], { min_amount: 500 })).toEqual({ min_amount: 500 })
    expect(refusal([{ max_amount: 500 }], { min_amount: 501 })).toEqual({
      code: 'invalid_payment_rules',
      errors: fault('/account/payment_rules/min_amount'),
    })
    expect(refusal([{ min_amount: 501 }], { max_amount: 500 })).toEqual({
      code: 'invalid_payment_rules',
      errors: fault('/account/payment_rules/max_amount'),
    })
    expect(() => changeRules([], {}, { min_amount: 2, max_amount: 1 })).toThrow(
      expect.objectContaining({ errors: [expect.objectContaining({ pointer: '/payment_rules/min_amount' })] }),
    )
  })

  test('of something else is taken while the levels above contradict each other', () => {
    const above = [{ min_amount: 900 }, { max_amount: 500 }]
    expect(changeRules(above, {}, { overpayment_allowed: true })).toEqual({ overpayment_allowed: true })
    expect(changeRules(above, { overpayment_allowed: true }, null)).toEqual({})
    expect(() => changeRules(above, {}, { min_amount: null })).toThrow('After inheritance')
  })

  test('is shown in numbers', () => {
    expect(formatRules(effectiveRules({ min_amount: 3 }))).toEqual({
      min_amount: 3,
      max_amount: 999_999_999_999,
      underpayment_allowed: true,
      overpayment_allowed: false,
    })
  })
})
