import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maxBalance } from '../../src/core/money.ts'
import {
  allocate,
  allocateChosen,
  allocationPolicies,
  type Candidate,
  explicitFault,
} from '../../src/ledger/allocation.ts'
import { seedOf } from '../support/seed.ts'

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
        const { lines, unapplied, skipped } = allocate(amount, 'ZAR', policy, candidates)
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
        const reached = new Set(lines.map(({ receivable_id }) => receivable_id))
        expect(skipped).toEqual([
          ...candidates.flatMap(({ id, currency, status }) => {
            if (currency !== 'ZAR') return [{ receivable_id: id, reason: 'currency_differs' }]
            return status === 'voided' ? [{ receivable_id: id, reason: 'voided' }] : []
          }),
          ...candidates
            .filter(
              (one) => one.currency === 'ZAR' && one.status !== 'voided' && one.balance <= 0n && !reached.has(one.id),
            )
            .map(({ id }) => ({ receivable_id: id, reason: 'nothing_owed' })),
        ])
      }),
      { numRuns: 500, seed: seedOf('SEED') },
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
  test('the earliest due date first, though it is of the newest bill', () => {
    const crossed = [bill('a', 100n, '2026-01-01', '2026-03-01'), bill('b', 100n, '2026-01-02', '2026-02-01')]
    expect(parts(allocate(150n, 'ZAR', 'due_date_first', crossed))).toEqual([
      ['b', 100n],
      ['a', 50n],
    ])
  })
  test('the oldest first', () => {
    expect(parts(allocate(250n, 'ZAR', 'oldest_first', bills))).toEqual([
      ['b', 100n],
      ['c', 100n],
      ['a', 50n],
    ])
  })
  test('those without a date of their own by their id, before every bill where age counts', () => {
    const accounts = [candidate('y', 100n), candidate('x', 100n)]
    expect(parts(allocate(250n, 'ZAR', 'oldest_first', [...bills, ...accounts]))).toEqual([
      ['x', 100n],
      ['y', 100n],
      ['b', 50n],
    ])
    expect(parts(allocate(450n, 'ZAR', 'due_date_first', [...bills, ...accounts]))).toEqual([
      ['c', 100n],
      ['a', 100n],
      ['x', 100n],
      ['y', 100n],
      ['b', 50n],
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
  test('of equal remainders the one given first gets the unit', () => {
    const two = [candidate('z', 1n), candidate('a', 1n)]
    expect(parts(allocate(1n, 'ZAR', 'proportional', two))).toEqual([['z', 1n]])
  })
  test('a unit left over goes to the larger remainder though it stands later, and to one that would have had nothing', () => {
    expect(parts(allocate(3n, 'ZAR', 'proportional', [candidate('a', 1n), candidate('b', 4n)]))).toEqual([
      ['a', 1n],
      ['b', 2n],
    ])
    expect(parts(allocate(3n, 'ZAR', 'proportional', [candidate('a', 4n), candidate('b', 7n)]))).toEqual([
      ['a', 1n],
      ['b', 2n],
    ])
    expect(parts(allocate(1n, 'ZAR', 'proportional', [candidate('a', 1n), candidate('b', 2n)]))).toEqual([['b', 1n]])
  })
  test('each gets what it owes when there is enough, and says by which rule', () => {
    const two = [candidate('a', 2n), candidate('b', 3n)]
    expect(allocate(5n, 'ZAR', 'proportional', two)).toEqual({
      lines: [
        { receivable_id: 'a', amount: 2n, rule: 'proportional' },
        { receivable_id: 'b', amount: 3n, rule: 'proportional' },
      ],
      unapplied: 0n,
      skipped: [],
    })
    expect(allocate(4n, 'ZAR', 'proportional', two).lines.map(({ rule }) => rule)).toEqual([
      'proportional',
      'proportional',
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
  test('is added to the line of a balance that is paid beside, and is a line of its own on one that owes nothing', () => {
    const [owing, even] = [100n, 0n].map((balance) => candidate('a', balance, { overpayment_allowed: true }))
    expect(allocate(150n, 'ZAR', 'in_order', [owing as Candidate]).lines).toEqual([
      { receivable_id: 'a', amount: 150n, rule: 'in_order' },
    ])
    expect(allocate(150n, 'ZAR', 'in_order', [even as Candidate])).toEqual({
      lines: [{ receivable_id: 'a', amount: 150n, rule: 'overpayment' }],
      unapplied: 0n,
      skipped: [],
    })
  })
  test('goes to nobody when nothing is too much', () => {
    const open = [candidate('a', 100n), candidate('b', 0n, { overpayment_allowed: true })]
    expect(allocate(100n, 'ZAR', 'in_order', open)).toEqual({
      lines: [{ receivable_id: 'a', amount: 100n, rule: 'in_order' }],
      unapplied: 0n,
      skipped: [{ receivable_id: 'b', reason: 'nothing_owed' }],
    })
  })
  test.each([
    ['which owes nothing', 0n, maxBalance],
    ['which owes something', 500n, maxBalance + 500n],
    ['which is in credit', -500n, maxBalance - 500n],
    ['which can take nothing', -maxBalance, 0n],
  ])('fills a balance %s to the largest credit that there is, and not a unit more', (_, balance, room) => {
    const one = candidate('a', balance, { overpayment_allowed: true })
    for (const amount of [room - 1n, room, room + 1n, room + 7n].filter((some) => some > 0n)) {
      const { lines, unapplied } = allocate(amount, 'ZAR', 'due_date_first', [one])
      const taken = amount < room ? amount : room
      expect(lines.map((line) => line.amount)).toEqual(taken === 0n ? [] : [taken])
      expect(unapplied).toBe(amount - taken)
    }
  })
})

describe('what a payer chose', () => {
  const choose = (amount: bigint, chosen: [Candidate, bigint][]) =>
    allocateChosen(
      amount,
      'ZAR',
      chosen.map(([{ id }, wanted]) => ({ receivable_id: id, amount: wanted })),
      (id) => chosen.map(([one]) => one).find((one) => one.id === id),
    )

  test('each gets what was chosen for it, what it owes or what is left, whichever is least', () => {
    const owed = (
      [
        ['a', 100n],
        ['b', 50n],
        ['c', 70n],
      ] as const
    ).map(([id, balance]) => candidate(id, balance))
    const [a, b, c] = owed as [Candidate, Candidate, Candidate]
    expect(
      choose(130n, [
        [a, 60n],
        [b, 90n],
        [c, 70n],
      ]),
    ).toEqual({
      lines: [
        { receivable_id: 'a', amount: 60n, rule: 'chosen' },
        { receivable_id: 'b', amount: 50n, rule: 'chosen' },
        { receivable_id: 'c', amount: 20n, rule: 'chosen' },
      ],
      unapplied: 0n,
      skipped: [],
    })
    expect(
      choose(110n, [
        [a, 60n],
        [b, 50n],
        [c, 70n],
      ]),
    ).toEqual({
      lines: [
        { receivable_id: 'a', amount: 60n, rule: 'chosen' },
        { receivable_id: 'b', amount: 50n, rule: 'chosen' },
      ],
      unapplied: 0n,
      skipped: [],
    })
  })

  test('what is left is spent on nothing that was not chosen, and what takes nothing says why', () => {
    const voided = bill('v', 0n, '2026-01-01', null, { status: 'voided' })
    const foreign = candidate('f', 10n, { currency: 'USD', overpayment_allowed: true })
    const even = candidate('e', 0n)
    const part = candidate('p', 100n, { overpayment_allowed: true })
    expect(
      choose(200n, [
        [voided, 10n],
        [foreign, 10n],
        [even, 10n],
        [part, 40n],
      ]),
    ).toEqual({
      lines: [{ receivable_id: 'p', amount: 40n, rule: 'chosen' }],
      unapplied: 160n,
      skipped: [
        { receivable_id: 'v', reason: 'voided' },
        { receivable_id: 'f', reason: 'currency_differs' },
        { receivable_id: 'e', reason: 'nothing_owed' },
      ],
    })
  })

  test('what is unknown meanwhile is passed over', () => {
    expect(allocateChosen(10n, 'ZAR', [{ receivable_id: 'a', amount: 10n }], () => undefined)).toEqual({
      lines: [],
      unapplied: 10n,
      skipped: [],
    })
  })

  test('a balance that may be overpaid takes all of it up to the largest credit, a bill never more than it owes', () => {
    const due = candidate('d', 30n, { overpayment_allowed: true })
    const credit = candidate('c', -30n, { overpayment_allowed: true })
    const full = candidate('f', -maxBalance, { overpayment_allowed: true })
    const owed = bill('b', 30n, '2026-01-01', null, { overpayment_allowed: true })
    expect(
      choose(400n, [
        [due, 100n],
        [credit, 100n],
        [full, 100n],
        [owed, 100n],
      ]),
    ).toEqual({
      lines: [
        { receivable_id: 'd', amount: 100n, rule: 'chosen' },
        { receivable_id: 'c', amount: 100n, rule: 'overpayment' },
        { receivable_id: 'b', amount: 30n, rule: 'chosen' },
      ],
      unapplied: 170n,
      skipped: [{ receivable_id: 'f', reason: 'nothing_owed' }],
    })
    for (const [one, room] of [
      [due, maxBalance + 30n],
      [credit, maxBalance - 30n],
    ] as const) {
      expect(choose(2n * maxBalance, [[one, 2n * maxBalance]])).toMatchObject({ lines: [{ amount: room }] })
    }
  })
})

describe('an amount that the caller names', () => {
  const fault = (amount: bigint, balance: bigint, more: Partial<Candidate> = {}) =>
    explicitFault(amount, 'ZAR', candidate('a', balance, more))

  test('fits up to what is owed, to the unit', () => {
    expect([99n, 100n, 101n].map((amount) => fault(amount, 100n))).toEqual([
      undefined,
      undefined,
      'amount_exceeds_remaining',
    ])
    // A bill owes what it owes, whatever its rules once allowed.
    const asBill = { kind: 'bill', status: 'unpaid', overpayment_allowed: true } as const
    expect([100n, 101n].map((amount) => fault(amount, 100n, asBill))).toEqual([undefined, 'amount_exceeds_remaining'])
  })

  test('fits an account that may be overpaid up to the largest credit, to the unit', () => {
    const room = maxBalance + 5n
    expect([6n, room, room + 1n].map((amount) => fault(amount, 5n, { overpayment_allowed: true }))).toEqual([
      undefined,
      undefined,
      'amount_exceeds_remaining',
    ])
  })

  test('fits neither another currency nor a bill that was withdrawn', () => {
    expect(fault(1n, 100n, { currency: 'USD' })).toBe('currency_mismatch')
    expect(fault(1n, 100n, { kind: 'bill', status: 'voided' })).toBe('bill_voided')
  })
})
