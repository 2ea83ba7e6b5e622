import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { syncCancelledSessions } from '../../src/payments/session/sync-cancelled-sessions.ts'
import { syncDueSessions } from '../../src/payments/session/sync-due-sessions.ts'
import type { FakeTransaction, PaystackFaults } from '../fakes/paystack-books.ts'
import { open, paymentsOf, statusOf, submit } from '../pages/payer.ts'
import { begin, type Merchant, startMerchant } from './merchant.ts'

let merchant: Merchant
let callbackUrl: string
let faults: PaystackFaults
let account: { id: string; presentment_url: string }
beforeAll(async () => {
  merchant = await startMerchant()
  callbackUrl = await merchant.switchOnPaystack()
  faults = merchant.paystack.faults
})
afterAll(() => merchant.stop())
beforeEach(async () => {
  Object.assign(faults, {
    lose_answer: false,
    status: undefined,
    envelope_false: false,
    page_origin: undefined,
    amount_paid: undefined,
    currency_paid: undefined,
    text_amounts: false,
    domain: undefined,
    metadata: '',
  })
  merchant.logged.length = 0
  account = await merchant.account()
})

const minuteMs = 60_000
const last = () => merchant.paystack.transactions.at(-1) as FakeTransaction
const payments = () => paymentsOf(merchant.server, account)
const call = (transaction = last(), options = {}) =>
  merchant.send(callbackUrl, merchant.paystack.callback(transaction, options))
const returnUrl = (transaction = last()) => String(transaction.asked.callback_url)
/** Some time later the jobs come by. */
async function later(ms: number) {
  merchant.server.clock.advance(ms)
  await syncDueSessions(merchant.server.app)
  await syncCancelledSessions(merchant.server.app)
}

describe('a payment through Paystack', () => {
  test('goes from the page to its page and back, and is applied once', async () => {
    const page = await begin(account.presentment_url)
    expect(page.url).toMatch(merchant.paystack.url)
    expect(last().asked).toMatchObject({ amount: 2000, currency: 'ZAR', channels: ['card', 'eft'] })
    expect(last().reference).toMatch(/^pay-[0-9A-Za-z]{22}$/)
    const outcome = await submit(page.forms[0], { card: 'good' })
    expect(outcome.url).toContain(`trxref=${last().reference}`)
    expect(statusOf(outcome)).toEqual(['succeeded'])
    expect(await merchant.balance(account)).toBe(0)
    expect(await payments()).toMatchObject([
      {
        status: 'succeeded',
        applied_amount: 2000n,
        method_details: { card: { scheme: 'VISA', bin: '408408', last4: '4081' } },
      },
    ])
    const { rows } = await merchant.server.database.pool.query('select request_id, processor_payment_id from charge')
    expect(rows).toContainEqual({ request_id: expect.stringMatching(/^ray-/), processor_payment_id: String(last().id) })
  })

  test('names the e-mail address of its customer, or one that nobody reads, always the same', async () => {
    await begin(account.presentment_url)
    const first = String(last().asked.email)
    expect(first).toMatch(/^bcus-[0-9a-z]{22}@example\.com$/)
    await begin(account.presentment_url)
    expect(last().asked.email).toBe(first)
    const customer = { external_reference: 'with-e-mail', name: 'Ann', email: 'ann@example.org' }
    account = await merchant.account({ customer })
    await begin(account.presentment_url)
    expect(last().asked.email).toBe('ann@example.org')
    const asked = { type: 'link', amount: 700, currency: 'ZAR' }
    await begin((await merchant.live('POST', '/collect/payment_requests', asked)).body.link.url)
    expect(last().asked.email).toMatch(/^pay-[0-9a-z]{22}@example\.com$/)
  })

  test('that was declined has failed, and succeeds when its payer tries again there', async () => {
    const page = await begin(account.presentment_url)
    const again = await submit(page.forms[0], { card: 'declined' })
    expect((await open(returnUrl())).text).toContain('There is not enough money on the card.')
    expect(await payments()).toMatchObject([{ status: 'failed' }])
    expect(statusOf(await submit(again.forms[0], { card: 'good' }))).toEqual(['succeeded'])
    expect(await merchant.balance(account)).toBe(0)
  })

  test('that its payer left is not finished, until a day has passed', async () => {
    await begin(account.presentment_url)
    expect(last().status).toBe('abandoned')
    expect((await open(returnUrl())).text).toContain('You have not finished paying')
    await later(25 * 60 * minuteMs)
    expect((await payments()).map(({ status }) => status)).toEqual(['failed'])
    merchant.paystack.pay(last())
    await call()
    expect(await merchant.balance(account)).toBe(0)
  })

  test('whose page was never opened is looked at again', async () => {
    const [form] = (await open(account.presentment_url)).forms
    const { status } = await fetch(form?.action ?? '', {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: merchant.server.url },
      body: new URLSearchParams(form?.fields),
    })
    expect([status, last().status]).toEqual([303, 'unopened'])
    await later(minuteMs)
    expect(await payments()).toMatchObject([{ status: 'pending_action' }])
  })

  test.each([
    ['ongoing', 'pending_action'],
    ['pending', 'processing'],
    ['dreaming', 'processing'],
    ['reversed', 'failed'],
  ])('that is %s there is %s here', async (word, status) => {
    await begin(account.presentment_url)
    last().status = word
    await later(minuteMs)
    expect(await payments()).toMatchObject([{ status }])
    merchant.paystack.pay(last())
    await call()
    expect(await payments()).toMatchObject([{ status: 'succeeded' }])
  })

  test.each([[{ a: 1 }], [''], [0], [null]])('is seen with amounts as texts, and metadata %j', async (metadata) => {
    Object.assign(faults, { text_amounts: true, metadata })
    const page = await begin(account.presentment_url)
    expect(statusOf(await submit(page.forms[0], { card: 'good' }))).toEqual(['succeeded'])
    expect(await merchant.balance(account)).toBe(0)
  })

  test('in francs without decimals is asked for a hundred times as many', async () => {
    account = await merchant.account({ currency: 'XOF' })
    const page = await begin(account.presentment_url)
    expect(last().asked).toMatchObject({ amount: 200_000, currency: 'XOF', channels: ['card'] })
    await submit(page.forms[0], { card: 'good' })
    expect(await payments()).toMatchObject([{ status: 'succeeded', amount: 2000n }])
  })

  test('of the other mode is not believed', async () => {
    await begin(account.presentment_url)
    merchant.paystack.pay(last())
    faults.domain = 'test'
    await later(minuteMs)
    expect(await merchant.balance(account)).toBe(2000)
    faults.domain = undefined
    await later(minuteMs)
    expect(await merchant.balance(account)).toBe(0)
  })
})

