import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maxBalance } from '../../src/core/money.ts'
import { allocate, allocationPolicies, type Candidate } from '../../src/ledger/allocation.ts'

const candidate = (id: string, balance: bigint, more: Partial<Candidate> = {}): Candidate => ({
  id,
  kind: 'account',
  currency: 'ZAR',
  balance,
  status: null,
  due_date: null,
  bill_date: null,
  overpayment_allowed: false,
  ...more,
})
const bill = (id: string, balance: bigint, bill_date: string, due_date: string | null, more: Partial<Candidate> = {}) =>
  candidate(id, balance, { kind: 'bill', status: balance > 0n ? 'unpaid' : 'paid', bill_date, due_date, ...more })
const parts = (allocation: ReturnType<typeof allocate>) =>
  allocation.lines.map(({ receivable_id, amount }) => [receivable_id, amount])

const anyCandidates = fc
  .array(
    fc.record({
      balance: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
      over: fc.boolean(),
      isBill: fc.boolean(),
      currency: fc.constantFrom('ZAR', 'ZAR', 'ZAR', 'USD'),
      voided: fc.constantFrom(false, false, true),
    }),
    { maxLength: 12 },
  )
  .map((list) =>
    list.map(({ balance, over, isBill, currency, voided }, index) => {
      const more = { currency, overpayment_allowed: over }
      const owed = balance < 0n ? -balance : balance
      if (!isBill) return candidate(`id${index}`, balance, more)
      return bill(`id${index}`, voided ? 0n : owed, '2026-01-01', null, {
        ...more,
        ...(voided && { status: 'voided' as const }),
      })
    }),
  )

describe('whatever is owed', () => {
  test.each(allocationPolicies)('%s: parts always sum to the whole, and nothing gets more than it may', (policy) => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 12n }), anyCandidates, (amount, candidates) => {
        const { lines, unapplied } = allocate(amount, 'ZAR', policy, candidates)
        expect(lines.reduce((sum, line) => sum + line.amount, unapplied)).toBe(amount)
        expect(new Set(lines.map(({ receivable_id }) => receivable_id)).size).toBe(lines.length)
        for (const line of lines) {
          const one = candidates.find(({ id }) => id === line.receivable_id) as Candidate
          expect(one.currency).toBe('ZAR')
          expect(one.status).not.toBe('voided')
          expect(line.amount > 0n).toBe(true)
          if (one.kind === 'bill' || !one.overpayment_allowed) expect(line.amount <= one.balance).toBe(true)
          expect(one.balance - line.amount >= -maxBalance).toBe(true)
        }
        const owed = candidates.filter(
          ({ currency, status, balance }) => currency === 'ZAR' && status !== 'voided' && balance > 0n,
        )
        const total = owed.reduce((sum, one) => sum + one.balance, 0n)
        if (unapplied > 0n) expect(amount - unapplied).toBe(total)
      }),
      { numRuns: 500 },
    )
  })
})

describe('in which order', () => {
  const bills = [
    bill('a', 100n, '2026-01-03', '2026-02-01'),
    bill('b', 100n, '2026-01-01', null),
    bill('c', 100n, '2026-01-02', '2026-01-15'),
  ]
  test('the earliest due date first, those without one last', () => {
    expect(parts(allocate(250n, 'ZAR', 'due_date_first', bills))).toEqual([
      ['c', 100n],
      ['a', 100n],
      ['b', 50n],
    ])
  })
  test('the oldest first', () => {
    expect(parts(allocate(250n, 'ZAR', 'oldest_first', bills))).toEqual([
      ['b', 100n],
      ['c', 100n],
      ['a', 50n],
    ])
  })
  test('in the order given', () => {
    expect(parts(allocate(250n, 'ZAR', 'in_order', bills))).toEqual([
      ['a', 100n],
      ['b', 100n],
      ['c', 50n],
    ])
  })
})

describe('in proportion', () => {
  test('the units left over go to the largest remainders', () => {
    const three = [candidate('a', 1n), candidate('b', 1n), candidate('c', 1n)]
    expect(parts(allocate(2n, 'ZAR', 'proportional', three))).toEqual([
      ['a', 1n],
      ['b', 1n],
    ])
    const uneven = [candidate('a', 700n), candidate('b', 200n), candidate('c', 100n)]
    expect(parts(allocate(99n, 'ZAR', 'proportional', uneven))).toEqual([
      ['a', 69n],
      ['b', 20n],
      ['c', 10n],
    ])
  })
})

describe('what is too much', () => {
  test('goes to the first balance that may be overpaid, never to a bill', () => {
    const open = [
      bill('a', 100n, '2026-01-01', null, { overpayment_allowed: true }),
      candidate('b', 0n, { overpayment_allowed: true }),
    ]
    const allocation = allocate(150n, 'ZAR', 'due_date_first', open)
    expect(parts(allocation)).toEqual([
      ['a', 100n],
      ['b', 50n],
    ])
    expect(allocation.unapplied).toBe(0n)
  })
  test('stays unapplied otherwise, and each that was passed over says why', () => {
    const allocation = allocate(150n, 'ZAR', 'oldest_first', [
      candidate('a', 100n),
      candidate('b', 5n, { currency: 'USD' }),
      candidate('c', -3n),
    ])
    expect(allocation.unapplied).toBe(50n)
    expect(allocation.skipped).toEqual([
      { receivable_id: 'b', reason: 'currency_differs' },
      { receivable_id: 'c', reason: 'nothing_owed' },
    ])
  })
})
