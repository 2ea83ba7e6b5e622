import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { lookIntoCallbacks } from '../../src/payments/callbacks/look-into.ts'
import { syncDueSessions } from '../../src/payments/session/sync-due-sessions.ts'
import type { FakeSession } from '../fakes/stripe.ts'
import { open, paymentsOf, statusOf, submit } from '../pages/payer.ts'
import { begin, type Merchant, startMerchant, webhookSecret } from './merchant.ts'

let merchant: Merchant
let callbackUrl: string
beforeAll(async () => {
  merchant = await startMerchant()
  callbackUrl = await merchant.switchOn()
})
afterAll(() => merchant.stop())
beforeEach(() => {
  merchant.stripe.faults.amount_paid = undefined
  merchant.stripe.faults.currency_paid = undefined
  merchant.logged.length = 0
})

const lastSession = () => merchant.stripe.sessions.at(-1) as FakeSession
const payments = (account: { id: string }) => paymentsOf(merchant.server, account)
const minuteMs = 60_000

describe('a payment through Stripe', () => {
  test('goes from the page to its page and back, and is applied once', async () => {
    const account = await merchant.account()
    const page = await begin(account.presentment_url)
    expect(page.url).toMatch(merchant.stripe.url)
    const { params } = lastSession()
    expect(Object.fromEntries(params)).toMatchObject({
      'line_items[0][price_data][unit_amount]': '2000',
      'line_items[0][price_data][currency]': 'zar',
      'adaptive_pricing[enabled]': 'false',
      client_reference_id: expect.stringMatching(/^pay_/),
      'payment_intent_data[metadata][payment_id]': params.get('client_reference_id'),
    })
    const outcome = await submit(page.forms[0])
    expect(statusOf(outcome)).toEqual(['succeeded'])
    expect(await merchant.balance(account)).toBe(0)
    expect(await payments(account)).toMatchObject([
      { status: 'succeeded', applied_amount: 2000n, method_details: { card: { scheme: 'VISA', last4: '4242' } } },
    ])
    const { rows } = await merchant.server.database.pool.query('select request_id, processor_payment_id from charge')
    expect(rows).toContainEqual({
      request_id: expect.stringMatching(/^req_/),
      processor_payment_id: `pi_${lastSession().id.slice(8)}`,
    })
  })

  test('is tried again on its page after a decline, and the payer may also come back', async () => {
    const account = await merchant.account()
    const page = await begin(account.presentment_url)
    const again = await submit(page.forms[0], { card: 'declined' })
    expect(again.text).toContain('Pay 2000 zar')
    const back = await open(lastSession().params.get('cancel_url') ?? '')
    expect([statusOf(back), back.text]).toEqual([['pending'], expect.stringContaining('You have not finished paying')])
    expect(statusOf(await submit(again.forms[0], { card: 'good' }))).toEqual(['succeeded'])
  })

  test('that was begun again closes the session before, which nobody can pay any more', async () => {
    const account = await merchant.account()
    await begin(account.presentment_url)
    const first = lastSession()
    merchant.server.clock.advance(10)
    await begin(account.presentment_url)
    expect([first.status, lastSession().status]).toEqual(['expired', 'open'])
    expect((await payments(account)).map(({ status }) => status).sort()).toEqual(['cancelled', 'pending_action'])
  })

  test('that ran out there has failed, and says so in our words', async () => {
    const account = await merchant.account()
    await begin(account.presentment_url)
    const { params } = lastSession()
    merchant.server.clock.advance(23.5 * 60 * minuteMs)
    await syncDueSessions(merchant.server.app)
    expect(await payments(account)).toMatchObject([
      { status: 'failed', last_payment_error: { error_code: 'session_expired' } },
    ])
    expect((await open(params.get('success_url') ?? '')).text).toContain('It was not finished in time.')
  })
})

