import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { adjustedAmount, changeToPaid, refusePaid, requireSum } from '../../src/billing/bill/amounts.ts'
import { amountToSetOff } from '../../src/billing/credit/amount.ts'
import { adjustmentSigns, wrongSign } from '../../src/billing/object/adjustment-signs.ts'
import { maxAmount } from '../../src/core/money.ts'
import { amountsOf, type BillAmounts } from '../../src/ledger/bill-amounts.ts'
import { seedOf } from '../support/seed.ts'

const bill = (more: Partial<BillAmounts> = {}): BillAmounts => ({
  status: 'unpaid',
  balance: 70n,
  amount_due: 100n,
  amount_adjusted: -10n,
  amount_written_off: 0n,
  ...more,
})

/** A refusal with its code, where it points, and what it says. */
const refusal = (code: string, pointer: string, message: string) =>
  expect.objectContaining({ code, message, errors: [expect.objectContaining({ pointer, code })] })

describe('an adjustment of a bill', () => {
  test('changes what it was adjusted by, and a write-off what is written off', () => {
    expect(adjustedAmount(bill(), 5n, 'fee')).toEqual({ amount_adjusted: -5n })
    expect(adjustedAmount(bill(), -5n, 'discount')).toEqual({ amount_adjusted: -15n })
    expect(adjustedAmount(bill({ amount_written_off: 3n }), -5n, 'write_off')).toEqual({ amount_written_off: 8n })
  })

  test('takes off what remains, and no unit more', () => {
    expect(adjustedAmount(bill(), -70n, 'credit_note')).toEqual({ amount_adjusted: -80n })
    expect(() => adjustedAmount(bill(), -71n, 'credit_note')).toThrow(
      refusal('amount_exceeds_remaining', '/amount', 'The bill has 70 remaining.'),
    )
  })

  test('makes it for the largest amount at most', () => {
    const most = maxAmount - 90n
    expect(adjustedAmount(bill(), most, 'fee')).toEqual({ amount_adjusted: most - 10n })
    expect(() => adjustedAmount(bill(), most + 1n, 'fee')).toThrow(
      refusal('amount_out_of_range', '/amount', `With its adjustments a bill is for at most ${maxAmount}.`),
    )
  })

  test('whatever it is, leaves what is paid as it is', () => {
    const amounts = fc.bigInt({ min: 0n, max: 1_000n })
    const kinds = fc.constantFrom('fee', 'discount', 'write_off', 'adjustment')
    fc.assert(
      fc.property(amounts, amounts, amounts, kinds, (paid, written_off, left, kind) => {
        const due = { amount_due: paid + written_off + left + 1n, amount_written_off: written_off }
        const before = bill({ ...due, amount_adjusted: -1n, balance: left })
        const change = kind === 'fee' ? 7n : -(left / 2n)
        const after = { ...before, ...adjustedAmount(before, change, kind), balance: left + change }
        expect(amountsOf(before).paid).toBe(paid)
        expect(amountsOf(after).paid).toBe(paid)
      }),
      { seed: seedOf('SEED') },
    )
  })
})

describe('the amount paid, set by hand', () => {
  // Of 90 that are asked for, 20 are paid.
  const set = async (total: bigint, applied?: bigint) => {
    const asked: bigint[] = []
    const change = await changeToPaid(bill(), total, async () => {
      asked.push(applied ?? 0n)
      return applied ?? 0n
    })
    return [change, asked.length]
  }

  test('changes the balance by the difference, without asking what payments applied where it is no less', async () => {
    expect([await set(50n), await set(90n), await set(20n)]).toEqual([
      [-30n, 0],
      [-70n, 0],
      [0n, 0],
    ])
  })

  test('is at most what is to be paid', async () => {
    await expect(set(91n)).rejects.toThrow(
      refusal('amount_exceeds_remaining', '/amount_paid', 'At most 90 is to be paid.'),
    )
  })

  test('is at least what payments have applied', async () => {
    expect([await set(0n), await set(15n, 15n)]).toEqual([
      [20n, 1],
      [5n, 1],
    ])
    await expect(set(14n, 15n)).rejects.toThrow(
      refusal('amount_paid_below_applied', '/amount_paid', 'Payments have applied 15 to the bill.'),
    )
  })
})

test('a bill of which anything is paid is not voided', () => {
  expect(refusePaid(bill({ balance: 90n }))).toBeUndefined()
  expect(() => refusePaid(bill({ balance: 89n }))).toThrow(
    expect.objectContaining({ code: 'bill_has_payments', message: 'Its amount_paid is 1.' }),
  )
})

test('the lines of a bill come to what it is for, to the unit', () => {
  const lines = [{ amount: 120 }, { amount: -20 }]
  expect(requireSum(lines, 100n)).toBeUndefined()
  expect(requireSum([], 0n)).toBeUndefined()
  for (const due of [99n, 101n]) {
    expect(() => requireSum(lines, due)).toThrow(
      refusal('invalid_lines', '/lines', `They sum to 100, and the amount_due is ${due}.`),
    )
  }
})

describe('credit that is set off', () => {
  const balance = (amount: bigint, currency = 'ZAR') => ({ balance: amount, currency })
  const setOff = (from: bigint, to: bigint, sent?: number) =>
    amountToSetOff(balance(from), balance(to), sent, '/to/bill')

  test('is as much as there is and is owed, or what was sent up to that', () => {
    expect([setOff(-30n, 50n), setOff(-50n, 30n), setOff(-30n, 30n)]).toEqual([30n, 30n, 30n])
    expect([setOff(-30n, 50n, 1), setOff(-30n, 50n, 30)]).toEqual([1n, 30n])
  })

  test.each<[string, bigint, bigint, number | undefined, string]>([
    ['/amount', -30n, 50n, 31, 'There is a credit of 30, and 50 is owed.'],
    ['/amount', -50n, 30n, 31, 'There is a credit of 50, and 30 is owed.'],
    ['/from', 0n, 50n, undefined, 'There is a credit of 0, and 50 is owed.'],
    ['/from', 30n, 0n, undefined, 'There is a credit of 0, and 0 is owed.'],
    ['/to', -30n, 0n, 1, 'There is a credit of 30, and 0 is owed.'],
    ['/to', -30n, -5n, undefined, 'There is a credit of 30, and 0 is owed.'],
  ])('is refused at %s: of %s against %s, %s', (place, from, to, sent, message) => {
    expect(() => setOff(from, to, sent)).toThrow(refusal('amount_exceeds_remaining', place, message))
  })

  test('stays in its currency', () => {
    expect(() => amountToSetOff(balance(-30n), balance(50n, 'USD'), 1, '/to/bill')).toThrow(
      refusal('currency_mismatch', '/to/bill', 'The credit is in ZAR, and what is owed there in USD.'),
    )
  })
})

test('the amount of an adjustment has the sign of its kind', () => {
  const kinds = Object.keys(adjustmentSigns) as (keyof typeof adjustmentSigns)[]
  const wrong = (amount: number) => kinds.filter((kind) => wrongSign(kind, amount) !== undefined)
  expect(wrong(5)).toEqual(['credit_note', 'discount', 'write_off'])
  expect(wrong(-5)).toEqual(['fee'])
  expect(wrongSign('fee', -5)).toBe('should be positive for the kind fee, such as 500')
  expect(wrongSign('discount', 5)).toBe('should be negative for the kind discount, such as -500')
})
