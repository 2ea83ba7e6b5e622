import { describe, expect, test } from 'vitest'
import { formatId } from '../../../src/core/id/id.ts'
import { bigintArray, integerArray, textArray, timeArray, uuidArray } from '../../../src/database/arrays.ts'
import type { NewEvent } from '../../../src/events/outbox.ts'
import { wholeBody } from '../../../src/events/personal.ts'
import type { AppliedPayment } from '../../../src/ledger/payments/command.ts'
import {
  appliedEvents,
  insertApplications,
  openPayments,
  paymentEvents,
  unappliedEvents,
  writeApplications,
  writePayments,
} from '../../../src/ledger/payments/write.ts'
import { idOf, minutes, noteStatements, now, owes, owesBill, payer } from '../receivables.ts'
import { commandOf, enter, overAll, paymentId } from './arrivals.ts'

const [a, b] = [idOf(10), idOf(11)]
const second = idOf(51, 8)
const started = { version: 2n, created_at: minutes(-20) } as never
const session = { kind: 'session' as const, processor_reference: 'ch_1', checkout_id: undefined }

/** What the statements of a write are sent with. */
async function sentBy(write: (connection: ReturnType<typeof noteStatements>['connection']) => Promise<unknown>) {
  const { connection, sent } = noteStatements()
  await write(connection)
  return sent
}
const rowsOf = (...applied: AppliedPayment[]) => applied.map((one) => ({ applied: one }))

describe('payments are written', () => {
  const replaced = idOf(40)
  const fingerprint = Buffer.from('f')
  const recorded = [
    enter(commandOf(overAll, {}, { metadata: { flat: '4' }, details: { text: 'Rent' } }), [owes(a, 30n)]).applied,
    enter(
      commandOf(
        { kind: 'unidentified' },
        { claim: { kind: 'replace', reference: 'R 2', fingerprint, replaces: replaced } },
        { id: second, amount: 7n },
      ),
      [],
    ).applied,
  ] as const
  const direct = enter(
    commandOf({ kind: 'direct' }, { claim: { ...session, method_details: { type: 'card' } as never } }),
    [],
    started,
  ).applied
  const plain = enter(
    commandOf(overAll, { claim: session }, { id: second }),
    [owes(a, 30n, { bucket: 8 })],
    started,
  ).applied

  test('as they were recorded, each amount in its column', async () => {
    const announced = { notice: {} as never, checkout: { id: idOf(60) } as never }
    const alone = { ...announced, checkout: undefined }
    const rows = rowsOf({ ...recorded[0], announced }, { ...recorded[1], announced: alone })
    expect(await sentBy((connection) => writePayments(connection, rows, now))).toEqual([
      [
        'write-payments',
        [
          uuidArray([paymentId, second]),
          integerArray([7, 8]),
          integerArray([3, 3]),
          uuidArray([payer, null]),
          textArray(['eft', 'eft']),
          textArray(['R 1', 'R 2']),
          textArray(['ZAR', 'ZAR']),
          bigintArray([100n, 7n]),
          bigintArray([30n, 0n]),
          bigintArray([70n, 0n]),
          recorded.map(({ explanation }) => JSON.stringify(explanation)).join('\x1e'),
          '{"flat":"4"}\x1e{}',
          timeArray([minutes(-10), minutes(-10)]),
          now,
          uuidArray([null, replaced]),
          bigintArray([0n, 0n]),
          uuidArray([idOf(60), null]),
          '{"text":"Rent"}\x1e',
          bigintArray([0n, 7n]),
        ],
      ],
    ])
  })

  test('as a session that has begun them completes them', async () => {
    const rows = rowsOf(direct, plain)
    expect(await sentBy((connection) => writePayments(connection, rows, now))).toEqual([
      [
        'complete-session-payments',
        [
          uuidArray([paymentId, second]),
          integerArray([7, 8]),
          integerArray([3, 3]),
          bigintArray([0n, 30n]),
          bigintArray([0n, 70n]),
          bigintArray([100n, 0n]),
          textArray([direct, plain].map(({ explanation }) => JSON.stringify(explanation))),
          textArray(['{"type":"card"}', null]),
          timeArray([minutes(-10), minutes(-10)]),
          now,
          2,
          bigintArray([100n, 100n]),
        ],
      ],
    ])
  })

  test('both at once, and nothing where there are none', async () => {
    const sent = await sentBy((connection) => writePayments(connection, rowsOf(recorded[0], direct), now))
    expect(sent.map(([name]) => name)).toEqual(['write-payments', 'complete-session-payments'])
    expect(await sentBy((connection) => writePayments(connection, [], now))).toEqual([])
  })
})