describe('a callback', () => {
  test('applies the money although the browser never returns', async () => {
    const account = await merchant.account()
    await begin(account.presentment_url)
    merchant.stripe.pay(lastSession())
    expect(await merchant.call(callbackUrl, lastSession())).toBe(200)
    expect(await merchant.balance(account)).toBe(0)
  })

  test('that comes before the browser does leaves it a receipt', async () => {
    const account = await merchant.account()
    await begin(account.presentment_url)
    merchant.stripe.pay(lastSession())
    await merchant.call(callbackUrl, lastSession())
    expect(statusOf(await open(lastSession().params.get('success_url') ?? ''))).toEqual(['succeeded'])
  })

  test('that comes five times at once is one application', async () => {
    const account = await merchant.account()
    await begin(account.presentment_url)
    merchant.stripe.pay(lastSession())
    const { body, headers } = merchant.stripe.callback(lastSession(), webhookSecret)
    const sent = await Promise.all(
      Array.from({ length: 5 }, () => fetch(callbackUrl, { method: 'POST', body, headers }).then((one) => one.status)),
    )
    expect(sent).toEqual([200, 200, 200, 200, 200])
    const { app } = merchant.server
    await Promise.all([lookIntoCallbacks(app), lookIntoCallbacks(app), lookIntoCallbacks(app)])
    expect(await merchant.balance(account)).toBe(0)
    const { rows } = await merchant.server.database.pool.query('select from processor_callback where reference = $1', [
      lastSession().id,
    ])
    expect(rows).toHaveLength(1)
  })

  test('that is late, or the wrong way round, undoes nothing', async () => {
    const account = await merchant.account()
    await begin(account.presentment_url)
    merchant.stripe.pay(lastSession())
    await merchant.call(callbackUrl, lastSession())
    await merchant.call(callbackUrl, lastSession(), { type: 'checkout.session.expired' })
    expect(await payments(account)).toMatchObject([{ status: 'succeeded' }])
  })

  test('is not needed: the job finds the money', async () => {
    const account = await merchant.account()
    await begin(account.presentment_url)
    merchant.stripe.pay(lastSession())
    merchant.server.clock.advance(minuteMs)
    await syncDueSessions(merchant.server.app)
    expect(await merchant.balance(account)).toBe(0)
  })

  test('of money that came after its payment was called off keeps the money', async () => {
    const account = await merchant.account()
    await begin(account.presentment_url)
    const first = lastSession()
    merchant.server.clock.advance(10)
    await begin(account.presentment_url)
    Object.assign(first, { status: 'open' })
    merchant.stripe.pay(first)
    await merchant.call(callbackUrl, first)
    expect(await merchant.balance(account)).toBe(0)
    expect((await payments(account))[0]).toMatchObject({ status: 'succeeded', applied_amount: 2000n })
  })

  test('of a charge that is not known is looked at again, and given up in the end', async () => {
    await begin((await merchant.account()).presentment_url)
    const strange = { ...lastSession(), id: 'cs_test_ofSomebodyElse' }
    expect(await merchant.call(callbackUrl, strange)).toBe(200)
    for (let tries = 0; tries < 10; tries++) {
      merchant.server.clock.advance(60 * minuteMs)
      await lookIntoCallbacks(merchant.server.app)
    }
    const { rows } = await merchant.server.database.pool.query(
      'select attempts, next_try_at from processor_callback where reference = $1',
      [strange.id],
    )
    expect(rows).toEqual([{ attempts: 8, next_try_at: null }])
  })
})

describe('a call to Stripe that is not answered', () => {
  test('opens one session: the form is sent again with the same key', async () => {
    const account = await merchant.account()
    const [form] = (await open(account.presentment_url)).forms
    const before = merchant.stripe.sessions.length
    merchant.stripe.faults.lose_answer = true
    const lost = await submit(form)
    merchant.stripe.faults.lose_answer = false
    expect([lost.status, lost.headers.get('retry-after')]).toEqual([503, '2'])
    expect(await payments(account)).toMatchObject([{ status: 'initiating' }])
    const page = await submit(form)
    expect(merchant.stripe.sessions.length).toBe(before + 1)
    expect(statusOf(await submit(page.forms[0]))).toEqual(['succeeded'])
    expect([lastSession().charges, await merchant.balance(account)]).toEqual([1, 0])
  })

  test('is asked again by the job, in the same words though the merchant has another name by now', async () => {
    const account = await merchant.account()
    const before = merchant.stripe.sessions.length
    merchant.stripe.faults.lose_answer = true
    await begin(account.presentment_url)
    merchant.stripe.faults.lose_answer = false
    await merchant.live('PATCH', '/settings', { name: 'Acme Water Works' })
    merchant.server.clock.advance(minuteMs)
    await syncDueSessions(merchant.server.app)
    expect(merchant.stripe.sessions.length).toBe(before + 1)
    expect(await payments(account)).toMatchObject([{ status: 'pending_action' }])
    merchant.stripe.pay(lastSession())
    await merchant.call(callbackUrl, lastSession())
    expect(await merchant.balance(account)).toBe(0)
  })

  test('keeps nobody from their page', async () => {
    const account = await merchant.account()
    await begin(account.presentment_url)
    const back = lastSession().params.get('success_url') ?? ''
    merchant.stripe.faults.status = 500
    expect((await open(account.presentment_url)).status).toBe(200)
    expect(statusOf(await open(back))).toEqual(['pending'])
    merchant.stripe.faults.status = undefined
  })
})

