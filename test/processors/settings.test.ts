import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { paystackKeys } from '../fakes/paystack.ts'
import { fakeKeys } from '../fakes/stripe.ts'
import { goodCard, makeAccount, open, paymentsOf, statusOf, submit } from '../pages/payer.ts'
import { begin, type Merchant, startMerchant, webhookSecret } from './merchant.ts'

let merchant: Merchant
beforeAll(async () => {
  merchant = await startMerchant()
})
afterAll(() => merchant.stop())

const path = '/settings/processors/stripe'
const test_ = (method: string, url: string, body?: unknown) => merchant.server.api(method, url, body)

describe('the processors of an environment', () => {
  test('are the simulator in test, which is on, and Stripe, Paystack and bank transfer, which are not', async () => {
    const inTest = (await test_('GET', '/settings/processors')).body.data
    expect(inTest).toMatchObject([
      { name: 'simulator', mode: 'test', enabled: true, secrets: {} },
      { name: 'stripe', mode: 'test', enabled: false, secrets: {}, currencies: null },
      { name: 'paystack', mode: 'test', enabled: false, secrets: {}, currencies: null },
      { name: 'bank_transfer', mode: 'test', enabled: false, secrets: {}, currencies: null },
    ])
    const inLive = (await merchant.live('GET', '/settings/processors')).body.data
    expect(inLive).toMatchObject([
      { name: 'stripe', mode: 'live', enabled: false },
      { name: 'paystack', mode: 'live', enabled: false, capabilities: { refund: 'partial', close: false } },
      { name: 'bank_transfer', mode: 'live', enabled: false },
    ])
    expect((await merchant.live('GET', '/settings/processors/simulator')).status).toBe(404)
    expect(inLive[0].callback_url).not.toBe(inTest[1].callback_url)
  })

  test('show of a secret its last four characters only, and store it encrypted', async () => {
    await merchant.switchOn()
    const { text, body } = await merchant.live('GET', path)
    expect(body).toMatchObject({
      enabled: true,
      secrets: { secret_key: { last4: 'Only' }, webhook_secret: { last4: 'Only' } },
    })
    expect(text).not.toContain(fakeKeys.live)
    const { rows } = await merchant.server.database.pool.query(
      'select secrets::text as kept from environment_processor',
    )
    expect(rows).toHaveLength(1)
    expect(Buffer.from(rows[0].kept.slice(2), 'hex').toString('latin1')).not.toContain('sk_live')
  })

  test('are changed with an audit entry, and only as they were seen', async () => {
    const { headers } = await merchant.live('GET', path)
    const change = (tag: string) =>
      merchant.server.api(
        'PATCH',
        path,
        { position: 7 },
        { authorization: `Bearer ${merchant.server.liveKey}`, 'if-match': tag },
      )
    expect((await change(headers.get('etag') ?? '')).body.position).toBe(7)
    expect((await change(headers.get('etag') ?? '')).status).toBe(412)
    const { rows } = await merchant.server.database.pool.query(
      "select actor from audit_entry where object_kind = 'processor'",
    )
    expect(rows).toContainEqual({ actor: expect.stringMatching(/^key:/) })
  })
})

describe('a key', () => {
  const save = (secret_key: string, query = '') => merchant.live('PATCH', path + query, { secrets: { secret_key } })

  test.each([
    ['of the other mode', fakeKeys.test],
    ['that is none', 'pk_live_publishable'],
    ['that Stripe does not know', 'sk_live_anotherKeyAltogether'],
  ])('%s is refused, and nothing is saved', async (_what, secret_key) => {
    const { status, body } = await save(secret_key)
    expect([status, body.code, body.errors[0].pointer]).toEqual([422, 'processor_refused_key', '/secrets/secret_key'])
  })

  test('of the other mode is refused without asking anybody', async () => {
    const before = merchant.stripe.calls.length
    await save(fakeKeys.test, '?verify=false')
    expect(merchant.stripe.calls.length).toBe(before)
  })

  test('is saved without asking when Stripe is down, and only when that is said', async () => {
    merchant.stripe.faults.status = 500
    const refused = await save(fakeKeys.live)
    expect([refused.status, refused.body.code]).toEqual([503, 'processor_unreachable'])
    expect((await save(fakeKeys.live, '?verify=false')).status).toBe(200)
    merchant.stripe.faults.status = undefined
  })

  test('is needed to switch Stripe on', async () => {
    const { status, body } = await test_('PATCH', path, { enabled: true })
    expect([status, body.code]).toEqual([422, 'processor_refused_key'])
  })
})

describe('the key of Paystack', () => {
  const save = (secrets: object, query = '') =>
    merchant.live('PATCH', `/settings/processors/paystack${query}`, { enabled: true, secrets })

  test.each([
    ['of the other mode', { secret_key: paystackKeys.test }, '/secrets/secret_key'],
    ['that is none', { secret_key: 'pk_live_publishable' }, '/secrets/secret_key'],
    ['that Paystack does not know', { secret_key: 'sk_live_anotherKeyAltogether' }, '/secrets/secret_key'],
    ['with a secret of callbacks, which it has not', { webhook_secret: webhookSecret }, '/secrets/webhook_secret'],
  ])('%s is refused, and nothing is saved', async (_what, secrets, pointer) => {
    const { status, body } = await save(secrets)
    expect([status, body.code, body.errors[0].pointer]).toEqual([422, 'processor_refused_key', pointer])
    expect((await merchant.live('GET', '/settings/processors/paystack')).body).toMatchObject({ secrets: {} })
  })

  test('is tried by one call, and not when Paystack is down and that is said', async () => {
    merchant.paystack.faults.status = 502
    const refused = await save({ secret_key: paystackKeys.live })
    expect([refused.status, refused.body.code]).toEqual([503, 'processor_unreachable'])
    merchant.paystack.faults.status = undefined
    const before = merchant.paystack.calls.length
    expect((await save({ secret_key: paystackKeys.live }, '?verify=false')).status).toBe(200)
    expect(merchant.paystack.calls.slice(before)).toEqual([])
    expect((await save({ secret_key: paystackKeys.live })).body).toMatchObject({ enabled: true })
    expect(merchant.paystack.calls.slice(before)).toEqual(['GET /balance'])
    await merchant.live('DELETE', '/settings/processors/paystack')
  })

  test('takes the currencies that it takes, from its least amounts on', async () => {
    const refused = await merchant.live('PATCH', '/settings/processors/paystack', { minimum: { NGN: 4999 } })
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, '/minimum/NGN'])
    const other = await merchant.live('PATCH', '/settings/processors/paystack', { currencies: ['EUR'] })
    expect([other.status, other.body.code]).toEqual([422, 'not_supported'])
  })
})

