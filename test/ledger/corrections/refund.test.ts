import { describe, expect, test } from 'vitest'
import { refundStep } from '../../../src/ledger/corrections/refund-outcome.ts'
import { type RefundWay, refundedAt, refuseOtherWay, wayColumns } from '../../../src/ledger/corrections/refund-way.ts'
import { anId, aPayment, earlier, later, now, refusal } from './rows.ts'

const byHand = (refunded_at?: Date): RefundWay => ({ kind: 'external', channel: 'cash', reference: 'r1', refunded_at })
const byProcessor: RefundWay = { kind: 'processor', key: undefined, next_check_at: later }

describe('what a processor says of a refund', () => {
  const next_check_at = null
  const pending = { status: 'pending', reference: 're_1', next_check_at } as const
  const succeeded = { status: 'succeeded', reference: 're_1', next_check_at } as const
  const failed = {
    status: 'failed',
    reference: undefined,
    failure: { code: 'x', message: 'y' },
    next_check_at,
  } as const
  const steps = (status: 'pending' | 'succeeded' | 'failed', processor_reference: string | null) =>
    [pending, succeeded, failed].map((outcome) => refundStep({ status, processor_reference }, outcome))

  test('lets it succeed once, and fail once, also after that', () => {
    expect(steps('pending', 're_1')).toEqual(['none', 'succeed', 'fail'])
    expect(steps('succeeded', 're_1')).toEqual(['none', 'none', 'fail'])
    expect(steps('failed', 're_1')).toEqual(['none', 'none', 'none'])
  })

  test('is noted where it was not known what the processor calls it', () => {
    expect(steps('pending', null)).toEqual(['note', 'succeed', 'fail'])
    expect(steps('succeeded', null)).toEqual(['note', 'note', 'fail'])
    expect(steps('failed', null)).toEqual(['none', 'none', 'none'])
  })
})

test('a refund goes the way of its payment', () => {
  const [recorded, paid] = [aPayment(9n), aPayment(9n, { processor: 'simulator' })]
  expect([refuseOtherWay(recorded, byHand()), refuseOtherWay(paid, byProcessor)]).toEqual([undefined, undefined])
  const wrong = 'payment_state'
  expect(refusal(() => refuseOtherWay(paid, byHand()))).toEqual([wrong, expect.stringContaining('POST /collect')])
  expect(refusal(() => refuseOtherWay(recorded, byProcessor))).toEqual([wrong, expect.stringContaining('was recorded')])
})

describe('a refund was sent', () => {
  const received = aPayment(9n, { received_at: earlier })
  const unknown = aPayment(9n, { received_at: null })

  test('when it is said, and now if it is not', () => {
    expect(refundedAt(received, byHand(now), later)).toEqual(now)
    expect(refundedAt(unknown, byHand(earlier), later)).toEqual(earlier)
    expect([refundedAt(received, byHand(), now), refundedAt(unknown, byHand(), now)]).toEqual([now, now])
    expect(refundedAt(received, byProcessor, now)).toEqual(now)
  })

  test('no earlier than the money came', () => {
    expect(refundedAt(received, byHand(earlier), now)).toEqual(earlier)
    expect(refundedAt(aPayment(9n, { received_at: later }), byHand(), now)).toEqual(later)
    const detail = 'The payment was received at 2026-11-28T09:00:00.000Z.'
    const before = new Date(earlier.getTime() - 1)
    expect(refusal(() => refundedAt(received, byHand(before), now))).toEqual(['invalid_dates', detail, '/refunded_at'])
  })
})

test('a refund by hand has succeeded, and one through a processor is pending', () => {
  expect(wayColumns(aPayment(9n), byHand(), now)).toEqual({
    status: 'succeeded',
    channel: 'cash',
    reference: 'r1',
    processor: null,
    succeeded_at: now,
    idempotency_key: null,
    response_id: null,
    next_check_at: null,
  })
  const pending = {
    status: 'pending',
    channel: null,
    reference: null,
    processor: 'simulator',
    succeeded_at: null,
    idempotency_key: null,
    response_id: null,
    next_check_at: later,
  }
  const paid = aPayment(9n, { processor: 'simulator' })
  const response_id = anId()
  expect(wayColumns(paid, byProcessor, now)).toEqual(pending)
  const waiting = { ...byProcessor, key: { key: 'k', response_id } } as const
  expect(wayColumns(paid, waiting, now)).toEqual({ ...pending, idempotency_key: 'k', response_id })
})
