import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { maxBalance } from '../../src/core/money.ts'
import { type AdjustmentCause, adjust, type Entered, enterVoid, openReceivable } from '../../src/ledger/adjust.ts'
import { Journal } from '../../src/ledger/journal.ts'
import type { Receivable } from '../../src/ledger/receivable.ts'
import { seedOf } from '../support/seed.ts'
import { idOf, minutes, now, owes, owesBill, payer, readEntries } from './receivables.ts'

const [a, b] = [idOf(10), idOf(11)]
const asked = { request_id: 'req_1', actor: 'key:1' as never }
const because = (kind: AdjustmentCause['kind'], more: Partial<AdjustmentCause> = {}): AdjustmentCause => ({
  kind,
  ...asked,
  ...more,
})

/** What a change enters, with what it returns. */
function enterOn<Result>(change: (journal: Journal) => Result) {
  const journal = new Journal(now)
  const entered = readEntries(journal)
  const result = change(journal)
  return { result, transactions: entered(), journal }
}
const adjusted = (receivable: Receivable, amount: bigint, cause: AdjustmentCause) =>
  enterOn((journal) => adjust(journal, receivable, amount, cause, now))

const accounts = [
  ['opening_balance', 'opening_balances'],
  ['balance_set', 'adjustments'],
  ['fee', 'fees_charged'],
  ['credit_note', 'credit_notes'],
  ['discount', 'discounts'],
  ['write_off', 'write_offs'],
  ['adjustment', 'adjustments'],
  ['bill_raised', 'sales'],
  ['bill_voided', 'sales'],
  ['amount_paid_set', 'paid_by_hand'],
] as const
const inPlace = { bucket: 7, environment_id: 3, ...asked }
const balanced = [['ZAR', 0n]]

describe('a balance that changes without a payment', () => {
  test.each(accounts)('by %s has %s on its other side', (kind, account) => {
    for (const amount of [30n, -30n]) {
      const { transactions } = adjusted(owes(a, 5n), amount, because(kind))
      expect(transactions.map(({ entries, sums }) => [entries, sums])).toEqual([
        [
          [
            [a, amount],
            [account, -amount],
          ],
          balanced,
        ],
      ])
    }
  })

  test('says by what, why, and how it was left', () => {
    const cause = because('fee', { reason: 'Late', label: 'Late fee', reference: 'F 7', effective_at: minutes(-3) })
    const receivable = owes(a, 5n)
    const { result, transactions } = adjusted(receivable, 30n, cause)
    expect(result).toEqual({
      id: expect.stringMatching(/0007$/),
      amount: 30n,
      cause,
      effective_at: minutes(-3),
      move: { sequence: 5n, balance_after: 35n, amount: 30n, cause: 'fee' },
    })
    expect(transactions).toMatchObject([{ ...inPlace, ...cause, source_id: result?.id, effective_at: minutes(-3) }])
    expect(receivable.balance).toBe(35n)
  })

  test('by nothing has no entry', () => {
    const receivable = owes(a, 5n)
    const { result, transactions, journal } = adjusted(receivable, 0n, because('balance_set'))
    expect([result, transactions, [...journal.snapshots]]).toEqual([undefined, [], []])
    expect([receivable.balance, receivable.version]).toEqual([5n, 4n])
  })

  test('counts from now unless it says otherwise, and as early as it says, but what a bill owes is lessened from when it is owed', () => {
    const since = (receivable: Receivable, amount: bigint, effective_at?: Date) =>
      adjusted(receivable, amount, because('adjustment', { effective_at })).result?.effective_at
    const lately = { owed_since: minutes(-5) }
    expect(since(owes(a, 5n), -1n)).toEqual(now)
    expect(since(owes(a, 5n), -1n, minutes(-9))).toEqual(minutes(-9))
    expect(since(owesBill(a, 5n, lately), 1n, minutes(-9))).toEqual(minutes(-9))
    expect(since(owesBill(a, 5n, lately), -1n, minutes(-5))).toEqual(minutes(-5))
    expect(since(owesBill(a, 5n, { owed_since: minutes(2) }), -1n)).toEqual(minutes(2))
    expect(() => since(owesBill(a, 5n, lately), -1n, minutes(-6))).toThrow(
      expect.objectContaining({
        code: 'invalid_dates',
        message: 'What the bill owes counts from 2026-11-27T09:55:00.000Z; nothing lessens it earlier.',
        errors: [expect.objectContaining({ pointer: '/effective_at' })],
      }),
    )
  })

  test('never goes beyond the largest balance', () => {
    expect(adjusted(owes(a, 5n), maxBalance - 5n, because('fee')).result?.move.balance_after).toBe(maxBalance)
    expect(() => adjusted(owes(a, 5n), maxBalance - 4n, because('fee'))).toThrow(
      expect.objectContaining({ code: 'amount_out_of_range' }),
    )
  })

  test('whatever the changes, is what they come to, and so are the system accounts', () => {
    const changes = fc.array(
      fc.tuple(fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }), fc.constantFrom(...accounts.map(([kind]) => kind))),
      { maxLength: 8 },
    )
    fc.assert(
      fc.property(changes, (list) => {
        const receivable = owes(a, 0n, { version: 0n })
        const { result, transactions } = enterOn((journal) =>
          list.map(([amount, kind]) => adjust(journal, receivable, amount, because(kind), now)),
        )
        const total = list.reduce((sum, [amount]) => sum + amount, 0n)
        expect(receivable.balance).toBe(total)
        expect(result.flatMap((one) => one?.move ?? []).at(-1)?.balance_after ?? 0n).toBe(total)
        for (const { sums } of transactions) expect(sums).toEqual(balanced)
        const others = transactions.flatMap(({ entries }) => entries).filter(([to]) => to !== a)
        expect(others.reduce((sum, [, amount]) => sum + (amount as bigint), 0n)).toBe(-total)
      }),
      { seed: seedOf('SEED') },
    )
  })
})

