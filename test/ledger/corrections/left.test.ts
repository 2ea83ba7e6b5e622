import { expect, test } from 'vitest'
import { leftOf, lesser, restOf, totalOf } from '../../../src/ledger/corrections/left.ts'
import { aPayment, refusal } from './rows.ts'

test('what is left of a payment is what arrived without what was reversed, refunded and transferred', () => {
  const gone = { reversed_amount: 10n, refunded_amount: 20n, transferred_amount: 30n }
  expect(restOf(aPayment(100n, gone))).toBe(40n)
  expect(restOf(aPayment(100n, { ...gone, captured_amount: 70n }))).toBe(10n)
  expect(leftOf(aPayment(61n, gone))).toBe(1n)
})

test('a payment of which nothing is left says where it has gone', () => {
  const gone = (amounts: object) => refusal(() => leftOf(aPayment(9n, amounts)))
  expect(gone({ reversed_amount: 9n })).toEqual(['payment_state', 'The whole payment has been reversed already.'])
  expect(gone({ refunded_amount: 9n })).toEqual(['payment_state', 'The whole payment has been refunded already.'])
  expect(gone({ refunded_amount: 8n, reversed_amount: 1n })).toEqual([
    'payment_state',
    'The whole payment has been reversed and refunded already.',
  ])
  expect(gone({ transferred_amount: 1n, reversed_amount: 8n })).toEqual([
    'payment_state',
    expect.stringMatching(/went on: refund the payment that it became/),
  ])
  expect(gone({ captured_amount: 0n })).toEqual([
    'payment_state',
    'The payment is authorised, and nothing of it was captured.',
  ])
})

test('all that is left of a payment is taken, unless less is wanted; more is refused', () => {
  const payment = aPayment(100n, { reversed_amount: 40n })
  expect([undefined, 1n, 59n, 60n].map((wanted) => totalOf(payment, wanted))).toEqual([60n, 1n, 59n, 60n])
  const more = ['amount_exceeds_remaining', 'Only 60 of the payment is left.', '/amount']
  expect(refusal(() => totalOf(payment, 61n))).toEqual(more)
  expect(refusal(() => totalOf(aPayment(5n, { refunded_amount: 5n }), 1n))[0]).toBe('payment_state')
})

test('of two amounts the smaller is the lesser', () => {
  expect([lesser(1n, 2n), lesser(2n, 1n), lesser(-3n, -2n), lesser(4n, 4n)]).toEqual([1n, 1n, -3n, 4n])
})
