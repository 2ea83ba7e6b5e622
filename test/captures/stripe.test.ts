import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { releaseAuthorisations } from '../../src/payments/capture/release-authorisations.ts'
import { syncDueCaptures } from '../../src/payments/capture/sync-due-captures.ts'
import type { FakeIntent } from '../fakes/stripe-intents.ts'
import { open, submit } from '../pages/payer.ts'
import { begin, type Merchant, startMerchant } from '../processors/merchant.ts'

let merchant: Merchant
beforeAll(async () => {
  merchant = await startMerchant()
  await merchant.switchOn()
})
afterAll(() => merchant.stop())
beforeEach(() => {
  merchant.stripe.intents.lose_answers = false
})

const lastIntent = () => merchant.stripe.intents.all.at(-1) as FakeIntent
const dayMs = 86_400_000

/** A session for an account that owes R 20.00, paid at Stripe's page: the amount is held there. */
async function held() {
  const account = await merchant.account()
  const options = { payment_method_options: { card: { capture_method: 'manual' } } }
  const asked = { amount: 2_000, currency: 'ZAR', account: account.id, options }
  const made = await merchant.live('POST', '/collect/payment_sessions', asked)
  expect(made.status).toBe(201)
  const page = await begin(made.body.session_url)
  const outcome = await submit(page.forms[0], { card: 'good' })
  expect(outcome.html).toContain('data-payment-status="pending"')
  const session = (await merchant.live('GET', `/collect/payment_sessions/${made.body.id}`)).body
  return { account, session, id: session.payment_id as string }
}

const payment = async (id: string) => (await merchant.live('GET', `/billing/payments/${id}`)).body
const capture = (id: string, body?: object) => merchant.live('POST', `/collect/payments/${id}/captures`, body)
const release = (id: string) => merchant.live('POST', `/collect/payments/${id}/voids`)
const amountsOf = async (id: string) => {
  const { authorised_amount, paid_amount, voided_amount, applied_amount } = await payment(id)
  return [authorised_amount, paid_amount, voided_amount, applied_amount]
}

async function later(ms: number) {
  merchant.server.clock.advance(ms)
  await syncDueCaptures(merchant.server.app)
  await releaseAuthorisations(merchant.server.app)
}

async function toldOf(id: string) {
  const { rows } = await merchant.server.database.pool.query<{ body: string }>(
    "select body from event where body::text like $1 and type in ('payment.captured', 'payment.voided') order by id",
    [`%"id":"${id}"%`],
  )
  return rows
    .map(({ body }) => JSON.parse(body))
    .map(({ type, data }) => [type, (data.capture ?? data.void).amount, data.void?.reason])
}

