import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maxBalance } from '../../../src/core/money.ts'
import {
  enterMove,
  firstLinesOf,
  progressOf,
  SettlementContradiction,
  withLines,
} from '../../../src/ledger/settlements/progress.ts'
import type { SettlementRow } from '../../../src/ledger/settlements/settlement-row.ts'
import { type SettlementStatus, settlementStatuses, type ToldSettlement } from '../../../src/ledger/settlements/told.ts'
import { seedOf } from '../../support/seed.ts'
import { booksOf, context, earlier, later, now } from './books.ts'

const row = (more: Partial<SettlementRow> = {}): SettlementRow => ({
  id: 's1',
  bucket: 7,
  environment_id: 3,
  processor: 'stripe',
  reference: 'po_1',
  status: 'pending',
  currency: 'ZAR',
  amount: 485n,
  arrives_at: earlier,
  made_at: earlier,
  lines: 'reading',
  lines_cursor: 'here',
  line_count: 2,
  line_gross: 500n,
  line_fee: 15n,
  version: 4n,
  created_at: earlier,
  updated_at: earlier,
  ...more,
})
const told = (more: Partial<ToldSettlement> = {}): ToldSettlement => ({
  reference: 'po_1',
  status: 'pending',
  currency: 'ZAR',
  amount: 485n,
  made_at: earlier,
  arrives_at: earlier,
  lines: 'ready',
  ...more,
})

describe('a page of lines', () => {
  test('is added to what a settlement is made of, and the next page is read from where it begins', () => {
    const lines = [
      { gross: 1_000n, fee: 30n },
      { gross: -200n, fee: -6n },
      { gross: -5n, fee: 0n },
    ]
    const sums = { line_count: 5, line_gross: 1_295n, line_fee: 39n, version: 5n, updated_at: now }
    expect(withLines(row(), lines, 'next', now)).toEqual(row({ ...sums, lines: 'reading', lines_cursor: 'next' }))
    expect(withLines(row(), lines, undefined, now)).toEqual(row({ ...sums, lines: 'read', lines_cursor: null }))
  })

  test.each(['gross', 'fee'] as const)('comes to no more %s than a balance holds, in either direction', (part) => {
    const before = row({ line_gross: 0n, line_fee: 0n })
    const add = (amount: bigint) => withLines(before, [{ gross: 1n, fee: 1n, [part]: amount }], undefined, now)
    for (const most of [maxBalance, -maxBalance]) expect(add(most)[`line_${part}`]).toBe(most)
    for (const more of [maxBalance + 1n, -maxBalance - 1n]) {
      expect(() => add(more)).toThrow(SettlementContradiction)
      expect(() => add(more)).toThrow('the lines of a settlement come to more than can be')
    }
  })
})

describe('a settlement', () => {
  const statusAfter = (before: SettlementStatus) =>
    settlementStatuses.map((status) => progressOf(row({ status: before }), told({ status }), now).status)

  test('becomes what its processor says while it is pending, fails after it was paid, and stays failed', () => {
    expect(statusAfter('pending')).toEqual(['pending', 'paid', 'failed'])
    expect(statusAfter('paid')).toEqual(['paid', 'paid', 'failed'])
    expect(statusAfter('failed')).toEqual(['failed', 'failed', 'failed'])
  })

  test('is another version where it has changed, and the same row where it has not', () => {
    const changed = { version: 5n, updated_at: now }
    const before = row({ lines: 'waiting' })
    expect(progressOf(before, told({ lines: 'waiting' }), now)).toBe(before)
    expect(progressOf(before, told({ lines: 'waiting', arrives_at: new Date(earlier) }), now)).toBe(before)
    expect(progressOf(before, told({ lines: 'waiting', status: 'paid' }), now)).toEqual({
      ...before,
      ...changed,
      status: 'paid',
    })
    expect(progressOf(before, told(), now)).toEqual({ ...before, ...changed, lines: 'reading' })
    expect(progressOf(before, told({ lines: 'waiting', arrives_at: later }), now)).toEqual({
      ...before,
      ...changed,
      arrives_at: later,
    })
  })

  test('arrives when it was last said to while it was pending', () => {
    expect(progressOf(row(), told({ status: 'paid', arrives_at: later }), now).arrives_at).toBe(later)
    const paid = row({ status: 'paid' })
    expect(progressOf(paid, told({ status: 'paid', arrives_at: later }), now)).toBe(paid)
  })

  const linesAfter = (before: SettlementRow['lines']) =>
    (['none', 'waiting', 'ready'] as const).map(
      (lines) => progressOf(row({ lines: before }), told({ lines }), now).lines,
    )

  test('has its lines read from when they are ready, once', () => {
    expect(linesAfter('none')).toEqual(['none', 'waiting', 'reading'])
    expect(linesAfter('waiting')).toEqual(['none', 'waiting', 'reading'])
    expect(linesAfter('reading')).toEqual(['reading', 'reading', 'reading'])
    expect(linesAfter('read')).toEqual(['read', 'read', 'read'])
    expect((['none', 'waiting', 'ready'] as const).map((lines) => firstLinesOf(told({ lines })))).toEqual([
      'none',
      'waiting',
      'reading',
    ])
  })

  test.each([{ amount: 486n }, { currency: 'USD' }])('is never told of with another amount: %o', (other) => {
    const tell = () => progressOf(row(), told(other), now)
    expect(tell).toThrow(SettlementContradiction)
    expect(tell).toThrow('a processor tells of another amount of a settlement than before')
  })
})