describe('a page that cannot be closed', () => {
  test('gives way to the next, is watched, and its late money is money', async () => {
    await begin(account.presentment_url)
    const first = last()
    merchant.server.clock.advance(10)
    await begin(account.presentment_url)
    expect((await payments()).map(({ status }) => status).sort()).toEqual(['cancelled', 'pending_action'])
    merchant.paystack.pay(first)
    // No callback, and no browser: the job sees it.
    await later(60 * minuteMs)
    expect(await merchant.balance(account)).toBe(0)
    merchant.paystack.pay(last())
    await call()
    expect((await payments()).map(({ unapplied_amount }) => unapplied_amount).sort()).toEqual([0n, 2000n])
  })

  test('is asked about for two days, at intervals that grow to an hour, and a callback is heard after that', async () => {
    await begin(account.presentment_url)
    const first = last()
    merchant.server.clock.advance(10)
    await begin(account.presentment_url)
    const asked = () => merchant.paystack.calls.filter((one) => one.endsWith(first.reference)).length
    const before = asked()
    for (let hours = 0; hours < 60; hours++) await later(60 * minuteMs)
    expect(asked() - before).toBeGreaterThan(24)
    const inTwoDays = asked()
    expect(inTwoDays - before).toBeLessThanOrEqual(49)
    await later(60 * minuteMs)
    expect(asked()).toBe(inTwoDays)
    merchant.paystack.pay(first)
    await call(first)
    expect(await merchant.balance(account)).toBe(0)
  })

  test('keeps the key from being forgotten while it is watched', async () => {
    await begin(account.presentment_url)
    merchant.server.clock.advance(10)
    const page = await begin(account.presentment_url)
    await submit(page.forms[0], { card: 'good' })
    const forget = () => merchant.live('DELETE', '/settings/processors/paystack')
    const kept = await forget()
    expect([kept.status, kept.body.code]).toEqual([409, 'payment_in_progress'])
    // The payments of other tests end with theirs.
    for (let hours = 0; hours < 50; hours++) await later(60 * minuteMs)
    expect((await forget()).status).toBe(200)
    await merchant.switchOnPaystack()
  })

  test('of a request that was cancelled is watched too', async () => {
    const asked = { type: 'link', amount: 700, currency: 'ZAR' }
    const { body } = await merchant.live('POST', '/collect/payment_requests', asked)
    await begin(body.link.url)
    expect((await merchant.live('POST', `/collect/payment_requests/${body.id}/cancel`)).status).toBe(200)
    await later(minuteMs)
    merchant.paystack.pay(last())
    await later(60 * minuteMs)
    expect((await merchant.live('GET', `/collect/payment_requests/${body.id}`)).body.status).toBe('paid')
  })
})

