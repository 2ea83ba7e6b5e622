import { describe, expect, test } from 'vitest'
import { formatId } from '../../../src/core/id/id.ts'
import { Correction } from '../../../src/ledger/corrections/correction-journal.ts'
import { Journal } from '../../../src/ledger/journal.ts'
import { Recording } from '../recording.ts'
import { idOf, paymentSample, place } from '../samples.ts'
import {
  amountsOfPayment,
  applicationSample,
  billSample,
  context,
  correct,
  now,
  toldOf,
  toldOfBill,
  written,
} from './corrected.ts'

const at = now.toISOString()

describe('unapplied money is applied', () => {
  test('to a bill: a new application, and an event that tells the step of the bill and of the payment', async () => {
    const payment = paymentSample({ unapplied_amount: 70n, applied_amount: 5n })
    const bill = billSample(1, 100n)
    const { returned, transactions, events } = await correct(payment, (correction) => correction.apply(bill, 60n))
    const { id, transaction_id } = returned as ReturnType<Correction['apply']>
    expect(returned).toEqual({
      ...applicationSample(1, bill, 60n),
      id: expect.stringMatching(/0007$/),
      transaction_id: transactions[0]?.id,
      version: 1n,
      created_at: now,
      updated_at: now,
    })
    expect(transactions).toEqual([
      {
        id: transaction_id,
        kind: 'application',
        source: id,
        reason: null,
        effective_at: at,
        accounts: { unapplied: 60n, [bill.id]: -60n },
      },
    ])
    expect(amountsOfPayment(payment)).toEqual({ applied: 65n, unapplied: 10n })
    const data = {
      ...toldOfBill(bill),
      id: formatId('obligation', id),
      amount: 60,
      created_at: at,
      updated_at: at,
      object_version: 1,
      sequence: 5,
      balance_before: 100,
      balance_after: 40,
      cause: 'application',
      explanation: {
        policy: 'explicit',
        applied: [{ to: formatId('bill', bill.id), amount: 60, rule: 'explicit' }],
        skipped: [],
        applied_count: 1,
        unapplied_amount: 10,
      },
    }
    expect(events).toEqual([{ id, bucket: 7, type: 'obligation.amount_applied', subject: id, created_at: at, data }])
  })

  test('and when the bill is paid by it, that is told behind, and its version is expected', async () => {
    const payment = paymentSample({ unapplied_amount: 100n })
    const { events, recording } = await correct(payment, (correction) => correction.apply(billSample(1, 100n), 100n))
    expect(events.map(({ type, subject }) => [type, subject]).slice(1)).toEqual([['bill.paid', idOf(1)]])
    expect(recording.rows('expect-bills')).toEqual([[idOf(1), 7, 3, 8n]])
  })

  test('as of when all of the bill is owed', async () => {
    const later = new Date(now.getTime() + 1)
    const { transactions } = await correct(paymentSample({ unapplied_amount: 70n }), (correction) =>
      correction.apply(billSample(1, 100n, { owed_since: later }), 60n),
    )
    expect(transactions[0]?.effective_at).toBe(later.toISOString())
  })

  test('only where it is that of a customer', () => {
    const correction = new Correction(context, paymentSample({ unapplied_amount: 70n, customer_id: null }))
    expect(() => correction.apply(billSample(1, 100n), 60n)).toThrow('only the money of a customer is applied')
  })
})

describe('an application is undone', () => {
  test('in part: its money is unapplied, and the bill is owed again', async () => {
    const payment = paymentSample({ applied_amount: 60n, unapplied_amount: 1n })
    const bill = billSample(1, 40n)
    const application = applicationSample(9, bill, 60n, 5n)
    const { transactions, events, recording } = await correct(payment, (correction) =>
      correction.unapply(application, bill, 20n, 'Wrong bill.'),
    )
    const transaction = transactions[0]?.id as string
    expect(transactions).toEqual([
      {
        id: transaction,
        kind: 'application_reversal',
        source: idOf(9),
        reason: 'Wrong bill.',
        effective_at: at,
        accounts: { unapplied: -20n, [bill.id]: 20n },
      },
    ])
    expect(amountsOfPayment(payment)).toEqual({ applied: 40n, unapplied: 21n })
    expect(application).toEqual({
      ...applicationSample(9, bill, 60n, 25n),
      version: 3n,
      updated_at: now,
    })
    const reversal = events[0]?.id as string
    const data = {
      ...toldOf(9, bill),
      amount: 20,
      object_version: 3,
      sequence: 5,
      balance_before: 40,
      balance_after: 60,
      cause: 'application_reversal',
      amount_applied: 60,
      amount_reversed: 25,
      reason: 'Wrong bill.',
    }
    expect(events).toEqual([
      { id: reversal, bucket: 7, type: 'obligation.amount_reversed', subject: reversal, created_at: at, data },
    ])
    expect(reversal).toMatch(/0007$/)
    expect(recording.of('update-applications')).toEqual([
      { name: 'update-applications', rows: [[idOf(9), 7, 3, 25n, 3n]], others: [now] },
    ])
    expect(recording.of('write-application-reversals')).toEqual([
      {
        name: 'write-application-reversals',
        rows: [[reversal, 7, 3, idOf(9), null, null, 20n, 'Wrong bill.', transaction, null]],
        others: [now],
      },
    ])
  })

  test('up to all of it, and not a unit more', () => {
    const bill = billSample(1, 40n)
    const correction = new Correction(context, paymentSample({ applied_amount: 60n }))
    correction.unapply(applicationSample(8, bill, 60n, 40n), bill, 20n, 'Wrong bill.')
    expect(() => correction.unapply(applicationSample(9, bill, 60n, 40n), bill, 21n, 'Wrong bill.')).toThrow(
      'no more is reversed than was applied',
    )
  })

  test('twice in one go: it is updated once, to the amount of both', async () => {
    const bill = billSample(1, 40n)
    const application = applicationSample(9, bill, 60n)
    const { recording, events } = await correct(paymentSample({ applied_amount: 60n }), (correction) => {
      correction.unapply(application, bill, 20n, 'First.')
      correction.unapply(application, bill, 10n, 'Second.')
    })
    expect(recording.rows('update-applications')).toEqual([[idOf(9), 7, 3, 30n, 4n]])
    expect(events).toMatchObject([
      { data: { amount: 20, amount_reversed: 20, object_version: 3, sequence: 5 } },
      { data: { amount: 10, amount_reversed: 30, object_version: 4, sequence: 6 } },
    ])
  })
})