describe('the amount of a settlement', () => {
  const moved = (before: SettlementStatus | undefined, more: Partial<SettlementRow>) =>
    booksOf((journal) => enterMove(journal, context, before, row(more)))
  const entered = (kind: 'settlement' | 'settlement_failed', effective_at: Date, ...entries: string[]) => {
    const cause = { bucket: 7, environment_id: 3, source_id: 's1', request_id: 'req_1', actor: 'job:read-settlements' }
    return [{ transaction: { kind, effective_at, ...cause }, entries, sums: [0n] }]
  }
  const toBank = ['bank:stripe ZAR 485', 'clearing:stripe ZAR -485'] as const

  test.each([undefined, 'pending'] as const)('goes to the bank when it was paid, after it was %s', (before) => {
    expect(moved(before, { status: 'paid' })).toEqual(entered('settlement', earlier, ...toBank))
  })

  test('counts from when it arrived, and never from what is still to come', () => {
    expect(moved('pending', { status: 'paid', arrives_at: later })).toEqual(entered('settlement', now, ...toBank))
  })

  test('is taken from the bank where it is below zero', () => {
    expect(moved('pending', { status: 'paid', amount: -20n })).toEqual(
      entered('settlement', earlier, 'bank:stripe ZAR -20', 'clearing:stripe ZAR 20'),
    )
  })

  test('comes back to what the processor owes, now, where it failed after it was paid', () => {
    expect(moved('paid', { status: 'failed' })).toEqual(
      entered('settlement_failed', now, 'bank:stripe ZAR -485', 'clearing:stripe ZAR 485'),
    )
  })

  test.each([
    [undefined, { status: 'pending' }],
    [undefined, { status: 'failed' }],
    ['pending', { status: 'failed' }],
    ['pending', { status: 'pending' }],
    ['paid', { status: 'paid' }],
    ['failed', { status: 'failed' }],
    ['pending', { status: 'paid', amount: 0n }],
    ['paid', { status: 'failed', amount: 0n }],
  ] as const)('stays where it is: %s, %o', (before, after) => {
    expect(moved(before, after)).toEqual([])
  })

  test('is in the bank exactly while it is paid, whatever is told of it', () => {
    const status = fc.constantFrom<SettlementStatus>(...settlementStatuses)
    fc.assert(
      fc.property(status, fc.array(status, { maxLength: 6 }), (first, others) => {
        let [before, after]: [SettlementStatus | undefined, SettlementRow] = [undefined, row({ status: first })]
        let bank = 0n
        for (const one of [first, ...others]) {
          after = progressOf(after, told({ status: one }), now)
          for (const { entries } of moved(before, { status: after.status }))
            bank += BigInt(entries[0]?.split(' ')[2] ?? 0)
          before = after.status
          expect(bank).toBe(before === 'paid' ? 485n : 0n)
        }
      }),
      { seed: seedOf('SEED') },
    )
  })
})
