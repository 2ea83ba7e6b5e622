import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Id } from '../../../src/core/id/id.ts'
import type { Family } from '../../../src/ledger/corrections/family.ts'
import { lesser } from '../../../src/ledger/corrections/left.ts'
import type { PaymentReversal } from '../../../src/ledger/corrections/payment-reversal.ts'
import { spreadTaking } from '../../../src/ledger/corrections/shares.ts'
import { type OpenShare, splitBack, spreadBack } from '../../../src/ledger/corrections/spread-back.ts'
import { seedOf } from '../../support/seed.ts'
import { families } from './families.ts'
import { aFamily, anId, now, total } from './rows.ts'

const aReversal = (amount: bigint, more: Partial<PaymentReversal> = {}): PaymentReversal => ({
  id: anId(),
  payment_id: 'p' as Id,
  amount,
  unapplied_amount: 0n,
  direct_amount: 0n,
  suspense_amount: 0n,
  transferred_amount: 0n,
  uncovered_amount: 0n,
  covered_amount: 0n,
  reason: 'fraudulent',
  processor_reference: null,
  reinstatement_id: null,
  created_at: now,
  ...more,
})

describe('money of a reversal that is back', () => {
  test('undoes its own loss, as far as that is not covered, then covers others, and the rest is for whom it was taken from', () => {
    const reversal = aReversal(100n, { uncovered_amount: 30n, covered_amount: 10n })
    expect(splitBack(reversal, 0n)).toEqual({ lost: 20n, covers: 0n, losses: 20n, money: 80n })
    expect(splitBack(reversal, 15n)).toEqual({ lost: 20n, covers: 15n, losses: 35n, money: 65n })
    expect(splitBack(aReversal(100n), 0n)).toEqual({ lost: 0n, covers: 0n, losses: 0n, money: 100n })
  })
})

// A reversal took 20 of the first payment, 30 of one that came of it, 20 of what came of that, and 30 of another: 100.
const [grandchild, older] = [aFamily(20n), aFamily(30n)]
const newer = aFamily(30n, [grandchild])
const family = aFamily(20n, [newer, older])
const names = new Map([family, newer, grandchild, older].map(({ payment }, index) => [payment, 'fngo'[index]]))

const aShare = (
  of: Family,
  follows: PaymentReversal,
  amount: bigint,
  transferred_amount = 0n,
  returned_amount = 0n,
) => ({
  id: anId(),
  payment_id: of.payment.id,
  amount,
  transferred_amount,
  reason: 'fraudulent',
  follows: follows.id,
  returned_amount,
})

function back(reversal: PaymentReversal, shares: OpenShare[], covers = 0n) {
  const gifts = spreadBack(family, reversal, shares, splitBack(reversal, covers))
  const rows = [reversal, ...shares]
  return gifts.map(
    ({ payment, row, amount, lost, covers: covered, transferred, own }) =>
      `${names.get(payment)} by ${rows.indexOf(row as OpenShare)}: ${amount} - ${lost} - ${covered} = ${own} + ${transferred}`,
  )
}