test('each line is written as what it applied', async () => {
  const { applied } = enter(commandOf(overAll), [owes(a, 30n), owesBill(b, 20n)])
  const ids = applied.lines.map(({ obligation_id }) => obligation_id)
  expect(await sentBy((connection) => writeApplications(connection, rowsOf(applied), now))).toEqual([
    [
      'write-applications',
      [
        uuidArray(ids),
        integerArray([7, 7]),
        integerArray([3, 3]),
        uuidArray([payer, payer]),
        uuidArray([paymentId, paymentId]),
        uuidArray([a, b]),
        textArray(['account', 'bill']),
        textArray(['ZAR', 'ZAR']),
        bigintArray([30n, 20n]),
        uuidArray([applied.transaction_id, applied.transaction_id]),
        now,
      ],
    ],
  ])
  expect(await sentBy((connection) => insertApplications(connection, [], now))).toEqual([])
})

test('what is unidentified or unapplied waits for a decision, and what is not does not', async () => {
  const { applied: suspense } = enter(commandOf({ kind: 'unidentified' }), [])
  const { applied: unapplied } = enter(commandOf(overAll, {}, { id: second }), [owes(a, 99n, { bucket: 8 })])
  const { applied: whole } = enter(commandOf(overAll), [owes(a, 100n)])
  expect(await sentBy((connection) => openPayments(connection, rowsOf(suspense, unapplied, whole)))).toEqual([
    [
      'open-payments',
      [
        uuidArray([paymentId, second]),
        integerArray([7, 8]),
        integerArray([3, 3]),
        textArray(['unidentified', 'unapplied']),
      ],
    ],
  ])
  expect(await sentBy((connection) => openPayments(connection, rowsOf(whole)))).toEqual([])
})

/** An event with all that it tells. */
function told({ body, personal, ...event }: NewEvent) {
  return { ...event, data: JSON.parse(wholeBody({ body, personal })).data }
}

const at = now.toISOString()
const inPlace = { bucket: 7, environment_id: 3, created_at: now, traceparent: null }
const ofPayment = {
  currency: 'ZAR',
  payment_id: formatId('payment', paymentId),
  metadata: { flat: '4' },
  created_at: at,
  updated_at: at,
}
const withMetadata = { metadata: { flat: '4' } }

