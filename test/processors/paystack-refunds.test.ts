import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { syncDueRefunds } from '../../src/payments/refund/sync-due-refunds.ts'
import type { FakePaystackRefund, FakeTransaction } from '../fakes/paystack-books.ts'
import { begin, type Merchant, startMerchant } from './merchant.ts'

let merchant: Merchant
let callbackUrl: string
beforeAll(async () => {
  merchant = await startMerchant()
  callbackUrl = await merchant.switchOnPaystack()
})
afterAll(() => merchant.stop())
afterEach(() => {
  Object.assign(merchant.paystack.faults, {
    lose_answer: false,
    status: undefined,
    refund_status: undefined,
    refund_refused: false,
  })
  merchant.logged.length = 0
})

const last = () => merchant.paystack.refunds.at(-1) as FakePaystackRefund

/** An account of which R 20.00 was paid through Paystack. */
async function paid() {
  const account = await merchant.account()
  await begin(account.presentment_url)
  const transaction = merchant.paystack.transactions.at(-1) as FakeTransaction
  merchant.paystack.pay(transaction)
  await merchant.send(callbackUrl, merchant.paystack.callback(transaction))
  const { data } = (await merchant.live('GET', `/billing/payments?account=${account.id}`)).body
  return { account, transaction, payment: data[0] as { id: string } }
}

const refund = async (payment: { id: string }, amount: number) =>
  merchant.live('POST', `/collect/payments/${payment.id}/refunds`, { amount, reason: 'Cancelled' })
const stateOf = async ({ id }: { id: string }) => (await merchant.live('GET', `/billing/refunds/${id}`)).body
const call = (about = last()) => merchant.send(callbackUrl, merchant.paystack.refundCallback(about))
const posted = () => merchant.paystack.calls.filter((one) => one === 'POST /refund').length

async function later(seconds: number) {
  merchant.server.clock.advance(seconds * 1_000)
  await syncDueRefunds(merchant.server.app)
}

describe('a refund through Paystack', () => {
  test('of a part is pending, processing, and succeeds by a callback that has no id', async () => {
    const { account, transaction, payment } = await paid()
    const { status, body } = await refund(payment, 500)
    expect([status, body.status]).toEqual([201, 'pending'])
    expect(last()).toMatchObject({ transaction: transaction.id, amount: 500, merchant_note: body.id })
    last().status = 'processing'
    await call()
    expect((await stateOf(body)).status).toBe('pending')
    last().status = 'processed'
    expect(await call()).toBe(200)
    expect((await stateOf(body)).status).toBe('succeeded')
    expect(await merchant.balance(account)).toBe(500)
  })

  test('needs no callback: the job asks', async () => {
    const { payment } = await paid()
    const { body } = await refund(payment, 2000)
    last().status = 'processed'
    await later(60)
    expect((await stateOf(body)).status).toBe('succeeded')
  })

  test('that needs attention is pending, and the log says what to do', async () => {
    const { payment } = await paid()
    const { body } = await refund(payment, 500)
    last().status = 'needs-attention'
    await call()
    expect((await stateOf(body)).status).toBe('pending')
    expect(merchant.logged).toContain('a refund waits for the merchant')
  })

  test('that fails after it had succeeded is money again', async () => {
    const { account, payment } = await paid()
    const { body } = await refund(payment, 500)
    last().status = 'processed'
    await call()
    last().status = 'failed'
    await call()
    expect(await stateOf(body)).toMatchObject({ status: 'failed', failure: { code: 'failed' } })
    expect(await merchant.balance(account)).toBe(0)
  })

  test('that is refused has failed, and the money is back', async () => {
    const { account, payment } = await paid()
    merchant.paystack.faults.refund_refused = true
    const { status, body } = await refund(payment, 500)
    expect([status, body.status, body.failure.code]).toEqual([201, 'failed', 'invalid_params'])
    expect(await merchant.balance(account)).toBe(0)
  })
})

describe('a refund whose answer is lost', () => {
  test('is found by its note, and sent once', async () => {
    const { payment } = await paid()
    merchant.paystack.faults.lose_answer = true
    const { body } = await refund(payment, 500)
    expect(body.status).toBe('pending')
    merchant.paystack.faults.lose_answer = false
    last().status = 'processed'
    const before = posted()
    await later(60)
    expect((await stateOf(body)).status).toBe('succeeded')
    expect(posted()).toBe(before)
  })

  test('is not called failed because nobody may look for it', async () => {
    const { payment } = await paid()
    merchant.paystack.faults.lose_answer = true
    const { body } = await refund(payment, 2000)
    merchant.paystack.faults.lose_answer = false
    merchant.paystack.faults.status = 400
    await later(60)
    expect((await stateOf(body)).status).toBe('pending')
    merchant.paystack.faults.status = undefined
    last().status = 'processed'
    await later(600)
    expect((await stateOf(body)).status).toBe('succeeded')
  })

  test('and comes through while it is asked for again is that refund', async () => {
    const { payment } = await paid()
    merchant.paystack.faults.lose_answer = true
    const { body } = await refund(payment, 2000)
    merchant.paystack.faults.lose_answer = false
    // The first look does not show it yet.
    merchant.paystack.faults.hidden_lists = 1
    await later(60)
    expect([(await stateOf(body)).status, merchant.paystack.faults.hidden_lists]).toEqual(['pending', 0])
    last().status = 'processed'
    await call()
    expect((await stateOf(body)).status).toBe('succeeded')
  })

  test('is asked for by one at a time, though the job comes by while the request still waits', async () => {
    const { payment } = await paid()
    merchant.paystack.faults.status = 500
    const { body } = await refund(payment, 500)
    merchant.paystack.faults.status = undefined
    await merchant.server.database.owner.query("update refund set next_check_at = created_at where status = 'pending'")
    const before = posted()
    await Promise.all([1, 2, 3].map(() => later(5)))
    expect(posted()).toBe(before)
    merchant.server.clock.advance(60_000)
    await merchant.server.database.owner.query("update refund set next_check_at = created_at where status = 'pending'")
    await Promise.all([1, 2, 3].map(() => later(0)))
    expect(posted()).toBe(before + 1)
    expect((await stateOf(body)).status).toBe('pending')
  })

  test('of the same amount as another is another', async () => {
    const { account, payment } = await paid()
    const [one, other] = await Promise.all([refund(payment, 500), refund(payment, 500)])
    expect(
      merchant.paystack.refunds
        .slice(-2)
        .map(({ merchant_note }) => merchant_note)
        .sort(),
    ).toEqual([one.body.id, other.body.id].sort())
    expect(await merchant.balance(account)).toBe(1000)
  })
})
