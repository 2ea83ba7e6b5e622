import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Family } from '../../../src/ledger/corrections/family.ts'
import { restOf } from '../../../src/ledger/corrections/left.ts'
import { beyondLeft, leftOfFamily, spreadTaking, withinLeft } from '../../../src/ledger/corrections/shares.ts'
import { seedOf } from '../../support/seed.ts'
import { families } from './families.ts'
import { aFamily, aPayment, refusal, total } from './rows.ts'

describe('a bank takes back', () => {
  test('all that is left of a payment and of what it became, unless it says less', () => {
    expect(leftOfFamily(aFamily(20n, [aFamily(30n, [aFamily(5n)]), aFamily(7n)]))).toBe(62n)
    expect([undefined, 1n, 9n, 10n].map((wanted) => withinLeft(10n, wanted))).toEqual([10n, 1n, 9n, 10n])
  })

  test('more than is left only where it says how much', () => {
    expect([withinLeft(10n, 11n), withinLeft(0n, undefined), withinLeft(0n, 1n)]).toEqual(Array(3).fill(undefined))
    const payment = aPayment(100n, { refunded_amount: 70n, reversed_amount: 10n })
    expect([1n, 85n].map((wanted) => beyondLeft(payment, 5n, wanted))).toEqual([1n, 85n])
    expect(refusal(() => beyondLeft(payment, 5n, undefined))).toEqual([
      'payment_state',
      'Nothing is left of the payment, nor of what it became: send in amount what the bank has taken back.',
    ])
  })

  test('never more than has not been taken back, be that from the payment or as a loss', () => {
    const payment = aPayment(100n, { refunded_amount: 70n, reversed_amount: 10n })
    const detail = 'Only 85 of the payment has not been taken back.'
    expect(refusal(() => beyondLeft(payment, 5n, 86n))).toEqual(['amount_exceeds_remaining', detail, '/amount'])
    const whole = ['payment_state', 'The whole payment has been reversed already.']
    expect(refusal(() => beyondLeft(payment, 90n, 1n))).toEqual(whole)
    expect(refusal(() => beyondLeft(payment, 91n, undefined))).toEqual(whole)
    expect(beyondLeft(payment, 89n, 1n)).toBe(1n)
    expect(refusal(() => beyondLeft({ ...payment, captured_amount: 15n }, 5n, 1n))).toEqual(whole)
  })
})

describe('what is taken of a payment is borne', () => {
  // 20 are left of the first, 30 of one that came of it, 20 of what came of that, and 30 of another.
  const [grandchild, older] = [aFamily(20n), aFamily(30n)]
  const newer = aFamily(30n, [grandchild])
  const family = aFamily(20n, [newer, older])
  const names = new Map([family, newer, grandchild, older].map(({ payment }, index) => [payment, 'fngo'[index]]))
  const borne = (of: Family, amount: bigint) =>
    spreadTaking(of, amount).map(
      ({ payment, own, transferred, total, uncovered }) =>
        `${names.get(payment)}: ${own} + ${transferred} = ${total}, ${uncovered}`,
    )

  test('by what is left there, then by those that came of it, the newest first, each with its own', () => {
    expect(borne(family, 15n)).toEqual(['f: 15 + 0 = 15, 0'])
    expect(borne(family, 20n)).toEqual(['f: 20 + 0 = 20, 0'])
    expect(borne(family, 21n)).toEqual(['f: 20 + 1 = 21, 0', 'n: 1 + 0 = 1, 0'])
    expect(borne(family, 55n)).toEqual(['f: 20 + 35 = 55, 0', 'n: 30 + 5 = 35, 0', 'g: 5 + 0 = 5, 0'])
    expect(borne(family, 85n)).toEqual([
      'f: 20 + 65 = 85, 0',
      'n: 30 + 20 = 50, 0',
      'g: 20 + 0 = 20, 0',
      'o: 15 + 0 = 15, 0',
    ])
  })

  test('beyond what is left anywhere as a loss of the first', () => {
    expect(borne(family, 112n)).toEqual([
      'f: 20 + 80 = 100, 12',
      'n: 30 + 20 = 50, 0',
      'g: 20 + 0 = 20, 0',
      'o: 30 + 0 = 30, 0',
    ])
  })

  test('by nobody who has nothing left, but for the first one, and by what came of those', () => {
    const [last, spent] = [aFamily(4n), aFamily(0n)]
    const between = aFamily(0n, [last])
    const of = aFamily(0n, [spent, between])
    const shares = spreadTaking(of, 9n)
    const first = { payment: of.payment, own: 0n, transferred: 4n, total: 4n, uncovered: 5n }
    expect(shares).toEqual([
      first,
      { payment: between.payment, own: 0n, transferred: 4n, total: 4n, uncovered: 0n },
      { payment: last.payment, own: 4n, transferred: 0n, total: 4n, uncovered: 0n },
    ])
    expect(spreadTaking(aFamily(0n, [spent]), 3n)).toMatchObject([{ own: 0n, total: 0n, uncovered: 3n }])
  })

  test('so that it comes to the amount, and nobody gives more than is left', () => {
    const seed = seedOf('SHARES_SEED')
    fc.assert(
      fc.property(families, fc.bigInt({ min: 0n, max: 400n }), (of, amount) => {
        const [first, ...others] = spreadTaking(of, amount)
        const all = [first, ...others]
        expect(total(all.map(({ own }) => own)) + first.uncovered).toBe(amount)
        expect(first.total + first.uncovered).toBe(amount)
        for (const { payment, own } of all) {
          expect(own).toBeGreaterThanOrEqual(0n)
          expect(own).toBeLessThanOrEqual(restOf(payment))
        }
        for (const { transferred, payment } of all) expect(transferred).toBeLessThanOrEqual(payment.transferred_amount)
        // A loss is only what nobody has.
        if (first.uncovered > 0n) expect(first.total).toBe(leftOfFamily(of))
      }),
      { seed },
    )
  })
})
