import { describe, expect, test } from 'vitest'
import { formatId } from '../../../src/core/id/id.ts'
import {
  type CheckoutRow,
  checkoutColumns,
  policyFor,
  renderRequest,
  renderSession,
  statusAt,
  targetOf,
} from '../../../src/ledger/checkouts/checkout.ts'
import { idOf, minutes, now, payer } from '../receivables.ts'
import { checkoutRow as row } from './rows.ts'

const { id } = row
const bill = idOf(10)
const environment = { mode: 'live' } as const
const session = (more: Partial<CheckoutRow> = {}) => renderSession(environment, { ...row, ...more }, now)
const request = (more: Partial<CheckoutRow> = {}) =>
  renderRequest(environment, { ...row, kind: 'request', type: 'link', ...more }, now)
const billed = { customer_id: payer, target_kind: 'bill', target_id: bill } as const

test('a row is all that is selected of it', () => {
  expect(checkoutColumns.split(/,\s*/).toSorted()).toEqual(
    Object.keys(row)
      .map((name) => `c.${name}`)
      .toSorted(),
  )
})

describe('where the money goes', () => {
  test('is nothing of Billing unless all of it is there', () => {
    expect(targetOf({ ...row, ...billed })).toEqual({ kind: 'bill', id: bill, customer_id: payer })
    for (const missing of ['customer_id', 'target_kind', 'target_id']) {
      expect(targetOf({ ...row, ...billed, [missing]: null })).toBeUndefined()
    }
  })

  test.each([
    ['customer', { customer: bill }],
    ['account', { account: bill }],
    ['bill', { receivables: [bill] }],
  ] as const)('is spread over a %s like a recorded payment, what is due first first', (kind, scope) => {
    expect(policyFor({ kind, id: bill, customer_id: payer })).toEqual({
      kind: 'policy',
      policy: 'due_date_first',
      scope,
    })
  })
})

describe('the status', () => {
  test('of an active one ends at its end, to the millisecond', () => {
    const at = (expires_at: Date | null) => statusAt({ ...row, expires_at }, now)
    expect([null, minutes(1), now, minutes(-1)].map(at)).toEqual(['active', 'active', 'expired', 'expired'])
  })

  test('of any other stays', () => {
    for (const status of ['paid', 'cancelled', 'failed'] as const) {
      expect(statusAt({ ...row, status, expires_at: minutes(-1) }, now)).toBe(status)
    }
  })

  test.each<[CheckoutRow['status'], Partial<CheckoutRow>, string, string, string]>([
    ['active', {}, 'active', 'not_started', 'unpaid'],
    ['active', { attempt_id: idOf(30) }, 'active', 'pending', 'pending'],
    ['active', { expires_at: now, attempt_id: idOf(30) }, 'expired', 'unpaid', 'unpaid'],
    ['paid', {}, 'completed', 'paid', 'paid'],
    ['paid', { capture_method: 'manual' }, 'completed', 'reserved', 'paid'],
    ['failed', {}, 'expired', 'unpaid', 'unpaid'],
    ['cancelled', {}, 'cancelled', 'unpaid', 'unpaid'],
    ['expired', {}, 'expired', 'unpaid', 'unpaid'],
  ])('of a session that is %s, with %o', (status, more, shown, payment_outcome, payment_status) => {
    expect(session({ status, ...more })).toMatchObject({ status: shown, payment_outcome, payment_status })
  })

  test.each([
    ['active', 'active'],
    ['paid', 'paid'],
    ['cancelled', 'expired'],
    ['expired', 'expired'],
  ] as const)('of a request that is %s is %s', (status, shown) => {
    expect(request({ status })).toMatchObject({ status: shown })
  })
})

const shared = { amount: 100, currency: 'ZAR', expires_at: null, mode: 'live' }
const times = { created_at: '2026-11-27T09:51:00.000Z', updated_at: '2026-11-27T09:52:00.000Z' }
const all: Partial<CheckoutRow> = {
  ...billed,
  external_reference: 'order 7',
  description: 'November',
  return_url: 'https://shop.example/back',
  phone: '+27820000000',
  capture_method: 'manual',
  metadata: { flat: '4' },
  last_payment_error: { error_code: 'declined', message: 'No.' },
  payment_id: idOf(40),
  expires_at: minutes(1),
  cancelled_at: minutes(-1),
}
const shownOfAll = {
  ...shared,
  customer_id: formatId('customer', payer),
  bill_id: formatId('bill', bill),
  external_reference: 'order 7',
  expires_at: '2026-11-27T10:01:00.000Z',
  cancelled_at: '2026-11-27T09:59:00.000Z',
  payment_id: formatId('payment', idOf(40)),
  metadata: { flat: '4' },
  ...times,
}

describe('a session is shown', () => {
  const first = {
    id: formatId('payment_session', id),
    type: 'one_time',
    status: 'active',
    payment_outcome: 'not_started',
    payment_status: 'unpaid',
    checkout_session_id: formatId('checkout_session', id),
  }

  test('with what it has, and without what it has not', () => {
    expect(session()).toEqual({ ...first, ...shared, ...times })
    expect(session(all)).toEqual({
      ...first,
      ...shownOfAll,
      capture_method: 'manual',
      return_url: 'https://shop.example/back',
      last_payment_error: { error_code: 'declined', message: 'No.' },
    })
  })
})

describe('a request is shown', () => {
  const first = { id: formatId('payment_request', id), type: 'link', status: 'active' }
  const link = { checkout_session_id: formatId('checkout_session', id) }

  test('with what it has, and without what it has not', () => {
    expect(request()).toEqual({ ...first, ...shared, ...times, link })
    expect(request(all)).toEqual({
      ...first,
      ...shownOfAll,
      description: 'November',
      link,
      push: { phone: '+27820000000' },
    })
  })

  test('without a link where it is pushed', () => {
    expect(request({ type: 'push', phone: '+27820000000' })).toEqual({
      ...first,
      ...shared,
      ...times,
      type: 'push',
      push: { phone: '+27820000000' },
    })
  })
})
