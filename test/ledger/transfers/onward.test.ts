import { describe, expect, test } from 'vitest'
import { formatId } from '../../../src/core/id/id.ts'
import { Journal } from '../../../src/ledger/journal.ts'
import type { LockedPayment } from '../../../src/ledger/store.ts'
import {
  amountToGo,
  arrivalOf,
  giverOf,
  takeOut,
  toldTransfer,
  whyNotAssignable,
  whyNotTransferable,
} from '../../../src/ledger/transfers/onward.ts'
import { idOf, minutes, now, payer, readEntries } from '../receivables.ts'
import { paymentSample } from '../samples.ts'

const id = idOf(50)
const receiver = idOf(2, 9)
const came = { metadata: {}, version: 4n, received_at: minutes(-10), created_at: minutes(-9) }
const context = { environment: { id: 3, mode: 'live' as const }, actor: 'key:1' as never, request_id: 'req_1', now }

const payment = (more: Partial<LockedPayment> = {}): LockedPayment =>
  paymentSample({ id, customer_id: payer, channel: 'eft', amount: 100n, ...came, ...more })

describe('money of a payment can go to another customer', () => {
  test('where it has a customer, and some of it is applied or unapplied', () => {
    for (const left of [
      { applied_amount: 1n },
      { unapplied_amount: 1n },
      { applied_amount: 5n, unapplied_amount: 2n },
    ]) {
      expect(giverOf(payment(left))).toEqual(payment(left))
    }
    expect(giverOf(payment({ applied_amount: 0n }))).toBeUndefined()
    expect(giverOf(payment({ applied_amount: 1n, customer_id: null }))).toBeUndefined()
  })

  test('all that is left unless it says how much, and no unit more', () => {
    const left = payment({ applied_amount: 60n, unapplied_amount: 15n })
    expect([undefined, 1n, 75n].map((asked) => amountToGo(left, asked))).toEqual([75n, 1n, 75n])
    expect(() => amountToGo(left, 76n)).toThrow(
      expect.objectContaining({
        code: 'amount_exceeds_remaining',
        message: 'Only 75 of the payment is left.',
        errors: [expect.objectContaining({ pointer: '/amount' })],
      }),
    )
  })

  test.each<[string, Partial<LockedPayment>]>([
    [
      'The payment is failed: only money that has arrived can go to another customer.',
      { status: 'failed', suspense_amount: 1n },
    ],
    [
      'Its payer is unknown: assign it by POST /billing/payments/{payment}/assignments.',
      { suspense_amount: 1n, transferred_amount: 1n },
    ],
    [
      'What was left of the payment went on already: transfer what it became, pay_1, pay_2.',
      { transferred_amount: 1n, direct_amount: 1n },
    ],
    [
      'The money is for nothing in Billing, and no customer has it: refund it, or record a payment of the customer.',
      { direct_amount: 1n, captured_amount: 0n },
    ],
    ['The payment is authorised, and nothing of it was captured: capture it first.', { captured_amount: 0n }],
    ['Nothing is left of the payment: it was reversed or refunded already.', { captured_amount: 1n }],
    ['Nothing is left of the payment: it was reversed or refunded already.', { reversed_amount: 100n }],
  ])('and otherwise: %s', (why, more) => {
    expect(whyNotTransferable(payment(more), 'pay_1, pay_2')).toBe(why)
  })
})

describe('money of which nobody knows the payer', () => {
  test.each<[string, Partial<LockedPayment>]>([
    ['The payment was assigned already: its money is pay_1.', { transferred_amount: 1n }],
    ['Its payer is known: only a payment recorded with unidentified can be assigned.', { reversed_amount: 1n }],
    ['Nothing is left of the payment.', { customer_id: null, reversed_amount: 100n }],
    ['Nothing is left of the payment.', { customer_id: null, refunded_amount: 100n }],
    ['Nothing is left of the payment.', { customer_id: null, refunded_amount: 60n, reversed_amount: 40n }],
    ['The payment is for nothing in Billing.', { customer_id: null, direct_amount: 100n }],
  ])('cannot be assigned: %s', (why, more) => {
    expect(whyNotAssignable(payment(more), 'pay_1')).toBe(why)
  })

  test('goes out of suspense as a whole, beside what went before', () => {
    const journal = new Journal(now)
    const entered = readEntries(journal)
    const first = payment({ customer_id: null, suspense_amount: 70n, transferred_amount: 30n })
    takeOut(context, journal, first, minutes(-10))
    expect(entered()).toEqual([
      {
        kind: 'assignment',
        source_id: id,
        bucket: 7,
        environment_id: 3,
        request_id: 'req_1',
        actor: 'key:1',
        effective_at: minutes(-10),
        sums: [['ZAR', 0n]],
        entries: [
          ['suspense', 70n],
          ['transfers', -70n],
        ],
      },
    ])
    expect([first.suspense_amount, first.transferred_amount]).toEqual([0n, 100n])
  })
})

describe('what comes of a payment', () => {
  test('arrives out of the transfers, with whoever gets it', () => {
    const target = { kind: 'policy', policy: 'in_order', scope: { customer: receiver } } as const
    const money = { amount: 60n, currency: 'ZAR', received_at: minutes(-10), metadata: { flat: '4' } }
    const arrival = arrivalOf(context, money, { customer_id: receiver, target, reason: 'It is theirs' })
    expect(arrival).toEqual({
      environment: context.environment,
      actor: 'key:1',
      request_id: 'req_1',
      payment: {
        ...money,
        id: expect.stringMatching(/0009$/),
        customer_id: receiver,
        channel: 'transfer',
        source: 'transfers',
      },
      target,
      reason: 'It is theirs',
    })
    expect(arrivalOf(context, money, { customer_id: receiver, target }).reason).toBeUndefined()
  })

  test('is told with how much of it had been applied, and to what', () => {
    const parts = [20n, 25n].map((amount, at) => ({ application: { id: idOf(60 + at) }, amount })) as never
    const none = { direct: 0n, suspense: 0n, transferred: 0n, uncovered: 0n }
    const told = toldTransfer(
      context,
      { ...payment(), customer_id: payer },
      { ...none, total: 60n, unapplied: 15n, parts },
      { id: idOf(51, 9), customer_id: receiver, reason: 'It is theirs' },
    )
    expect(told).toEqual({
      payment_id: formatId('payment', id),
      customer_id: formatId('customer', payer),
      transferred_to: formatId('payment', idOf(51, 9)),
      receiver_id: formatId('customer', receiver),
      currency: 'ZAR',
      amount: 60,
      unapplied_amount: 15,
      reason: 'It is theirs',
      obligations: [
        { id: formatId('obligation', idOf(60)), amount: 20 },
        { id: formatId('obligation', idOf(61)), amount: 25 },
      ],
      created_at: '2026-11-27T10:00:00.000Z',
      object_version: 5,
    })
  })
})