describe('limits', () => {
  test.each([
    [{ currencies: ['XAU'] }, 'not_supported', '/currencies/0'],
    [{ minimum: { USD: 10 } }, 'amount_out_of_range', '/minimum/USD'],
    [{ minimum: { ZAR: 500 }, maximum: { ZAR: 400 } }, 'amount_out_of_range', '/minimum/ZAR'],
  ])('%j are refused', async (limits, code, pointer) => {
    const { status, body } = await merchant.live('PATCH', path, limits)
    expect([status, body.code, body.errors[0].pointer]).toEqual([422, code, pointer])
  })

  test('are held before Stripe is called, and the payer is told in our words', async () => {
    await merchant.switchOn({ minimum: { ZAR: 1000 }, maximum: { ZAR: 5000 } })
    const account = await merchant.account({ balance: 500 })
    const before = merchant.stripe.calls.length
    const refused = await begin(account.presentment_url)
    expect([refused.status, refused.text]).toEqual([422, expect.stringContaining('This amount cannot be paid online')])
    expect(merchant.stripe.calls.length).toBe(before)
    await merchant.live('PATCH', path, { currencies: ['USD'], minimum: {}, maximum: {} })
    expect((await begin((await merchant.account()).presentment_url)).status).toBe(422)
    await merchant.live('PATCH', path, { currencies: null })
  })
})

describe('pages of a live environment', () => {
  test('let their forms lead to Stripe and nowhere else', async () => {
    const page = await open((await merchant.account()).presentment_url)
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(/form-action ([^;]*)/.exec(policy)?.[1]).toBe(`'self' ${merchant.stripe.url}`)
  })

  test('offer nothing once it is switched off; what was begun is still looked after', async () => {
    const account = await merchant.account()
    await begin(account.presentment_url)
    const begun = merchant.stripe.sessions.at(-1)
    await merchant.live('PATCH', path, { enabled: false })
    const other = await open((await merchant.account()).presentment_url)
    expect(other.forms).toHaveLength(0)
    expect(other.headers.get('content-security-policy')).not.toContain(merchant.stripe.url)
    const refused = await merchant.live('DELETE', path)
    expect([refused.status, refused.body.code]).toEqual([409, 'payment_in_progress'])
    if (begun) merchant.stripe.pay(begun)
    expect(statusOf(await open(begun?.params.get('success_url') ?? ''))).toEqual(['succeeded'])
    expect((await merchant.live('DELETE', path)).body).toEqual({ name: 'stripe', deleted: true })
    expect((await merchant.live('GET', path)).body).toMatchObject({ enabled: false, secrets: {} })
  })
})

describe('two processors', () => {
  test('are a list that the payer chooses from, in the order that was set', async () => {
    const secrets = { secret_key: fakeKeys.test, webhook_secret: webhookSecret }
    await test_('PATCH', path, { enabled: true, secrets, position: 5 })
    const account = await makeAccount(merchant.server)
    const list = await begin(account.presentment_url)
    expect(list.text).toMatch(/How to pay Simulator Stripe/)
    expect(list.html.match(/data-payment-step/g)).toHaveLength(1)
    expect(await paymentsOf(merchant.server, account)).toEqual([])
    const atStripe = await submit(list.forms[0], { processor: 'stripe' })
    expect(atStripe.url).toMatch(merchant.stripe.url)
    expect(statusOf(await submit(atStripe.forms[0]))).toEqual(['succeeded'])
    await test_('PATCH', path, { position: 0 })
    expect((await begin((await makeAccount(merchant.server)).presentment_url)).text).toMatch(/Stripe Simulator/)
  })

  test('and a payer who chooses the simulator pays there', async () => {
    const list = await begin((await makeAccount(merchant.server)).presentment_url)
    const cardPage = await submit(list.forms[0], { processor: 'simulator' })
    expect(statusOf(await submit(cardPage.forms[0], goodCard))).toEqual(['succeeded'])
  })

  test('of which one takes the amount are none to choose from', async () => {
    await test_('PATCH', path, { minimum: { ZAR: 3000 } })
    const cardPage = await begin((await makeAccount(merchant.server)).presentment_url)
    expect(cardPage.url).toContain('/simulator/')
    await test_('PATCH', path, { minimum: {} })
  })

  test('are offered to who pays a request too', async () => {
    const asked = { type: 'link', amount: 700, currency: 'ZAR' }
    const { body } = await test_('POST', '/collect/payment_requests', asked)
    const list = await begin(body.link.url)
    const atStripe = await submit(list.forms[0], { processor: 'stripe' })
    expect(statusOf(await submit(atStripe.forms[0]))).toEqual(['succeeded'])
  })
})
