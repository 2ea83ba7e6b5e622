import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { enterLine, enterMatched } from '../../../src/ledger/settlements/line-entries.ts'
import type { LineRow } from '../../../src/ledger/settlements/line-row.ts'
import { type LineKind, lineKinds } from '../../../src/ledger/settlements/told.ts'
import { seedOf } from '../../support/seed.ts'
import { booksOf, context, earlier, later, now } from './books.ts'

const paymentId = '01a2b3c4-d5e6-0000-0000-00000000002a'

const line = (gross: bigint, fee: bigint, more: Partial<LineRow> = {}): LineRow => ({
  id: 'line',
  bucket: 7,
  environment_id: 3,
  processor: 'stripe',
  reference: 'txn_1',
  settlement_id: 's1',
  kind: 'charge',
  currency: 'ZAR',
  gross,
  fee,
  occurred_at: earlier,
  told_payment_id: null,
  charge_reference: null,
  refund_reference: null,
  settlement_reference: null,
  matched: true,
  payment_id: paymentId,
  refund_id: null,
  created_at: now,
  ...more,
})
const entered = (one: LineRow) => booksOf((journal) => enterLine(journal, context, one))
const rematched = (one: LineRow) => booksOf((journal) => enterMatched(journal, context, one))
const cause = {
  environment_id: 3,
  source_id: 'line',
  request_id: 'req_1',
  actor: 'job:read-settlements',
  effective_at: earlier,
}
const fee = (...entries: string[]) => ({
  transaction: { kind: 'processor_fee', bucket: 42, ...cause },
  entries,
  sums: [0n],
})
const unmatched = (kind: 'unmatched_line' | 'line_matched', ...entries: string[]) => ({
  transaction: { kind, bucket: 7, ...cause },
  entries,
  sums: [0n],
})

describe('a line that is ours', () => {
  test('enters its fee, in the bucket of its payment', () => {
    expect(entered(line(1_000n, 30n))).toEqual([fee('fees:stripe ZAR 30', 'clearing:stripe ZAR -30')])
  })

  test('enters a fee that is given back the other way round', () => {
    expect(entered(line(-1_000n, -30n, { kind: 'refund' }))).toEqual([
      fee('fees:stripe ZAR -30', 'clearing:stripe ZAR 30'),
    ])
  })

  test('enters nothing without a fee', () => {
    expect(entered(line(1_000n, 0n))).toEqual([])
  })

  test('and is a fee is one with all that it takes, in the bucket of the line where it is about no payment', () => {
    const entries = fee('fees:stripe ZAR 55', 'clearing:stripe ZAR -55')
    expect(entered(line(-50n, 5n, { kind: 'fee', payment_id: null }))).toEqual([
      { ...entries, transaction: { ...entries.transaction, bucket: 7 } },
    ])
    expect(entered(line(-50n, -50n, { kind: 'fee', payment_id: null }))).toEqual([])
  })

  test('counts from when it occurred, and never from what is still to come', () => {
    expect(entered(line(1_000n, 30n, { occurred_at: later }))).toMatchObject([{ transaction: { effective_at: now } }])
  })
})

describe('a line that is not ours', () => {
  const foreign = { matched: false, payment_id: null }
  test('enters all that goes to the bank', () => {
    expect(entered(line(1_000n, 30n, foreign))).toEqual([
      unmatched('unmatched_line', 'clearing:stripe ZAR 970', 'unmatched:stripe ZAR -970'),
    ])
  })

  test('enters what is taken from the bank', () => {
    expect(entered(line(-1_000n, 30n, foreign))).toEqual([
      unmatched('unmatched_line', 'clearing:stripe ZAR -1030', 'unmatched:stripe ZAR 1030'),
    ])
  })

  test('enters nothing that comes to nothing', () => {
    expect(entered(line(30n, 30n, foreign))).toEqual([])
  })
})

describe('a line that was not ours and is', () => {
  test('takes back what stood against it, and enters its fee', () => {
    expect(rematched(line(1_000n, 30n))).toEqual([
      unmatched('line_matched', 'clearing:stripe ZAR -970', 'unmatched:stripe ZAR 970'),
      fee('fees:stripe ZAR 30', 'clearing:stripe ZAR -30'),
    ])
  })

  test('leaves in the books what it would have entered, had it been ours at once', () => {
    const totalsOf = (books: ReturnType<typeof booksOf>) => {
      const totals = new Map<string, bigint>()
      for (const text of books.flatMap(({ entries }) => entries)) {
        const [account = '', , amount = ''] = text.split(' ')
        totals.set(account, (totals.get(account) ?? 0n) + BigInt(amount))
      }
      return new Map([...totals].filter(([, total]) => total !== 0n).toSorted())
    }
    const amount = fc.bigInt({ min: -2_000n, max: 2_000n })
    const kind = fc.constantFrom<LineKind>(...lineKinds)
    fc.assert(
      fc.property(amount, amount, kind, (gross, taken, of) => {
        const ours = line(gross, taken, { kind: of })
        const both = [...entered({ ...ours, matched: false, payment_id: null }), ...rematched(ours)]
        expect(totalsOf(both)).toEqual(totalsOf(entered(ours)))
        for (const { sums } of both) expect(sums).toEqual([0n])
      }),
      { seed: seedOf('SEED') },
    )
  })
})
