import { describe, expect, test } from 'vitest'
import { formatId } from '../../../src/core/id/id.ts'
import { Correction } from '../../../src/ledger/corrections/correction-journal.ts'
import { idOf, paymentSample } from '../samples.ts'
import {
  amountsOfPayment,
  applicationSample,
  before,
  billSample,
  context,
  correct,
  now,
  takenSample,
  toldOf,
} from './corrected.ts'

const at = now.toISOString()

describe('money is taken out of a payment', () => {
  test('wherever it is, by one transaction that shows what of it is a loss', async () => {
    const payment = paymentSample({
      ...{ applied_amount: 40n, unapplied_amount: 11n, direct_amount: 12n, suspense_amount: 13n },
      ...{ transferred_amount: 14n, reversed_amount: 1n },
    })
    const [one, two] = [billSample(1, 0n), billSample(2, 5n)]
    const [first, second] = [applicationSample(8, one, 30n), applicationSample(9, two, 20n, 2n)]
    const parts = [
      { application: first, receivable: one, amount: 30n },
      { application: second, receivable: two, amount: 4n },
    ]
    const amounts = { unapplied: 1n, direct: 2n, suspense: 3n, transferred: 4n, uncovered: 100n }
    const taken = takenSample({ total: 44n, ...amounts, parts })
    const cause = { kind: 'payment_reversal', id: idOf(5), reason: 'Chargeback.', account: 'clearing:card' } as const
    const { returned, transactions, events, recording } = await correct(payment, (correction) =>
      correction.takeBack(taken, { ...cause, effective_at: before }),
    )
    const entered = { id: returned, kind: 'payment_reversal', source: idOf(5), reason: 'Chargeback.' }
    const accounts = {
      ...{ 'clearing:card': -144n, losses: 100n, unapplied: 1n, direct_receipts: 2n, suspense: 3n, transfers: 4n },
      ...{ [one.id]: 30n, [two.id]: 4n },
    }
    expect(transactions).toEqual([{ ...entered, effective_at: before.toISOString(), accounts }])
    const left = { applied: 6n, unapplied: 10n, direct: 10n, suspense: 10n, transferred: 10n, reversed: 45n }
    expect(amountsOfPayment(payment)).toEqual(left)
    const said = { cause: 'payment_reversal', reason: 'Chargeback.', reversal_id: formatId('reversal', idOf(5)) }
    const step = { object_version: 3, sequence: 5 }
    const moved = [
      { amount: 30, balance_before: 0, balance_after: 30, amount_applied: 30, amount_reversed: 30 },
      { amount: 4, balance_before: 5, balance_after: 9, amount_applied: 20, amount_reversed: 6 },
    ]
    expect(events.map(({ data }) => data)).toEqual([
      { ...toldOf(8, one), ...said, ...step, ...moved[0] },
      { ...toldOf(9, two), ...said, ...step, ...moved[1] },
    ])
    expect(recording.rows('write-application-reversals').map((row) => row.slice(3))).toEqual([
      [idOf(8), idOf(5), null, 30n, 'Chargeback.', returned, null],
      [idOf(9), idOf(5), null, 4n, 'Chargeback.', returned, null],
    ])
  })

  test.each(['unapplied', 'direct', 'suspense', 'transferred', 'uncovered'] as const)(
    'that is %s alone',
    async (way) => {
      const amount = { unapplied_amount: 9n, direct_amount: 9n, suspense_amount: 9n, transferred_amount: 9n }
      const payment = paymentSample(amount)
      const account = { unapplied: 'unapplied', direct: 'direct_receipts', suspense: 'suspense' }
      const accounts = { ...account, transferred: 'transfers', uncovered: 'losses' }
      const total = way === 'uncovered' ? 0n : 1n
      const cause = { kind: 'payment_reversal', id: idOf(5), reason: 'Chargeback.', account: 'clearing:card' } as const
      const { transactions, events } = await correct(payment, (correction) =>
        correction.takeBack(takenSample({ total, [way]: 1n }), cause),
      )
      expect(transactions).toMatchObject([
        { effective_at: at, accounts: { 'clearing:card': -1n, [accounts[way]]: 1n } },
      ])
      const before = { unapplied: 9n, direct: 9n, suspense: 9n, transferred: 9n }
      const after = way === 'uncovered' ? {} : { [way]: 8n, reversed: 1n }
      expect([amountsOfPayment(payment), events]).toEqual([{ ...before, ...after }, []])
    },
  )

  test('since it is refunded: it counts as refunded, and its events name the refund', async () => {
    const payment = paymentSample({ applied_amount: 40n })
    const bill = billSample(1, 0n)
    const parts = [{ application: applicationSample(9, bill, 40n), receivable: bill, amount: 15n }]
    const cause = { kind: 'refund', id: idOf(5), reason: 'Asked for.', account: 'refunds' } as const
    const { transactions, events, recording } = await correct(payment, (correction) =>
      correction.takeBack(takenSample({ total: 15n, parts }), cause),
    )
    expect(transactions).toMatchObject([{ kind: 'refund', accounts: { refunds: -15n, [bill.id]: 15n } }])
    expect(amountsOfPayment(payment)).toEqual({ applied: 25n, refunded: 15n })
    const data = { cause: 'refund', amount: 15, refund_id: formatId('refund', idOf(5)) }
    expect(events).toMatchObject([{ data }])
    expect(Object.keys(events[0]?.data ?? {})).not.toContain('reversal_id')
    expect(Object.keys(events[0]?.data ?? {})).not.toContain('transferred_to')
    expect(recording.rows('write-application-reversals')[0]?.slice(4, 6)).toEqual([null, idOf(5)])
  })

  test('that came of a payment that is reversed: it is told by the reversal of that one and kept by its own', async () => {
    const bill = billSample(1, 0n)
    const parts = [{ application: applicationSample(9, bill, 40n), receivable: bill, amount: 15n }]
    const cause = { kind: 'payment_reversal', id: idOf(5), reason: 'Chargeback.', account: 'transfers' } as const
    const { events, recording } = await correct(paymentSample({ applied_amount: 40n }), (correction) =>
      correction.takeBack(takenSample({ total: 15n, parts }), { ...cause, follows: idOf(6) }),
    )
    expect(events).toMatchObject([{ data: { reversal_id: formatId('reversal', idOf(6)) } }])
    expect(recording.rows('write-application-reversals')[0]?.[4]).toBe(idOf(5))
  })
})