describe('a bill that is voided', () => {
  const voided = (bill: Receivable, entered: Entered[]) =>
    enterOn((journal) => enterVoid(journal, bill, entered, asked, now))

  test('owes nothing, and what was entered on it is reversed in the account of each kind', () => {
    const bill = owesBill(b, 75n)
    const { result, transactions, journal } = voided(bill, [
      { kind: 'bill_raised', amount: 100n },
      { kind: 'fee', amount: 5n },
      { kind: 'discount', amount: 0n },
      { kind: 'write_off', amount: -30n },
    ])
    expect(transactions).toEqual([
      {
        ...inPlace,
        kind: 'bill_voided',
        source_id: result.id,
        effective_at: now,
        sums: balanced,
        entries: [
          [b, -75n],
          ['sales', 100n],
          ['fees_charged', 5n],
          ['write_offs', -30n],
        ],
      },
    ])
    expect([bill.balance, bill.status]).toEqual([0n, 'voided'])
    expect([...journal.snapshots]).toEqual([bill])
    expect(result).toEqual({
      id: expect.stringMatching(/0007$/),
      move: { sequence: 5n, balance_after: 0n, amount: -75n, cause: 'bill_voided' },
    })
  })

  test('moves no balance where nothing remained', () => {
    const bill = owesBill(b, 0n)
    const { result, transactions } = voided(bill, [
      { kind: 'bill_raised', amount: 100n },
      { kind: 'write_off', amount: -100n },
    ])
    expect(transactions.map(({ entries }) => entries)).toEqual([
      [
        ['sales', 100n],
        ['write_offs', -100n],
      ],
    ])
    expect(result.move).toBeUndefined()
    expect([bill.version, bill.status]).toEqual([4n, 'voided'])
  })

  test('is so from when all of it was owed', () => {
    const raised: Entered[] = [{ kind: 'bill_raised', amount: 9n }]
    const later = voided(owesBill(b, 9n, { owed_since: minutes(2) }), raised)
    expect(later.transactions).toMatchObject([{ effective_at: minutes(2) }])
  })
})

describe('a balance that is opened', () => {
  const owner = {
    id: a,
    environment_id: 3,
    kind: 'account' as const,
    customer_id: payer,
    account_id: a,
    currency: 'ZAR',
    external_reference: 'ours',
  }

  test('starts at zero, and owes what it is opened with', () => {
    const open = vi.spyOn(Journal.prototype, 'openReceivable')
    const { result, transactions } = enterOn((journal) => openReceivable(journal, owner, 40n, asked, now))
    const { receivable, entered } = result
    expect(open.mock.calls).toEqual([[receivable]])
    open.mockRestore()
    expect(receivable).toEqual(
      owes(a, 40n, { external_reference: 'ours', version: 1n, owed_since: now, moved_at: now }),
    )
    expect(entered).toMatchObject({ amount: 40n, effective_at: now, move: { balance_after: 40n } })
    expect(transactions).toMatchObject([
      {
        kind: 'opening_balance',
        ...asked,
        effective_at: now,
        entries: [
          [a, 40n],
          ['opening_balances', -40n],
        ],
      },
    ])
  })

  test('has no entry where it opens with nothing', () => {
    const { result, transactions } = enterOn((journal) => openReceivable(journal, owner, 0n, asked, now))
    expect([result.receivable.balance, result.receivable.version, result.entered, transactions]).toEqual([
      0n,
      0n,
      undefined,
      [],
    ])
    expect(result.receivable.owed_since).toEqual(now)
  })

  test('of a bill is a sale, and counts from when it says', () => {
    const ofBill = { ...owner, kind: 'bill' as const, account_id: null }
    const since = { ...asked, effective_at: minutes(-7) }
    const { result, transactions } = enterOn((journal) => openReceivable(journal, ofBill, 40n, since, now))
    expect(result.receivable).toMatchObject({ status: 'unpaid', balance: 40n, owed_since: minutes(-7) })
    expect(transactions).toMatchObject([
      {
        kind: 'bill_raised',
        effective_at: minutes(-7),
        entries: [
          [a, 40n],
          ['sales', -40n],
        ],
      },
    ])
    const nothing = enterOn((journal) => openReceivable(journal, ofBill, 0n, since, now)).result.receivable
    expect([nothing.status, nothing.owed_since]).toEqual(['paid', minutes(-7)])
  })
})
