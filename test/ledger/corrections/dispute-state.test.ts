import { describe, expect, test } from 'vitest'
import { type DisputeStatus, disputeStatuses } from '../../../src/core/dispute-status.ts'
import type { Id } from '../../../src/core/id/id.ts'
import type { DisputeRow } from '../../../src/ledger/corrections/dispute-row.ts'
import {
  type DisputeFound,
  differs,
  isOver,
  mergeDispute,
  returnsMoney,
  takesMoney,
} from '../../../src/ledger/corrections/dispute-state.ts'
import { anId, earlier, later, now } from './rows.ts'

const aDispute = (status: DisputeStatus, more: Partial<DisputeRow> = {}): DisputeRow => ({
  id: anId(),
  bucket: 7,
  environment_id: 3,
  payment_id: 'p1' as Id,
  customer_id: 'c1' as Id,
  processor: 'simulator',
  processor_reference: 'd1',
  currency: 'ZAR',
  amount: 100n,
  reason: 'fraudulent',
  status,
  respond_by: now,
  reversal_id: null,
  reinstatement_id: null,
  reinstated_at: null,
  closing_id: null,
  closed_at: null,
  next_check_at: null,
  version: 1n,
  created_at: earlier,
  updated_at: earlier,
  lost_amount: null,
  ...more,
})
const said = (status: DisputeStatus, money: DisputeFound['money'], more: Partial<DisputeFound> = {}): DisputeFound => ({
  reference: 'd1',
  amount: 60n,
  reason: 'duplicate',
  status,
  respond_by: later,
  money,
  ...more,
})

/** What a dispute with a status comes to by each status that its processor may say. */
const becomes = (before: DisputeStatus, money: DisputeFound['money']) =>
  disputeStatuses.map((status) => mergeDispute(aDispute(before), said(status, money)).status)

describe('a dispute comes to the status that agrees with where its money is', () => {
  test.each<[DisputeFound['money'], DisputeStatus[]]>([
    // warning, needs_response, under_review, lost, won, closed
    ['kept', ['warning', 'needs_response', 'under_review', 'under_review', 'won', 'closed']],
    ['taken', ['needs_response', 'needs_response', 'under_review', 'lost', 'under_review', 'lost']],
    ['returned', ['won', 'won', 'won', 'won', 'won', 'won']],
  ])('%s', (money, expected) => expect(becomes('warning', money)).toEqual(expected))

  test.each<[DisputeStatus, DisputeStatus[], DisputeStatus[]]>([
    [
      'needs_response',
      ['needs_response', 'needs_response', 'under_review', 'under_review', 'won', 'closed'],
      ['needs_response', 'needs_response', 'under_review', 'lost', 'under_review', 'lost'],
    ],
    [
      'under_review',
      ['under_review', 'under_review', 'under_review', 'under_review', 'won', 'closed'],
      ['under_review', 'under_review', 'under_review', 'lost', 'under_review', 'lost'],
    ],
    ['lost', ['lost', 'lost', 'lost', 'lost', 'won', 'lost'], Array(6).fill('lost')],
    ['won', Array(6).fill('won'), Array(6).fill('won')],
    [
      'closed',
      ['closed', 'closed', 'closed', 'closed', 'won', 'closed'],
      // A warning that had come to nothing was not the end of it.
      ['needs_response', 'needs_response', 'under_review', 'lost', 'under_review', 'lost'],
    ],
  ])('and only forward from %s', (before, kept, taken) => {
    expect(becomes(before, 'kept')).toEqual(kept)
    expect(becomes(before, 'taken')).toEqual(taken)
    expect(becomes(before, 'returned')).toEqual(Array(6).fill('won'))
  })

  test('with what is said of it', () => {
    const before = aDispute('needs_response')
    const merged = mergeDispute(before, said('under_review', 'taken'))
    const changed = { status: 'under_review', amount: 60n, reason: 'duplicate', respond_by: later }
    expect(merged).toEqual({ ...before, ...changed })
    expect(mergeDispute(before, said('needs_response', 'kept', { respond_by: undefined })).respond_by).toBeNull()
  })

  test('and keeps its amount when its money was taken', () => {
    const before = aDispute('needs_response', { reversal_id: anId() })
    expect(mergeDispute(before, said('lost', 'taken'))).toMatchObject({ amount: 100n, reason: 'duplicate' })
  })

  test('and stays as it is where what is said is of before, or is its end again', () => {
    const [review, lost] = [aDispute('under_review'), aDispute('lost')]
    const same = mergeDispute(review, said('needs_response', 'taken'))
    expect(same).toEqual(review)
    // It is changed afterwards, and compared with what was before.
    expect(same).not.toBe(review)
    expect(mergeDispute(lost, said('lost', 'taken'))).toEqual(lost)
  })
})

test('a dispute is over when it is lost, won or closed', () => {
  expect(disputeStatuses.filter(isOver)).toEqual(['lost', 'won', 'closed'])
})

test('the money of a dispute is taken once, and not after it has come back', () => {
  const takes = (dispute: DisputeRow) =>
    (['kept', 'taken', 'returned'] as const).map((money) => takesMoney(dispute, said('lost', money)))
  expect(takes(aDispute('needs_response'))).toEqual([false, true, false])
  expect(takes(aDispute('lost', { reversal_id: anId() }))).toEqual([false, false, false])
  expect(takes(aDispute('won'))).toEqual([false, false, false])
})

test('the money of a dispute comes back once, if it was taken', () => {
  const returns = (more: Partial<DisputeRow>) =>
    (['kept', 'taken', 'returned'] as const).map((money) => returnsMoney(aDispute('won', more), said('won', money)))
  expect(returns({ reversal_id: anId() })).toEqual([false, false, true])
  expect(returns({})).toEqual([false, false, false])
  expect(returns({ reversal_id: anId(), reinstatement_id: anId() })).toEqual([false, false, false])
})

test('a dispute is told again when its status, amount, reason or deadline is another', () => {
  const dispute = aDispute('warning')
  const other = (more: Partial<DisputeRow>) => differs(dispute, { ...dispute, ...more })
  expect(other({ updated_at: later, respond_by: new Date(now) })).toBe(false)
  expect(other({ status: 'closed' })).toBe(true)
  expect(other({ amount: 99n })).toBe(true)
  expect(other({ reason: 'general' })).toBe(true)
  expect(other({ respond_by: later })).toBe(true)
  expect(other({ respond_by: null })).toBe(true)
  expect(differs({ ...dispute, respond_by: null }, dispute)).toBe(true)
  expect(differs({ ...dispute, respond_by: null }, { ...dispute, respond_by: null })).toBe(false)
})