describe('an amount that Stripe holds', () => {
  test('is authorised, until Stripe lets go of it, and no money', async () => {
    const { account, session, id } = await held()
    expect(session).toMatchObject({ status: 'completed', payment_outcome: 'reserved' })
    expect(merchant.stripe.sessions.at(-1)?.params.get('payment_intent_data[capture_method]')).toBe('manual')
    const shown = await payment(id)
    expect(shown).toMatchObject({ authorised_amount: 2_000, paid_amount: 0, voided_amount: 0 })
    const until = lastIntent().authorised_at_s + 7 * 86_400
    expect(shown.authorization_expires_at).toBe(new Date(until * 1_000).toISOString())
    expect(await merchant.balance(account)).toBe(2_000)
    const gone = await merchant.live('DELETE', '/settings/processors/stripe')
    expect([gone.status, gone.body.code]).toEqual([409, 'payment_in_progress'])
  })

  test('is captured once: the rest is let go of, and told', async () => {
    const { account, id } = await held()
    const { status, body } = await capture(id, { amount: 1_500 })
    expect([status, body.paid_amount, body.voided_amount]).toEqual([201, 1_500, 500])
    expect(lastIntent()).toMatchObject({ status: 'succeeded', received: 1_500 })
    expect(await merchant.balance(account)).toBe(500)
    expect(await toldOf(id)).toEqual([
      ['payment.captured', 1_500, undefined],
      ['payment.voided', 500, 'partial_capture'],
    ])
    const again = await capture(id, { amount: 1 })
    expect(again.body.detail).toBe('The capture amount exceeds the remaining authorised amount.')
  })

  test('is captured by one of several captures at once', async () => {
    const { id } = await held()
    const answers = await Promise.all([capture(id, { amount: 700 }), capture(id, { amount: 800 }), capture(id)])
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409])
    const [, paid, voided] = await amountsOf(id)
    expect([paid + voided, paid]).toEqual([2_000, lastIntent().received])
  })

  test('is let go of', async () => {
    const { account, id } = await held()
    expect((await release(id)).body).toMatchObject({ paid_amount: 0, voided_amount: 2_000 })
    expect(lastIntent().status).toBe('canceled')
    expect(await merchant.balance(account)).toBe(2_000)
  })

  test('whose capture had no answer is asked again with the same key', async () => {
    const { account, id } = await held()
    merchant.stripe.intents.lose_answers = true
    expect((await capture(id, { amount: 1_200 })).body).toMatchObject({ paid_amount: 0, unconfirmed_amount: 2_000 })
    merchant.stripe.intents.lose_answers = false
    await later(31_000)
    expect(await amountsOf(id)).toEqual([2_000, 1_200, 800, 1_200])
    expect(await merchant.balance(account)).toBe(800)
  })

  test('whose capture had no answer for longer than Stripe keeps the key is known by what was captured', async () => {
    const { id } = await held()
    merchant.stripe.intents.lose_answers = true
    await capture(id)
    merchant.stripe.intents.lose_answers = false
    merchant.stripe.intents.forgetKeys()
    await later(2 * dayMs)
    expect(await amountsOf(id)).toEqual([2_000, 2_000, 0, 2_000])
    expect(await toldOf(id)).toEqual([['payment.captured', 2_000, undefined]])
  })

  test('that Stripe has let go of cannot be captured, and is told as voided', async () => {
    const { id } = await held()
    lastIntent().status = 'canceled'
    const { status, body } = await capture(id)
    expect([status, body.detail]).toEqual([409, 'The payment is not in an authorised state and cannot be captured.'])
    expect(await amountsOf(id)).toEqual([2_000, 0, 2_000, 0])
    expect(await toldOf(id)).toEqual([['payment.voided', 2_000, 'released']])
  })

  test('that was captured at Stripe is found when it would have expired', async () => {
    const { account, id } = await held()
    Object.assign(lastIntent(), { status: 'succeeded', received: 900 })
    const { status, body } = await release(id)
    expect([status, body.detail]).toEqual([409, 'The payment is not in an authorised state and cannot be voided.'])
    expect(await amountsOf(id)).toEqual([2_000, 900, 1_100, 900])
    expect(await merchant.balance(account)).toBe(1_100)
    const other = await held()
    Object.assign(lastIntent(), { status: 'succeeded', received: 2_000 })
    await later(8 * dayMs)
    expect(await amountsOf(other.id)).toEqual([2_000, 2_000, 0, 2_000])
  })

  test('that nobody captures expires', async () => {
    const { id } = await held()
    await later(8 * dayMs)
    expect(await amountsOf(id)).toEqual([2_000, 0, 2_000, 0])
    expect(await toldOf(id)).toEqual([['payment.voided', 2_000, 'expired']])
    expect((await capture(id)).body.detail).toBe('The authorisation has expired and can no longer be captured.')
  })

  test('and a capture that Stripe refuses says so, and can be made again', async () => {
    const { id } = await held()
    merchant.stripe.intents.refuses = 'amount_too_small'
    const { status, body } = await capture(id, { amount: 5 })
    merchant.stripe.intents.refuses = undefined
    expect([status, body.code]).toEqual([422, 'processor_limit'])
    expect(body.detail).toContain('amount_too_small')
    expect(await amountsOf(id)).toEqual([2_000, 0, 0, 0])
    expect((await capture(id)).body).toMatchObject({ paid_amount: 2_000 })
  })

  test('and so does a void, which can be asked for again', async () => {
    const { id } = await held()
    merchant.stripe.intents.refuses = 'lock_timeout'
    const { status, body } = await release(id)
    merchant.stripe.intents.refuses = undefined
    expect([status, body.code]).toEqual([422, 'processor_limit'])
    expect(body.detail).toContain('lock_timeout')
    expect(await amountsOf(id)).toEqual([2_000, 0, 0, 0])
    expect((await release(id)).body).toMatchObject({ voided_amount: 2_000 })
  })
})

test('a page that offers Stripe leads there also for a session that is captured by hand', async () => {
  const options = { payment_method_options: { card: { capture_method: 'manual' } } }
  const made = await merchant.live('POST', '/collect/payment_sessions', { amount: 500, currency: 'ZAR', options })
  const page = await open(made.body.session_url)
  expect(page.forms).toHaveLength(1)
})