describe('what comes back', () => {
  const reversal = aReversal(100n, { transferred_amount: 80n })
  const shares = [aShare(newer, reversal, 50n, 20n), aShare(grandchild, reversal, 20n), aShare(older, reversal, 30n)]

  test('goes to whom it was taken from, the first payment first', () => {
    expect(back(reversal, shares)).toEqual([
      'f by 0: 100 - 0 - 0 = 20 + 80',
      'n by 1: 50 - 0 - 0 = 30 + 20',
      'g by 2: 20 - 0 - 0 = 20 + 0',
      'o by 3: 30 - 0 - 0 = 30 + 0',
    ])
    expect(back(aReversal(100n), [])).toEqual(['f by 0: 100 - 0 - 0 = 100 + 0'])
  })

  test('after losses are undone goes down in the same order as far as it goes', () => {
    expect(back(reversal, shares, 80n)).toEqual(['f by 0: 100 - 0 - 80 = 20 + 0'])
    expect(back(reversal, shares, 90n)).toEqual(['f by 0: 100 - 0 - 90 = 10 + 0'])
    expect(back(reversal, shares, 60n)).toEqual(['f by 0: 100 - 0 - 60 = 20 + 20', 'n by 1: 20 - 0 - 0 = 20 + 0'])
    expect(back(reversal, shares, 41n)).toEqual([
      'f by 0: 100 - 0 - 41 = 20 + 39',
      'n by 1: 39 - 0 - 0 = 30 + 9',
      'g by 2: 9 - 0 - 0 = 9 + 0',
    ])
    expect(back(reversal, shares, 29n)).toEqual([
      'f by 0: 100 - 0 - 29 = 20 + 51',
      'n by 1: 50 - 0 - 0 = 30 + 20',
      'g by 2: 20 - 0 - 0 = 20 + 0',
      'o by 3: 1 - 0 - 0 = 1 + 0',
    ])
  })

  test('is held by the first payment where others have covered its loss', () => {
    const lost = aReversal(130n, { transferred_amount: 80n, uncovered_amount: 30n, covered_amount: 12n })
    const taken = shares.map((share) => ({ ...share, follows: lost.id }))
    expect(back(lost, taken)[0]).toBe('f by 0: 130 - 18 - 0 = 32 + 80')
    expect(back(lost, taken, 40n)).toEqual([
      'f by 0: 130 - 18 - 40 = 20 + 52',
      'n by 1: 50 - 0 - 0 = 30 + 20',
      'g by 2: 20 - 0 - 0 = 20 + 0',
      'o by 3: 2 - 0 - 0 = 2 + 0',
    ])
  })

  test('continues where it ended before: what has come back was first what is the own of each', () => {
    const returned = (ofNewer: bigint, ofGrandchild: bigint) => [
      aShare(newer, reversal, 50n, 20n, ofNewer),
      aShare(grandchild, reversal, 20n, 0n, ofGrandchild),
      aShare(older, reversal, 30n),
    ]
    expect(back(reversal, returned(10n, 0n), 40n)).toEqual([
      'f by 0: 100 - 0 - 40 = 20 + 40',
      'n by 1: 40 - 0 - 0 = 20 + 20',
      'g by 2: 20 - 0 - 0 = 20 + 0',
    ])
    expect(back(reversal, returned(35n, 5n), 63n)).toEqual([
      'f by 0: 100 - 0 - 63 = 20 + 17',
      'n by 1: 15 - 0 - 0 = 0 + 15',
      'g by 2: 15 - 0 - 0 = 15 + 0',
      'o by 3: 2 - 0 - 0 = 2 + 0',
    ])
  })

  test('goes on to what another reversal took that came back before and covered losses then', () => {
    const other = aReversal(30n)
    const taken = [aShare(older, reversal, 30n), aShare(older, other, 8n, 0n, 3n), aShare(newer, other, 4n)]
    const first = aReversal(40n, { id: reversal.id, transferred_amount: 30n })
    expect(back(first, taken)).toEqual(['f by 0: 40 - 0 - 0 = 10 + 30', 'o by 1: 30 - 0 - 0 = 30 + 0'])
    const covered = aReversal(60n, {
      id: reversal.id,
      transferred_amount: 30n,
      uncovered_amount: 20n,
      covered_amount: 20n,
    })
    expect(back(covered, taken)).toEqual([
      'f by 0: 60 - 0 - 0 = 21 + 39',
      'o by 1: 30 - 0 - 0 = 30 + 0',
      'n by 3: 4 - 0 - 0 = 4 + 0',
      'o by 2: 5 - 0 - 0 = 5 + 0',
    ])
  })

  test('never goes to a payment of which it was not taken', () => {
    const taken = [aShare(older, reversal, 30n)]
    const small = aReversal(50n, { id: reversal.id, transferred_amount: 30n })
    expect(back(small, taken)).toEqual(['f by 0: 50 - 0 - 0 = 20 + 30', 'o by 1: 30 - 0 - 0 = 30 + 0'])
  })

  test('is not booked where the shares do not come to what was taken', () => {
    expect(() => back(reversal, [aShare(newer, reversal, 80n, 20n)])).toThrow('comes back to them')
  })

  test('comes back to each to whom it was taken from exactly, in any two parts', () => {
    const amounts = fc.bigInt({ min: 1n, max: 300n })
    fc.assert(
      fc.property(families, amounts, fc.nat(1_000), (of, amount, per) => {
        const [first, ...others] = spreadTaking(of, amount)
        const { uncovered, transferred } = first
        const whole = aReversal(amount, { uncovered_amount: uncovered, transferred_amount: transferred })
        const rows = others.map((one) => ({
          ...aShare({ payment: one.payment, became: [] }, whole, one.total, one.transferred),
          own: one.own,
        }))
        const money = amount - uncovered
        const once = (money * BigInt(per)) / 1_000n
        const gifts = spreadBack(of, whole, rows, splitBack(whole, money - once))
        expect(total(gifts.map(({ own }) => own))).toBe(once)
        expect(gifts[0].own).toBe(lesser(once, first.own))
        // The rest comes back as that of another reversal, which took nothing itself.
        const given = (id: Id) => gifts.find(({ row }) => row.id === id)
        const open = rows
          .map((row) => ({ ...row, returned_amount: given(row.id)?.amount ?? 0n }))
          .filter((row) => row.returned_amount < row.amount)
        const second = aReversal(money - once, { uncovered_amount: money - once, covered_amount: money - once })
        const later = spreadBack(of, second, open, splitBack(second, 0n))
        for (const row of rows) {
          const both = [...gifts, ...later].filter((gift) => gift.row.id === row.id)
          expect(total(both.map(({ own }) => own))).toBe(row.own)
          expect(total(both.map((gift) => gift.amount))).toBe(row.amount)
        }
        for (const gift of [...gifts, ...later.slice(1)]) expect(gift.amount).toBeGreaterThan(0n)
      }),
      { seed: seedOf('BACK_SEED') },
    )
  })
})
