import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { syncDueRefunds } from '../../src/payments/refund/sync-due-refunds.ts'
import type { FakeSession } from '../fakes/stripe.ts'
import type { FakeRefund } from '../fakes/stripe-refunds.ts'
import { begin, type Merchant, startMerchant, webhookSecret } from './merchant.ts'

let merchant: Merchant
let callbackUrl: string
beforeAll(async () => {
  merchant = await startMerchant()
  callbackUrl = await merchant.switchOn()
})
afterAll(() => merchant.stop())
afterEach(() => {
  Object.assign(merchant.stripe.faults, {
    refund_status: undefined,
    refund_refused: undefined,
    lose_refund: false,
    status: undefined,
  })
  merchant.logged.length = 0
})

/** An account of which R 20.00 was paid through Stripe. */
async function paid() {
  const account = await merchant.account()
  await begin(account.presentment_url)
  const session = merchant.stripe.sessions.at(-1) as FakeSession
  merchant.stripe.pay(session)
  await merchant.call(callbackUrl, session)
  const { data } = (await merchant.live('GET', `/billing/payments?account=${account.id}`)).body
  return { account, session, payment: data[0] as { id: string } }
}

const refund = async (payment: { id: string }, amount: number) =>
  merchant.live('POST', `/collect/payments/${payment.id}/refunds`, { amount, reason: 'Cancelled' })
const stateOf = async ({ id }: { id: string }) => (await merchant.live('GET', `/billing/refunds/${id}`)).body
const last = () => merchant.stripe.refunds.at(-1) as FakeRefund
const call = (about: FakeRefund, type = 'refund.updated') =>
  merchant.send(callbackUrl, merchant.stripe.refundCallback(about, webhookSecret, { type }))

async function later(seconds: number) {
  merchant.server.clock.advance(seconds * 1_000)
  await syncDueRefunds(merchant.server.app)
}

describe('a refund through Stripe', () => {
  test('is sent of a part, and of the rest', async () => {
    const { account, session, payment } = await paid()
    const first = await refund(payment, 500)
    expect([first.status, first.body.status]).toEqual([201, 'succeeded'])
    expect(last()).toMatchObject({
      payment_intent: `pi_${session.id.slice(8)}`,
      amount: 500,
      metadata: { refund_id: first.body.id },
    })
    expect((await refund(payment, 1500)).body.status).toBe('succeeded')
    expect(await merchant.balance(account)).toBe(2000)
  })

  test('that is pending succeeds by a callback', async () => {
    const { payment } = await paid()
    merchant.stripe.faults.refund_status = 'pending'
    const { body } = await refund(payment, 500)
    expect(body.status).toBe('pending')
    last().status = 'succeeded'
    expect(await call(last())).toBe(200)
    expect((await stateOf(body)).status).toBe('succeeded')
  })

  test.each(['requires_action', 'dreaming'])('that is %s is looked at again by the job', async (word) => {
    const { payment } = await paid()
    merchant.stripe.faults.refund_status = word
    const { body } = await refund(payment, 500)
    expect(body.status).toBe('pending')
    last().status = 'succeeded'
    await later(60)
    expect((await stateOf(body)).status).toBe('succeeded')
  })

  test('that a bank sends back after it had succeeded is money again', async () => {
    const { account, payment } = await paid()
    const { body } = await refund(payment, 500)
    expect(await merchant.balance(account)).toBe(500)
    Object.assign(last(), { status: 'failed', failure_reason: 'lost_or_stolen_card' })
    await call(last(), 'refund.failed')
    expect(await stateOf(body)).toMatchObject({ status: 'failed', failure: { code: 'lost_or_stolen_card' } })
    expect(await merchant.balance(account)).toBe(0)
    await call(last(), 'refund.failed')
    expect(await merchant.balance(account)).toBe(0)
  })

  test('that was cancelled at Stripe has failed', async () => {
    const { payment } = await paid()
    merchant.stripe.faults.refund_status = 'pending'
    const { body } = await refund(payment, 500)
    last().status = 'canceled'
    await call(last())
    expect(await stateOf(body)).toMatchObject({ status: 'failed', failure: { code: 'canceled' } })
  })

  test.each(['charge_already_refunded', 'charge_disputed'])('that is refused with %s has failed', async (code) => {
    const { account, payment } = await paid()
    merchant.stripe.faults.refund_refused = code
    const { status, body } = await refund(payment, 500)
    expect([status, body.status, body.failure.code]).toEqual([201, 'failed', code])
    expect(await merchant.balance(account)).toBe(0)
  })

  test.each([
    ['whose key Stripe no longer takes', 401],
    ['that cannot be looked for', 400],
  ])('%s waits until it can', async (_what, status) => {
    const { payment } = await paid()
    merchant.stripe.faults.status = status
    const { body } = await refund(payment, 500)
    expect(body.status).toBe('pending')
    merchant.stripe.faults.status = undefined
    await later(60)
    expect((await stateOf(body)).status).toBe('succeeded')
  })
})

describe('a refund whose answer is lost', () => {
  test('is sent once, also when Stripe has forgotten the key', async () => {
    const { payment } = await paid()
    const before = merchant.stripe.refunds.length
    merchant.stripe.faults.lose_refund = true
    const { status, body } = await refund(payment, 500)
    expect([status, body.status]).toEqual([201, 'pending'])
    merchant.stripe.faults.lose_refund = false
    const posted = () => merchant.stripe.calls.filter((one) => one === 'POST /v1/refunds').length
    const asked = posted()
    await later(2 * 86_400)
    expect((await stateOf(body)).status).toBe('succeeded')
    expect([merchant.stripe.refunds.length - before, posted() - asked]).toEqual([1, 0])
  })

  test('is asked for by one at a time, however many look after it', async () => {
    const { payment } = await paid()
    merchant.stripe.faults.status = 500
    const { body } = await refund(payment, 500)
    merchant.stripe.faults.status = undefined
    const { pool } = merchant.server.database
    await pool.query("update refund set next_check_at = now() - interval '1 year' where status = 'pending'")
    await later(10)
    expect((await stateOf(body)).status).toBe('pending')
    await later(40)
    expect((await stateOf(body)).status).toBe('succeeded')
  })
})

test('a processor with refunds on their way is not forgotten', async () => {
  const { payment } = await paid()
  merchant.stripe.faults.refund_status = 'pending'
  const { body } = await refund(payment, 500)
  await merchant.live('PATCH', '/settings/processors/stripe', { enabled: false })
  const kept = await merchant.live('DELETE', '/settings/processors/stripe')
  expect([kept.status, kept.body.code]).toEqual([409, 'payment_in_progress'])
  last().status = 'succeeded'
  await call(last())
  expect((await stateOf(body)).status).toBe('succeeded')
  expect((await merchant.live('DELETE', '/settings/processors/stripe')).status).toBe(200)
})
