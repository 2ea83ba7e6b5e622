import { describe, expect, test } from 'vitest'
import { type Hint, matchOf, type PaymentOfLine, toldPaymentOf } from '../../../src/ledger/settlements/line-match.ts'

const payment: PaymentOfLine = { payment_id: 'p1', currency: 'ZAR', refund_id: null, is_reversed: false }
const none = { matched: false, payment_id: null, refund_id: null, other_currency: false }
const ours = { ...none, payment_id: 'p1' }
const match = (line: Hint, found?: Partial<PaymentOfLine>, settlements: string[] = []) =>
  matchOf(line, 'ZAR', found && { ...payment, ...found }, new Set(settlements))

describe('a line is ours', () => {
  test('as a charge by its payment', () => {
    expect(match({ kind: 'charge' }, {})).toEqual({ ...ours, matched: true })
    expect(match({ kind: 'charge' })).toEqual(none)
  })

  test('as a refund by the refund that we sent, and not by its payment alone', () => {
    expect(match({ kind: 'refund' }, { refund_id: 'r1' })).toEqual({ ...ours, matched: true, refund_id: 'r1' })
    expect(match({ kind: 'refund' }, { is_reversed: true })).toEqual(ours)
    expect(match({ kind: 'refund' })).toEqual(none)
  })

  test('as a dispute by a payment of which something was taken back', () => {
    expect(match({ kind: 'dispute' }, { is_reversed: true })).toEqual({ ...ours, matched: true })
    expect(match({ kind: 'dispute' }, { refund_id: 'r1' })).toEqual({ ...ours, refund_id: 'r1' })
    expect(match({ kind: 'dispute' })).toEqual(none)
  })

  test('as a settlement that failed by that settlement, whose reference it has', () => {
    expect(match({ kind: 'failed_settlement', settlement_reference: 's2' }, undefined, ['s1', 's2'])).toEqual({
      ...none,
      matched: true,
    })
    expect(match({ kind: 'failed_settlement', settlement_reference: 's3' }, undefined, ['s1', 's2'])).toEqual(none)
    expect(match({ kind: 'failed_settlement' }, { is_reversed: true }, ['s1'])).toEqual(ours)
  })

  test('as a fee always, and as an adjustment never', () => {
    expect(match({ kind: 'fee' })).toEqual({ ...none, matched: true })
    expect(match({ kind: 'adjustment' }, { refund_id: 'r1', is_reversed: true })).toEqual({ ...ours, refund_id: 'r1' })
  })

  test.each(['charge', 'refund', 'dispute'] as const)('not as a %s in another currency than its payment', (kind) => {
    expect(match({ kind }, { currency: 'USD', refund_id: 'r1', is_reversed: true })).toEqual({
      ...none,
      other_currency: true,
    })
  })
})

test('the payment of a line is that of the id that came back with it, or else that of its charge', () => {
  const charges = new Map([['c1', 'p2']])
  expect(toldPaymentOf({ kind: 'charge', told_payment_id: 'p1', charge_reference: 'c1' }, charges)).toBe('p1')
  expect(toldPaymentOf({ kind: 'charge', told_payment_id: null, charge_reference: 'c1' }, charges)).toBe('p2')
  expect(toldPaymentOf({ kind: 'charge', charge_reference: 'c2' }, charges)).toBeNull()
  expect(toldPaymentOf({ kind: 'charge' }, charges)).toBeNull()
})
