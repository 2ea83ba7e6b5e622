import { describe, expect, test } from 'vitest'
import { formatId, type Id } from '../../../src/core/id/id.ts'
import { integerArray, uuidArray } from '../../../src/database/arrays.ts'
import type { CheckoutRow } from '../../../src/ledger/checkouts/checkout.ts'
import type { NoticeRow } from '../../../src/ledger/notices/notice.ts'
import { completeCheckout, completeCheckouts, paidEvent, payCheckouts } from '../../../src/ledger/payments/checkouts.ts'
import type { PaymentCommand } from '../../../src/ledger/payments/command.ts'
import { noticeOf, settledEvent, settleNotices, writeSettledNotices } from '../../../src/ledger/payments/notices.ts'
import { checkoutRow } from '../checkouts/rows.ts'
import { idOf, minutes, noteStatements, now, payer } from '../receivables.ts'
import { commandOf, enter, overAll, paymentId } from './arrivals.ts'

const environment = { id: 3, mode: 'live' } as const
const checkout = (more: Partial<CheckoutRow> = {}): CheckoutRow => ({ ...checkoutRow, ...more })
const notice = (more: Partial<NoticeRow> = {}): NoticeRow => ({
  id: idOf(30),
  bucket: 7,
  environment_id: 3,
  code: 'ABC',
  status: 'announced',
  customer_id: payer,
  target_id: null,
  checkout_id: checkoutRow.id,
  checkout_kind: 'session',
  currency: 'ZAR',
  amount: 100n,
  chosen_ids: [],
  chosen_kinds: [],
  chosen_amounts: [],
  settled_by: null,
  version: 1n,
  announced_at: null,
  settled_at: null,
  expires_at: minutes(60),
  created_at: minutes(-60),
  updated_at: minutes(-60),
  ...more,
})

const applied = (more: Partial<PaymentCommand> = {}, amount = 100n) =>
  enter(commandOf(overAll, more, { amount }), []).applied
/** A payment that is an attempt to pay a session. */
const attempt = (checkout_id: Id | undefined, amount = 100n) =>
  applied({ claim: { kind: 'session', processor_reference: 'ch_1', checkout_id } }, amount)
const paid = {
  status: 'paid',
  payment_id: paymentId,
  last_payment_error: null,
  version: 2n,
  updated_at: now,
} as const
const failed = { last_payment_error: { error_code: 'declined', message: 'No.' } }

/** What is sent when a session is completed by a payment. */
const completion = [
  'complete-checkouts',
  [uuidArray([checkoutRow.id]), integerArray([7]), integerArray([3]), uuidArray([paymentId]), now, 1],
]