describe('money goes on as another payment', () => {
  const early = new Date('2026-11-21T00:00:00.000Z')
  const [one, two] = [billSample(1, 5n), billSample(2, 5n)]
  const passed = (counted: [Date, Date], unapplied: bigint) => {
    const payment = paymentSample({ applied_amount: 60n, unapplied_amount: 10n, transferred_amount: 3n })
    const [first, second] = [{ ...one }, { ...two }]
    const parts = [
      { application: applicationSample(8, first, 30n), receivable: first, amount: 30n },
      { application: applicationSample(9, second, 30n), receivable: second, amount: 4n },
    ]
    const countedFrom = new Map(counted.map((date, index) => [idOf(0xe8 + index), date]))
    const taken = takenSample({ total: 34n + unapplied, unapplied, parts })
    const cause = { id: idOf(6), reason: 'Of another.', since: before, countedFrom }
    return { payment, ...{ taken, cause }, done: correct(payment, (correction) => correction.passOn(taken, cause)) }
  }

  test('as of when it came, with what counted from then', async () => {
    const { payment, done } = passed([before, new Date(before)], 7n)
    const { returned, transactions, events, recording } = await done
    const accounts = { transfers: -41n, unapplied: 7n, [idOf(1)]: 30n, [idOf(2)]: 4n }
    const entered = { kind: 'transfer', source: idOf(6), reason: 'Of another.', effective_at: before.toISOString() }
    expect(transactions).toEqual([{ id: returned, ...entered, accounts }])
    expect(amountsOfPayment(payment)).toEqual({ applied: 26n, unapplied: 3n, transferred: 44n })
    const said = { cause: 'transfer', reason: 'Of another.', transferred_to: formatId('payment', idOf(6)) }
    const step = { object_version: 3, sequence: 5, balance_before: 5 }
    expect(events.map(({ data }) => data)).toEqual([
      {
        ...toldOf(8, one),
        ...said,
        ...step,
        ...{ amount: 30, balance_after: 35, amount_applied: 30, amount_reversed: 30 },
      },
      {
        ...toldOf(9, two),
        ...said,
        ...step,
        ...{ amount: 4, balance_after: 9, amount_applied: 30, amount_reversed: 4 },
      },
    ])
    expect(recording.rows('write-application-reversals').map((row) => row.slice(4))).toEqual([
      [null, null, 30n, 'Of another.', returned, idOf(6)],
      [null, null, 4n, 'Of another.', returned, idOf(6)],
    ])
  })

  test('and each application that counts from later is undone as of then: until then it was unapplied', async () => {
    const { payment, done } = passed([early, before], 7n)
    const { returned, transactions, recording } = await done
    const entered = { kind: 'transfer', source: idOf(6), reason: 'Of another.' }
    const later = transactions[1]?.id as string
    expect(transactions).toEqual([
      {
        id: returned,
        ...entered,
        effective_at: before.toISOString(),
        accounts: { transfers: -41n, unapplied: 37n, [idOf(2)]: 4n },
      },
      { id: later, ...entered, effective_at: early.toISOString(), accounts: { unapplied: -30n, [idOf(1)]: 30n } },
    ])
    expect(recording.rows('write-application-reversals').map((row) => row[8])).toEqual([later, returned])
    expect(amountsOfPayment(payment)).toEqual({ applied: 26n, unapplied: 3n, transferred: 44n })
  })

  test('and where nothing of it was unapplied, nothing is entered there', async () => {
    const { transactions } = await passed([before, before], 0n).done
    expect(transactions.map(({ accounts }) => accounts)).toEqual([{ transfers: -34n, [idOf(1)]: 30n, [idOf(2)]: 4n }])
  })

  test('only if it is known from when each application counts', async () => {
    const { taken, cause } = passed([before, before], 0n)
    const correction = new Correction(context, paymentSample({ applied_amount: 60n }))
    expect(() => correction.passOn(taken, { ...cause, countedFrom: new Map() })).toThrow(
      'an application has its transaction',
    )
  })
})
