import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatId } from '../../../src/core/id/id.ts'
import { type ComeBack, Correction } from '../../../src/ledger/corrections/correction-journal.ts'
import { seedOf } from '../../support/seed.ts'
import { accountedFor, idOf, paymentSample } from '../samples.ts'
import {
  amountsOfPayment,
  applicationSample,
  before,
  billSample,
  context,
  correct,
  now,
  takenSample,
  toldOfBill,
} from './corrected.ts'

const at = now.toISOString()
const comeBack = (more: Partial<ComeBack>): ComeBack => ({
  kind: 'dispute_won',
  source_id: idOf(5),
  reason: 'Won.',
  account: 'clearing:card',
  amount: 0n,
  lost: 0n,
  covers: 0n,
  parts: [],
  effective_at: before,
  ...more,
})

describe('money comes back', () => {
  test('to losses, to payments that it had become, to debts, and the rest stays unapplied', async () => {
    const payment = paymentSample({ reversed_amount: 90n, unapplied_amount: 1n, applied_amount: 2n })
    const [one, two] = [billSample(1, 20n), billSample(2, 50n)]
    const parts = [
      { receivable: one, amount: 20n },
      { receivable: two, amount: 5n },
    ]
    const { returned, transactions, events, recording } = await correct(payment, (correction) =>
      correction.bringBack(comeBack({ amount: 100n, lost: 30n, covers: 10n, transferred: 8n, parts })),
    )
    const accounts = {
      ...{ 'clearing:card': 100n, losses: -40n, transfers: -8n, unapplied: -27n },
      ...{ [one.id]: -20n, [two.id]: -5n },
    }
    const entered = { kind: 'dispute_won', source: idOf(5), reason: 'Won.', effective_at: before.toISOString() }
    expect(transactions).toEqual([{ id: returned, ...entered, accounts }])
    expect(amountsOfPayment(payment)).toEqual({ reversed: 30n, transferred: 8n, unapplied: 28n, applied: 27n })
    expect(events.map(({ type, subject }) => [type, subject])).toEqual([
      ['obligation.amount_applied', events[0]?.id],
      ['bill.paid', one.id],
      ['obligation.amount_applied', events[2]?.id],
      ['payment.amount_unapplied', payment.id],
    ])
    const told = { created_at: at, updated_at: at, object_version: 1, sequence: 5, cause: 'dispute_won' }
    expect([events[0]?.data, events[2]?.data]).toEqual([
      {
        ...toldOfBill(one),
        ...told,
        id: formatId('obligation', events[0]?.id as string),
        ...{ amount: 20, balance_before: 20, balance_after: 0 },
      },
      {
        ...toldOfBill(two),
        ...told,
        id: formatId('obligation', events[2]?.id as string),
        ...{ amount: 5, balance_before: 50, balance_after: 45 },
      },
    ])
    expect(recording.rows('write-applications').map((row) => [row[0], row[5], row[8], row[9]])).toEqual([
      [events[0]?.id, one.id, 20n, returned],
      [events[2]?.id, two.id, 5n, returned],
    ])
  })

  test('and what stays unapplied is told of the payment, and its customer is no longer archived', async () => {
    const payment = paymentSample({ reversed_amount: 9n })
    const { events, recording } = await correct(payment, (correction) => correction.bringBack(comeBack({ amount: 9n })))
    const data = {
      amount: 9,
      currency: 'ZAR',
      payment_id: formatId('payment', payment.id),
      customer_id: formatId('customer', idOf(0xc1)),
      metadata: { order: '12' },
      created_at: at,
      updated_at: at,
      object_version: 3,
    }
    const id = expect.stringMatching(/0007$/)
    expect(events).toEqual([
      { id, bucket: 7, type: 'payment.amount_unapplied', subject: payment.id, created_at: at, data },
    ])
    expect(events[0]?.id).not.toBe(payment.id)
    expect(recording.rows('unarchive-objects').map((row) => row.slice(0, 5))).toEqual([
      [idOf(0xc1), 7, 3, 'key:1', 'req_1'],
    ])
  })

  test('of a refund that failed: it was refunded', async () => {
    const payment = paymentSample({ refunded_amount: 9n, reversed_amount: 4n })
    const more = { kind: 'refund_failed', account: 'refunds', amount: 6n, covers: 1n } as const
    const { transactions } = await correct(payment, (correction) => correction.bringBack(comeBack(more)))
    const accounts = { refunds: 6n, losses: -1n, unapplied: -5n }
    expect(transactions).toMatchObject([{ kind: 'refund_failed', accounts }])
    expect(amountsOfPayment(payment)).toEqual({ refunded: 3n, reversed: 5n, unapplied: 5n })
  })

  test('to no customer: it is direct again, and nobody is told of it', async () => {
    const payment = paymentSample({ reversed_amount: 9n, customer_id: null })
    const { transactions, events, recording } = await correct(payment, (correction) =>
      correction.bringBack(comeBack({ amount: 9n, lost: 2n })),
    )
    const accounts = { 'clearing:card': 9n, losses: -2n, direct_receipts: -7n }
    expect(transactions.map((one) => one.accounts)).toEqual([accounts])
    expect(amountsOfPayment(payment)).toEqual({ reversed: 2n, direct: 7n })
    expect([events, recording.of('unarchive-objects')]).toEqual([[], []])
  })

  test.each([
    ['losses of its own', { lost: 9n }, { losses: -9n }, { reversed: 9n }],
    ['losses of others', { covers: 9n }, { losses: -9n }, { reversed: 9n }],
    ['payments that it had become', { transferred: 9n }, { transfers: -9n }, { transferred: 9n }],
  ])('to %s alone', async (_, way, accounts, amounts) => {
    const payment = paymentSample({ reversed_amount: 9n })
    const { transactions, events } = await correct(payment, (correction) =>
      correction.bringBack(comeBack({ amount: 9n, ...way })),
    )
    expect(transactions.map((one) => one.accounts)).toEqual([{ 'clearing:card': 9n, ...accounts }])
    expect([amountsOfPayment(payment), events]).toEqual([amounts, []])
  })

  test('to debts alone, and no more than came back', async () => {
    const parts = [{ receivable: billSample(1, 20n), amount: 9n }]
    const payment = paymentSample({ reversed_amount: 9n })
    const { transactions } = await correct(payment, (one) => one.bringBack(comeBack({ amount: 9n, parts })))
    expect(transactions.map((one) => one.accounts)).toEqual([{ 'clearing:card': 9n, [idOf(1)]: -9n }])
    const ways = [{ amount: 8n }, { amount: 9n, lost: 1n }, { amount: 9n, covers: 1n }, { amount: 9n, transferred: 1n }]
    for (const way of ways) {
      const correction = new Correction(context, paymentSample({ reversed_amount: 99n }))
      expect(() => correction.bringBack(comeBack({ parts, ...way }))).toThrow('no more is applied again than came back')
    }
  })
})