describe('a payment is told', () => {
  const paidBill = {
    amount_due: 20n,
    amount_adjusted: 0n,
    amount_written_off: 0n,
    bill_version: 1n,
    bill_created_at: now,
    bill_date: '2026-11-01',
  }

  test('by each application, with the balance before and after, and by each bill that it leaves paid', () => {
    const owed = [owes(a, 30n), owesBill(b, 20n, paidBill), owesBill(idOf(12), 90n, paidBill)]
    const { applied, receivables } = enter(commandOf(overAll, {}, withMetadata), owed)
    const events = appliedEvents(applied, receivables)
    expect(events.map(({ type, subject_id }) => [type, subject_id])).toEqual([
      ['obligation.amount_applied', applied.lines[0]?.obligation_id],
      ['obligation.amount_applied', applied.lines[1]?.obligation_id],
      ['bill.paid', b],
      ['obligation.amount_applied', applied.lines[2]?.obligation_id],
    ])
    const obligation = applied.lines[2]?.obligation_id as string
    expect(told(events[3] as NewEvent)).toEqual({
      ...inPlace,
      id: obligation,
      type: 'obligation.amount_applied',
      subject_id: obligation,
      data: {
        ...ofPayment,
        id: formatId('obligation', obligation),
        amount: 50,
        bill_id: formatId('bill', idOf(12)),
        applied_to: {
          type: 'bill',
          id: formatId('bill', idOf(12)),
          external_reference: `ref ${idOf(12)}`,
          customer: formatId('customer', payer),
        },
        sequence: 5,
        balance_before: 90,
        balance_after: 40,
        cause: 'payment',
        object_version: 1,
        explanation: { ...applied.explanation, applied_count: 3 },
      },
    })
  })

  test('by what of it stays unapplied, and by nothing where nothing does', () => {
    const { applied, receivables } = enter(commandOf(overAll, {}, withMetadata), [owes(a, 30n)])
    const [event, ...others] = unappliedEvents(applied, 6n)
    expect(others).toEqual([])
    expect(told(event as NewEvent)).toEqual({
      ...inPlace,
      id: expect.stringMatching(/0007$/),
      type: 'payment.amount_unapplied',
      subject_id: paymentId,
      data: {
        ...ofPayment,
        amount: 70,
        customer_id: formatId('customer', payer),
        object_version: 6,
        explanation: { ...applied.explanation, applied_count: 1 },
      },
    })
    expect(unappliedEvents(enter(commandOf(overAll), [owes(a, 100n)]).applied, 6n)).toEqual([])
    const versions = paymentEvents(applied, receivables).map((one) => [one.type, told(one).data.object_version])
    expect(versions).toEqual([
      ['obligation.amount_applied', 1],
      ['payment.amount_unapplied', 1],
    ])
  })

  test('with twenty lines of its explanation at most, and how many there are', () => {
    const owed = Array.from({ length: 45 }, (_, at) => owes(idOf(100 + at), at < 21 ? 1n : 0n))
    const { applied } = enter(commandOf(overAll), owed)
    const { explanation } = told(unappliedEvents(applied, 1n)[0] as NewEvent).data
    expect([explanation.applied.length, explanation.skipped.length, explanation.applied_count]).toEqual([20, 20, 21])
    expect(explanation.applied).toEqual(applied.explanation.applied.slice(0, 20))
    expect(explanation.skipped).toEqual(applied.explanation.skipped.slice(0, 20))
  })

  test('that a session began, by its success too, and by the version which that leaves', () => {
    const details = { type: 'card' } as never
    const command = commandOf(overAll, { claim: { ...session, method_details: details } }, withMetadata)
    const { applied, receivables } = enter(command, [owes(a, 30n)], started)
    const [, succeeded, unapplied, ...others] = paymentEvents(applied, receivables)
    expect(others).toEqual([])
    expect(told(succeeded as NewEvent)).toEqual({
      ...inPlace,
      id: expect.stringMatching(/0007$/),
      type: 'payment.succeeded',
      subject_id: paymentId,
      data: {
        id: formatId('payment', paymentId),
        status: 'succeeded',
        customer_id: formatId('customer', payer),
        channel: 'eft',
        amount: 100,
        currency: 'ZAR',
        applied_amount: 30,
        unapplied_amount: 70,
        direct_amount: 0,
        payment_method_details: details,
        metadata: { flat: '4' },
        mode: 'live',
        received_at: minutes(-10).toISOString(),
        created_at: minutes(-20).toISOString(),
        updated_at: at,
        object_version: 3,
      },
    })
    expect(told(unapplied as NewEvent).data.object_version).toBe(3)
  })

  test('without a customer and without details where it has none', () => {
    for (const claim of [session, commandOf(overAll).claim]) {
      const { applied, receivables } = enter(commandOf({ kind: 'direct' }, { claim }), [], started)
      const [succeeded, ...others] = paymentEvents(applied, receivables)
      expect(others).toEqual([])
      const { data } = told(succeeded as NewEvent)
      expect(data).toMatchObject({ direct_amount: 100 })
      expect(Object.keys(data)).not.toEqual(expect.arrayContaining(['customer_id']))
      expect(Object.keys(data)).not.toEqual(expect.arrayContaining(['payment_method_details']))
    }
  })
})
