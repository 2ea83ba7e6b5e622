import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { Journal } from '../../src/ledger/journal.ts'
import { type Credit, enterSetOff, type Owing, spreadCredit } from '../../src/ledger/set-off.ts'
import { seedOf } from '../support/seed.ts'
import { receivableSample as receivable } from './samples.ts'

const credit = (id: string, balance: bigint, more: Partial<Credit> = {}): Credit => ({
  id,
  kind: 'account',
  currency: 'ZAR',
  balance,
  ...more,
})
const owing = (id: string, open: bigint, more: Partial<Owing> = {}): Owing => ({
  id,
  account_id: null,
  currency: 'ZAR',
  open,
  ...more,
})
const spread = (...sides: Parameters<typeof spreadCredit>) =>
  spreadCredit(...sides).map(({ from, to, amount }) => `${from} to ${to}: ${amount}`)

describe('credit is spread', () => {
  test('over debts in their order, until it or they are used up', () => {
    const debts = [owing('b1', 30n), owing('b2', 50n), owing('b3', 10n)]
    expect(spread([credit('a1', -60n)], debts)).toEqual(['a1 to b1: 30', 'a1 to b2: 30'])
    expect(spread([credit('a1', -100n)], debts)).toEqual(['a1 to b1: 30', 'a1 to b2: 50', 'a1 to b3: 10'])
  })

  test('from the nearest: that of the own account, that of the customer, then the others, the oldest first', () => {
    const others = ['a3', 'a1', 'a2'].map((id) => credit(id, -1n))
    const credits = [...others, credit('c', -1n, { kind: 'customer' }), credit('own', -1n)]
    expect(spread(credits, [owing('b', 9n, { account_id: 'own' })])).toEqual([
      'own to b: 1',
      'c to b: 1',
      'a1 to b: 1',
      'a2 to b: 1',
      'a3 to b: 1',
    ])
    expect(spread(credits.toReversed(), [owing('b', 2n)])).toEqual(['c to b: 1', 'a1 to b: 1'])
  })

  test('in its own currency only, and never from a balance that is none', () => {
    expect(
      spread([credit('usd', -5n, { currency: 'USD' }), credit('zero', 0n), credit('owes', 5n)], [owing('b', 9n)]),
    ).toEqual([])
    expect(spread([credit('a', -5n)], [owing('none', 0n), owing('b', 9n)])).toEqual(['a to b: 5'])
  })

  test('so that no more is given or taken than there is, and as much as can be', () => {
    const amounts = fc.array(fc.bigInt({ min: 0n, max: 1_000n }), { maxLength: 6 })
    fc.assert(
      fc.property(amounts, amounts, (given, taken) => {
        const credits = given.map((amount, index) => credit(`c${index}`, -amount))
        const debts = taken.map((amount, index) => owing(`d${index}`, amount))
        const parts = spreadCredit(credits, debts)
        const sum = (of: 'from' | 'to', id: string) =>
          parts.filter((part) => part[of] === id).reduce((all, { amount }) => all + amount, 0n)
        for (const { id, balance } of credits) expect(sum('from', id)).toBeLessThanOrEqual(-balance)
        for (const { id, open } of debts) expect(sum('to', id)).toBeLessThanOrEqual(open)
        const total = (list: bigint[]) => list.reduce((all, amount) => all + amount, 0n)
        const [there, owed] = [total(given), total(taken)]
        expect(total(parts.map(({ amount }) => amount))).toBe(there < owed ? there : owed)
      }),
      { seed: seedOf('SEED') },
    )
  })
})

const now = new Date('2026-11-27T10:00:00.000Z')
const later = new Date('2026-11-27T09:00:00.000Z')
const cause = { request_id: 'req_1', actor: 'key:1' as never }

const owedBill = (id: string, balance: bigint) =>
  receivable(id, balance, { kind: 'bill', status: 'unpaid', owed_since: later })

describe('a set-off', () => {
  test('moves both balances by one transaction that sums to nothing', () => {
    const journal = new Journal(now)
    const opened = vi.spyOn(journal, 'open')
    const [from, to] = [receivable('a1', -50n), owedBill('b1', 30n)]
    const entered = enterSetOff(journal, { from, to, amount: 30n, id: 'set-off' }, cause, now)
    expect([from.balance, to.balance, to.status]).toEqual([-20n, 0n, 'paid'])
    expect(opened.mock.calls).toEqual([
      [{ kind: 'credit', source_id: 'set-off', bucket: 7, environment_id: 3, ...cause, effective_at: now }],
    ])
    const transaction = opened.mock.results[0]?.value
    expect([...transaction.sums]).toEqual([['ZAR', 0n]])
    expect(entered).toEqual({
      id: 'set-off',
      transaction_id: transaction.id,
      effective_at: now,
      given: { sequence: 5n, balance_after: -20n, amount: 30n, cause: 'credit' },
      taken: { sequence: 5n, balance_after: 0n, amount: -30n, cause: 'credit' },
    })
    expect([...journal.snapshots]).toEqual([from, to])
  })

  test('has an id in the bucket of its customer unless it is given', () => {
    const entered = enterSetOff(
      new Journal(now),
      { from: receivable('a1', -5n), to: receivable('a2', 5n), amount: 5n },
      cause,
      now,
    )
    expect(entered.id).toMatch(/^[0-9a-f-]{32}0007$/)
  })

  test('counts from when all of the bill is owed', () => {
    const to = { ...owedBill('b1', 30n), owed_since: new Date(now.getTime() + 1) }
    const entered = enterSetOff(new Journal(now), { from: receivable('a1', -50n), to, amount: 1n }, cause, now)
    expect(entered.effective_at).toEqual(to.owed_since)
  })

  const wrong = { from: receivable('a1', -5n), to: receivable('a2', 5n), amount: 5n }
  test.each([
    ['credit stays with its customer', { to: receivable('a2', 5n, { customer_id: 'c2' }) }],
    ['credit stays with its customer', { to: receivable('a2', 5n, { currency: 'USD' }) }],
    ['credit is that of another balance, and a bill has none', { from: owedBill('b1', -5n) }],
    ['credit is that of another balance, and a bill has none', { to: receivable('a1', 5n) }],
    ['no more is set off than there is', { amount: 0n }],
    ['no more is set off than there is', { amount: -1n }],
    ['no more is set off than there is', { from: receivable('a1', -4n) }],
    ['no more is set off than there is', { to: receivable('a2', 4n) }],
  ])('is refused: %s', (message, change) => {
    expect(() => enterSetOff(new Journal(now), { ...wrong, ...change }, cause, now)).toThrow(message)
  })
})