describe('a call to Paystack that is not answered', () => {
  const lost = async (form: Parameters<typeof submit>[0]) => {
    faults.lose_answer = true
    const page = await submit(form)
    faults.lose_answer = false
    return page
  }

  test('leaves a transaction whose page nobody has; the form leads to another, and there is one payment', async () => {
    const [form] = (await open(account.presentment_url)).forms
    expect((await lost(form)).status).toBe(503)
    expect(await payments()).toMatchObject([{ status: 'initiating' }])
    await later(minuteMs)
    expect(await payments()).toMatchObject([{ status: 'initiating' }])
    const page = await submit(form)
    expect(last().reference).toMatch(/^pay-[0-9A-Za-z]{22}-2$/)
    expect(statusOf(await submit(page.forms[0], { card: 'good' }))).toEqual(['succeeded'])
    expect(await merchant.balance(account)).toBe(0)
    expect(await payments()).toHaveLength(1)
  })

  test('twice is the third transaction', async () => {
    const [form] = (await open(account.presentment_url)).forms
    await lost(form)
    await lost(form)
    await submit(form)
    expect(last().reference).toMatch(/-3$/)
  })

  test('of a transaction that was paid all the same is that payment', async () => {
    const [form] = (await open(account.presentment_url)).forms
    await lost(form)
    merchant.paystack.pay(last())
    const before = merchant.paystack.transactions.length
    expect(statusOf(await submit(form))).toEqual(['succeeded'])
    expect(merchant.paystack.transactions.length).toBe(before)
    expect(await merchant.balance(account)).toBe(0)
  })

  test('is not made again when it was answered: the form leads to the same page', async () => {
    const [form] = (await open(account.presentment_url)).forms
    const first = await submit(form)
    const before = merchant.paystack.calls.length
    expect((await submit(form)).url).toBe(first.url)
    expect(merchant.paystack.calls.slice(before)).toEqual([])
  })

  test('of a form that is sent five times at once leads all to one page', async () => {
    const [form] = (await open(account.presentment_url)).forms
    const pages = await Promise.all([1, 2, 3, 4, 5].map(() => submit(form)))
    expect(new Set(pages.map(({ url }) => url)).size).toBe(1)
    const [page] = pages
    expect(statusOf(await submit(page?.forms[0], { card: 'good' }))).toEqual(['succeeded'])
    expect(await merchant.balance(account)).toBe(0)
  })

  test.each([
    ['500', { status: 500 }],
    ['200, and says that it did not work', { envelope_false: true }],
  ])('but with %s leaves the payer a form to send again', async (_what, fault) => {
    const [form] = (await open(account.presentment_url)).forms
    Object.assign(faults, fault)
    expect((await submit(form)).status).toBe(503)
    Object.assign(faults, { status: undefined, envelope_false: false })
    expect((await submit(form)).url).toMatch(merchant.paystack.url)
  })
})

describe('what Paystack refuses', () => {
  test('is a payment that failed', async () => {
    faults.status = 400
    expect(statusOf(await begin(account.presentment_url))).toEqual(['failed'])
    expect(merchant.logged).toContain('a processor refused to open a charge')
  })

  test('a page at an origin that is not its own is not opened', async () => {
    faults.page_origin = 'https://evil.example'
    const outcome = await begin(account.presentment_url)
    expect([outcome.url.startsWith(merchant.server.url), statusOf(outcome)]).toEqual([true, ['failed']])
  })
})

describe('money that is not what was asked for', () => {
  const payAnother = async (fault: object) => {
    await begin(account.presentment_url)
    Object.assign(faults, fault)
    merchant.paystack.pay(last())
    await call()
  }

  test('more: what does not fit stays unapplied', async () => {
    await payAnother({ amount_paid: '2500' })
    expect(await payments()).toMatchObject([{ amount: 2500n, applied_amount: 2000n, unapplied_amount: 500n }])
  })

  test('less: it is applied, and the rest is owed', async () => {
    await payAnother({ amount_paid: 1500 })
    expect(await merchant.balance(account)).toBe(500)
  })

  test.each([
    ['another currency', { currency_paid: 'USD' }],
    ['a fraction', { amount_paid: 2000.5 }],
    ['no amount', { amount_paid: null }],
    ['words', { amount_paid: '20.00' }],
  ])('%s: nothing is applied until somebody has looked', async (_what, fault) => {
    await payAnother(fault)
    expect(await merchant.balance(account)).toBe(2000)
    expect(await payments()).toMatchObject([{ status: 'processing', amount: 2000n }])
    expect(merchant.logged.join()).toContain('nobody knows how much')
  })
})