describe('what Stripe refuses', () => {
  test('is a payment that failed, which the payer is told', async () => {
    const account = await merchant.account()
    merchant.stripe.faults.status = 400
    const outcome = await begin(account.presentment_url)
    merchant.stripe.faults.status = undefined
    expect(statusOf(outcome)).toEqual(['failed'])
    expect(await payments(account)).toMatchObject([
      { status: 'failed', last_payment_error: { error_code: 'processor_refused' } },
    ])
    expect(merchant.logged).toContain('a processor refused to open a charge')
  })

  test('a page at an origin that is not its own is not opened', async () => {
    const account = await merchant.account()
    merchant.stripe.faults.page_origin = 'https://evil.example'
    const outcome = await begin(account.presentment_url)
    merchant.stripe.faults.page_origin = undefined
    expect([outcome.url.startsWith(merchant.server.url), statusOf(outcome)]).toEqual([true, ['failed']])
  })
})

describe('money that is not what was asked for', () => {
  const payAnother = async (account: { presentment_url: string }) => {
    await begin(account.presentment_url)
    merchant.stripe.pay(lastSession())
    await merchant.call(callbackUrl, lastSession())
  }

  test('more: what does not fit stays unapplied, and is told', async () => {
    const account = await merchant.account()
    merchant.stripe.faults.amount_paid = 2500
    await payAnother(account)
    expect(await payments(account)).toMatchObject([
      { status: 'succeeded', amount: 2500n, applied_amount: 2000n, unapplied_amount: 500n },
    ])
    expect(merchant.logged).toContain('another amount arrived than was asked for')
  })

  test('less: it is applied, and the rest is owed', async () => {
    const account = await merchant.account()
    merchant.stripe.faults.amount_paid = 1500
    await payAnother(account)
    expect(await merchant.balance(account)).toBe(500)
  })

  test('less for a payment request does not pay it', async () => {
    const asked = { type: 'link', amount: 3000, currency: 'ZAR' }
    const request = (await merchant.live('POST', '/collect/payment_requests', asked)).body
    merchant.stripe.faults.amount_paid = 1000
    await payAnother({ presentment_url: request.link.url })
    const after = (await merchant.live('GET', `/collect/payment_requests/${request.id}`)).body
    expect(after.status).toBe('active')
  })

  test.each([
    ['another currency', { currency_paid: 'usd' }],
    ['no amount', { amount_paid: null }],
  ])('%s: nothing is applied until somebody has looked', async (_what, faults) => {
    const account = await merchant.account()
    Object.assign(merchant.stripe.faults, faults)
    await payAnother(account)
    expect(await merchant.balance(account)).toBe(2000)
    expect(await payments(account)).toMatchObject([{ status: 'processing', amount: 2000n }])
    expect(merchant.logged.join()).toContain('nobody knows how much')
  })
})

describe('a charge that a bank decides late', () => {
  test('is asked about until it should have been decided, and is money whenever it comes', async () => {
    const account = await merchant.account()
    await begin(account.presentment_url)
    const late = lastSession()
    Object.assign(late, { status: 'complete', payment_status: 'unpaid' })
    await merchant.call(callbackUrl, late)
    expect(await payments(account)).toMatchObject([{ status: 'processing' }])
    const asked = () => merchant.stripe.calls.filter((call) => call.endsWith(late.id)).length
    const dayMs = 24 * 60 * minuteMs
    merchant.server.clock.advance(29 * dayMs)
    await syncDueSessions(merchant.server.app)
    const before = asked()
    merchant.server.clock.advance(2 * dayMs)
    await syncDueSessions(merchant.server.app)
    expect(asked()).toBe(before + 1)
    merchant.server.clock.advance(dayMs)
    await syncDueSessions(merchant.server.app)
    expect(asked()).toBe(before + 1)
    Object.assign(late, { payment_status: 'paid', charges: 1 })
    await merchant.call(callbackUrl, late, { type: 'checkout.session.async_payment_succeeded' })
    expect(await merchant.balance(account)).toBe(0)
  })
})