const amount = fc.bigInt({ min: 0n, max: 1_000n })
const kinds = fc.constantFrom(
  { taken: 'refund', back: 'refund_failed' } as const,
  { taken: 'payment_reversal', back: 'dispute_won' } as const,
)

test('whatever is taken and comes back: entries come to zero, and the payment has what arrived', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ unapplied: amount, direct: amount, suspense: amount, transferred: amount, uncovered: amount }),
      fc.array(
        amount.map((one) => one + 1n),
        { maxLength: 4 },
      ),
      kinds,
      fc.boolean(),
      async (from, applied, { taken: kind, back }, hasCustomer) => {
        const parts = applied.map((one, index) => {
          const receivable = billSample(index + 1, 0n)
          return { application: applicationSample(index + 9, receivable, one), receivable, amount: one }
        })
        const of = parts.reduce((sum, one) => sum + one.amount, 0n)
        const total = of + from.unapplied + from.direct + from.suspense + from.transferred
        fc.pre(total + from.uncovered > 0n)
        const payment = paymentSample({
          ...{ applied_amount: of, unapplied_amount: from.unapplied, direct_amount: from.direct },
          ...{ suspense_amount: from.suspense, transferred_amount: from.transferred },
          ...(!hasCustomer && applied.length === 0 && { customer_id: null }),
        })
        const out = await correct(payment, (correction) =>
          correction.takeBack(takenSample({ total, ...from, parts }), {
            ...{ kind, id: idOf(5), reason: 'Taken.', account: 'clearing:card' },
          }),
        )
        expect(accountedFor(payment)).toBe(payment.amount)
        expect(Object.keys(amountsOfPayment(payment))).toEqual(
          total === 0n ? [] : [kind === 'refund' ? 'refunded' : 'reversed'],
        )
        const more = { kind: back, amount: total + from.uncovered, lost: from.uncovered, transferred: from.transferred }
        const again = parts.map(({ receivable, amount }) => ({ receivable, amount }))
        const returned = await correct(payment, (correction) =>
          correction.bringBack(comeBack({ ...more, parts: again, effective_at: now })),
        )
        expect(accountedFor(payment)).toBe(payment.amount)
        expect([payment.applied_amount, payment.transferred_amount]).toEqual([of, from.transferred])
        for (const { accounts } of [...out.transactions, ...returned.transactions]) {
          expect(Object.values(accounts).reduce((sum, one) => sum + one, 0n)).toBe(0n)
        }
        for (const { receivable } of parts) expect([receivable.balance, receivable.status]).toEqual([0n, 'paid'])
      },
    ),
    { seed: seedOf('SEED') },
  )
})