describe('money that was on its way to the payer', () => {
  test('has left the account that it was paid from, and the payment stays as it is', async () => {
    const payment = paymentSample({ refunded_amount: 30n })
    const { returned, transactions, events } = await correct(payment, (correction) =>
      correction.payOut({ source_id: idOf(5), reason: 'Asked for.', account: 'clearing:eft', amount: 30n }),
    )
    expect(transactions).toEqual([
      {
        id: returned,
        kind: 'refund_succeeded',
        source: idOf(5),
        reason: 'Asked for.',
        effective_at: at,
        accounts: { refunds: 30n, 'clearing:eft': -30n },
      },
    ])
    expect([amountsOfPayment(payment), events]).toEqual([{ refunded: 30n }, []])
  })
})

describe('a correction', () => {
  test('is of a payment whose money has arrived', () => {
    for (const status of ['failed', 'started'] as const) {
      const payment = paymentSample({ status: status as never })
      expect(() => new Correction(context, payment)).toThrow('only money that has arrived is corrected')
    }
  })

  test('writes the amounts of its payment, with whose it is and when, also where no application changes', async () => {
    const payment = paymentSample({
      ...{ applied_amount: 1n, unapplied_amount: 2n, reversed_amount: 3n, refunded_amount: 4n, direct_amount: 5n },
      ...{ suspense_amount: 6n, transferred_amount: 7n },
    })
    const { recording } = await correct(payment, () => {})
    expect(recording.statements).toEqual([
      {
        name: 'correct-payment',
        rows: [],
        others: [3, payment.id, 7, 1n, 2n, 3n, 4n, 5n, now, 6n, 7n],
      },
    ])
  })

  test('writes new applications, and who caused its transactions', async () => {
    const { recording, returned, transactions } = await correct(paymentSample({ unapplied_amount: 70n }), (one) =>
      one.apply(billSample(1, 100n), 60n),
    )
    const { id } = returned as ReturnType<Correction['apply']>
    expect(recording.rows('write-applications')).toEqual([
      [id, 7, 3, idOf(0xc1), idOf(0xf1), idOf(1), 'bill', 'ZAR', 60n, transactions[0]?.id],
    ])
    const cause = [...Object.values(place), 'application', id, null, null, null, 'req_1', 'key:1', at]
    expect(recording.rows('write-transactions')).toEqual([[transactions[0]?.id, ...cause]])
  })

  test('fails unless its payment and every application that it changes are there to be updated', async () => {
    const corrected = () => {
      const correction = new Correction(context, paymentSample({ applied_amount: 60n }))
      const bill = billSample(1, 40n)
      correction.unapply(applicationSample(9, bill, 60n), bill, 20n, 'Wrong bill.')
      return correction
    }
    for (const gone of ['correct-payment', 'update-applications']) {
      const recording = new Recording(undefined, { [gone]: 0 })
      await expect(corrected().write(recording)).rejects.toThrow('every locked row is updated')
    }
    await corrected().write(new Recording())
  })

  test('is written with others that share its journal, and with no other', async () => {
    const journal = new Journal(now)
    const payments = [1, 2].map((number) => paymentSample({ id: idOf(number), unapplied_amount: 10n }))
    const bills = [3, 4].map((number) => billSample(number, 50n))
    const corrections = payments.map((payment) => new Correction(context, payment, journal))
    const ids = corrections.map((one, index) => one.apply(bills[index] as never, 10n).id)
    const [first, second] = corrections as [Correction, Correction]
    expect(first.journal).toBe(journal)
    const { recording, events } = await written(first, [second])
    expect(events.map(({ subject }) => subject)).toEqual(ids)
    expect(recording.of('correct-payment').map(({ others }) => others[1])).toEqual([idOf(1), idOf(2)])
    expect(recording.rows('write-applications').map(([id]) => id)).toEqual(ids)
    expect(recording.of('write-entries')).toHaveLength(1)
    const foreign = new Correction(context, paymentSample({}))
    await expect(written(first, [second, foreign])).rejects.toThrow('what is written together is entered together')
    await expect(written(first, [foreign])).rejects.toThrow('what is written together is entered together')
  })

  test('tells of something by its id, in the bucket of the payment; of the payment where that is said', async () => {
    const data = { amount: 1 } as never
    const payment = paymentSample({ id: idOf(0xf1).replace(/0007$/, '0008') })
    const { events } = await correct(payment, (correction) => {
      correction.tell('payment.reversed', idOf(1), data)
      correction.tell('payment.reversed', idOf(1), data, payment.id)
    })
    const told = { id: idOf(1), bucket: 8, type: 'payment.reversed', created_at: at, data: { amount: 1 } }
    expect(events).toEqual([
      { ...told, subject: idOf(1) },
      { ...told, subject: payment.id },
    ])
  })
})