describe('a request or session', () => {
  const pay = (one: ReturnType<typeof applied>, row: CheckoutRow) =>
    payCheckouts([one], new Map([[row.id, row]])).map((each) => each.row)

  test('is paid by a payment of it that is as much as it asks for, or more', () => {
    for (const amount of [100n, 101n]) {
      const row = checkout(failed)
      expect(pay(attempt(row.id, amount), row)).toEqual([row])
      expect(row).toEqual({ ...checkoutRow, ...paid })
    }
  })

  test('is not by one that is a unit less, by one of another, or where it is paid already', () => {
    for (const [one, row] of [
      [attempt(checkoutRow.id, 99n), checkout()],
      [attempt(idOf(21)), checkout()],
      [attempt(undefined), checkout()],
      [applied(), checkout()],
      [attempt(checkoutRow.id), checkout({ status: 'paid' })],
    ] as const) {
      const before = { ...row }
      expect(pay(one, row)).toEqual([])
      expect(row).toEqual(before)
    }
  })

  test('is paid once by a batch of payments, the first of them', () => {
    const row = checkout()
    const [first, second] = [attempt(row.id), attempt(row.id)]
    expect(payCheckouts([first, second], new Map([[row.id, row]]))).toEqual([{ row, applied: first }])
  })

  test('is paid by a recorded payment that came with the notice for it', () => {
    const row = checkout()
    const one = { ...applied(), announced: { notice: notice(), checkout: row } }
    expect(payCheckouts([one], new Map())).toEqual([{ row, applied: one }])
    expect(payCheckouts([{ ...one, announced: { notice: notice(), checkout: undefined } }], new Map())).toEqual([])
  })

  test('is told and written as the payment leaves it', async () => {
    const row = checkout()
    const [one] = payCheckouts([attempt(row.id)], new Map([[row.id, row]]))
    const { connection, sent } = noteStatements()
    await completeCheckouts(connection, one ? [one] : [], now)
    await completeCheckouts(connection, [], now)
    expect(sent).toEqual([completion])
    const event = one && paidEvent(one)
    expect(event).toMatchObject({ type: 'payment_session.completed', subject_id: row.id, created_at: now })
    expect(JSON.parse(event?.body ?? '').data).toMatchObject({
      payment_id: formatId('payment', paymentId),
      object_version: 2,
    })
  })

  test('is completed by a payment that was authorised for all that it asks', async () => {
    const context = { environment, now }
    const { connection, sent } = noteStatements()
    const row = checkout(failed)
    const events = await completeCheckout(connection, context, row, { id: paymentId, amount: 100n })
    expect(row).toEqual({ ...checkoutRow, ...paid })
    expect(events).toMatchObject([{ type: 'payment_session.completed', subject_id: row.id, created_at: now }])
    expect(sent).toEqual([completion])
    const other = checkout()
    expect(await completeCheckout(connection, context, other, { id: paymentId, amount: 99n })).toEqual([])
    expect(await completeCheckout(connection, context, row, { id: idOf(51), amount: 100n })).toEqual([])
    expect([other.status, row.payment_id, sent.length]).toEqual(['active', paymentId, 1])
  })
})

describe('the notice that came with a payment', () => {
  const coded = { notice: { id: idOf(30), checkout_id: checkoutRow.id } }
  const inputs = (row: NoticeRow, found = checkout()) => ({
    notices: new Map([[row.id, row]]),
    checkouts: new Map([[found.id, found]]),
  })

  test('is that of its customer, with what it is for', () => {
    const row = notice()
    expect(noticeOf(applied(coded), inputs(row))).toEqual({ notice: row, checkout: checkout() })
    expect(noticeOf(applied(coded), inputs(notice({ checkout_id: null })))?.checkout).toBeUndefined()
    expect(noticeOf(applied(coded), inputs(notice({ checkout_id: idOf(21) })))?.checkout).toBeUndefined()
    expect(noticeOf(applied(coded), inputs(row, checkout({ currency: 'USD' })))).toEqual({
      notice: row,
      checkout: undefined,
    })
  })

  test('is none where none came, where it is gone, or where the money is of another', () => {
    expect(noticeOf(applied(), inputs(notice()))).toBeUndefined()
    expect(noticeOf(applied(coded), inputs(notice({ id: idOf(31) })))).toBeUndefined()
    expect(noticeOf(applied(coded), inputs(notice({ customer_id: idOf(2) })))).toBeUndefined()
  })

  test('is settled by it, once, and told and written so', async () => {
    const row = notice()
    const one = { ...applied(), announced: { notice: row, checkout: undefined } }
    const settled = settleNotices([applied(), one, one])
    expect(settled).toEqual([{ row, applied: one }])
    const left = { status: 'settled', settled_by: paymentId, settled_at: now, updated_at: now, version: 2n } as const
    expect(row).toEqual(notice(left))
    const { connection, sent } = noteStatements()
    await writeSettledNotices(connection, settled, now)
    await writeSettledNotices(connection, [], now)
    expect(sent).toEqual([
      ['settle-notices', [uuidArray([row.id]), integerArray([7]), integerArray([3]), uuidArray([paymentId]), now, 1]],
    ])
    const [event] = settled.map(settledEvent)
    expect(event).toMatchObject({ type: 'transfer_notice.settled', subject_id: row.id, created_at: now })
    expect(JSON.parse(event?.body ?? '').data).toMatchObject({ status: 'settled', object_version: 2 })
  })
})
