import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { type TestServer, testServer } from '../support/server.ts'
import {
  balanceOf,
  follow,
  goodCard,
  makeAccount,
  open,
  type PayerForm,
  paymentsOf,
  payWith,
  statusOf,
  submit,
} from './payer.ts'

const clock = settableClock(new Date('2026-11-23T08:00:00Z'))
let server: TestServer<typeof clock>
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())

async function countPayments(): Promise<number> {
  const { rows } = await server.database.pool.query<{ count: bigint }>('select count(*) from payment')
  return Number(rows[0]?.count)
}

describe('paying through the page', () => {
  it('takes the whole balance and shows a receipt', async () => {
    const account = await makeAccount(server)
    const outcome = await payWith(account.presentment_url, '4242 4242 4242 4242')
    expect(statusOf(outcome)).toEqual(['succeeded'])
    expect(outcome.text).toContain('You paid R 20,00')
    expect(outcome.text).toContain('Visa •••• 4242')
    expect(outcome.text).toContain('23 November 2026')
    expect(outcome.text).toContain('08:00 UTC')
    expect(outcome.text).toMatch(/Payment pay_[A-Za-z0-9]{22}/)
    expect(outcome.text).toContain('Owed after this payment R 0,00')
    expect(outcome.forms).toHaveLength(0)
    expect(await balanceOf(server, account)).toBe(0)
  })

  it('takes another amount where the rules allow one, with a point or a comma', async () => {
    const account = await makeAccount(server)
    expect((await payWith(account.presentment_url, '4242424242424242', '5.50')).text).toContain(
      'Owed after this payment R 14,50',
    )
    expect((await payWith(account.presentment_url, '5555 5555 5555 4444', ' 4,50 ')).text).toContain(
      'Mastercard •••• 4444',
    )
    expect(await balanceOf(server, account)).toBe(1000)
  })

  it('keeps the parameters of the link as metadata of the payment, and drops what is none', async () => {
    const account = await makeAccount(server)
    const query = new URLSearchParams([
      ['utm_source', 'sms & <b>'],
      ['affiliate', 'a1'],
      ['agent', 'x'.repeat(501)],
      ['product_code', 'nul\0'],
      ['other', 'no'],
      ['__proto__', 'no'],
      ['utm_UPPER', 'no'],
      ['utm_source', 'second'],
    ])
    const page = await open(`${account.presentment_url}?${query}`)
    expect(page.html).not.toContain('<b>')
    await submit((await submit(page.forms[0])).forms[0], goodCard)
    expect((await paymentsOf(server, account))[0]?.metadata).toEqual({ utm_source: 'sms & <b>', affiliate: 'a1' })
    const another = await makeAccount(server)
    const many = new URLSearchParams(Array.from({ length: 30 }, (_, index): [string, string] => [`utm_${index}`, 'v']))
    await submit((await open(`${another.presentment_url}?${many}`)).forms[0])
    expect(Object.keys((await paymentsOf(server, another))[0]?.metadata ?? {})).toHaveLength(10)
  })

  it('makes one payment and one application of a form that is sent twice at once', async () => {
    const account = await makeAccount(server)
    const before = await countPayments()
    const [form] = (await open(account.presentment_url)).forms
    const cardPages = await Promise.all([submit(form), submit(form), submit(form)])
    expect(new Set(cardPages.map(({ url }) => url)).size).toBe(1)
    const outcomes = await Promise.all(cardPages.map(({ forms }) => submit(forms[0], goodCard)))
    expect(outcomes.flatMap(statusOf)).toEqual(['succeeded', 'succeeded', 'succeeded'])
    expect(await countPayments()).toBe(before + 1)
    const { rows } = await server.database.pool.query(
      'select id from application where receivable_id = (select id from account where external_reference = $1)',
      [(await server.api('GET', `/billing/accounts/${account.id}`)).body.external_reference],
    )
    expect(rows).toHaveLength(1)
    expect(await balanceOf(server, account)).toBe(0)
    expect(statusOf(await submit(form))).toEqual(['succeeded'])
  })

  it('closes the card page of a first tab when a second begins to pay the same, whichever page was opened first', async () => {
    const account = await makeAccount(server)
    const tabs = await Promise.all([open(account.presentment_url), open(account.presentment_url)])
    const late = await submit(tabs[1]?.forms[0])
    clock.advance(10)
    const cardPage = await submit(tabs[0]?.forms[0])
    const refused = await submit(late.forms[0], goodCard)
    expect([statusOf(refused), refused.text]).toEqual([
      ['failed'],
      expect.stringContaining('You began again elsewhere. Nothing was taken.'),
    ])
    expect(statusOf(await submit(cardPage.forms[0], goodCard))).toEqual(['succeeded'])
    expect(await balanceOf(server, account)).toBe(0)
  })

  it('lets one of two tabs pay that begin at the same time', async () => {
    const account = await makeAccount(server)
    const tabs = await Promise.all([open(account.presentment_url), open(account.presentment_url)])
    const begun = await Promise.all(tabs.map(({ forms }) => submit(forms[0])))
    for (const { forms } of begun) if (forms[0]) await submit(forms[0], goodCard)
    expect(await balanceOf(server, account)).toBe(0)
    const amounts = (await paymentsOf(server, account)).map((one) => [one.status, one.unapplied_amount])
    expect(amounts).toEqual([
      ['succeeded', 0n],
      ['cancelled', 0n],
    ])
  })

  it('keeps what was paid elsewhere meanwhile, and says so, in amber', async () => {
    const account = await makeAccount(server)
    const cardPage = await submit((await open(account.presentment_url)).forms[0])
    const cash = { account: account.id, amount: 2000, currency: 'ZAR', channel: 'cash', reference: account.id }
    expect((await server.api('POST', '/billing/payments', cash)).status).toBe(201)
    const outcome = await submit(cardPage.forms[0], goodCard)
    expect(statusOf(outcome)).toEqual(['succeeded'])
    expect(outcome.text).toContain('Received, and not needed We received R 20,00 R 20,00 of it was not needed.')
    expect(outcome.text).toContain('Acme Water holds it for you')
    expect(outcome.text).toContain('Home water: it had been paid already, or taken off.')
    expect(outcome.text).not.toContain('You paid')
    expect(outcome.html).toContain('class="status amber"')
    const [payment] = await paymentsOf(server, account)
    expect(payment).toMatchObject({ applied_amount: 0n, unapplied_amount: 2000n })
    const customer = await server.api('GET', `/billing/customers/${account.customer_id}`)
    const page = await open(customer.body.presentment_url)
    expect(page.text).toContain('Acme Water holds R 20,00 of yours that is not used yet.')
  })

  it('refuses another amount for a payment that was started already, and makes no second one', async () => {
    const account = await makeAccount(server)
    const [form] = (await open(account.presentment_url)).forms
    await submit(form)
    const before = await countPayments()
    const again = await submit(form, { amount: '5.00' })
    expect(again.status).toBe(422)
    expect(again.text).toContain('You have already started to pay R 20,00 from this page. Nothing more was charged.')
    expect(await countPayments()).toBe(before)
    const fresh = await submit(again.forms[0])
    expect(fresh.text).toContain('R 5,00')
  })

  it('says at the form that nothing is left to pay, when it was paid meanwhile', async () => {
    const account = await makeAccount(server)
    const stale = await open(account.presentment_url)
    await payWith(account.presentment_url, '4242424242424242')
    const page = await submit(stale.forms[0])
    expect(page.status).toBe(422)
    expect(page.text).toContain('Nothing to pay')
    expect(page.text).toContain('There is nothing left to pay here. You were not charged now.')
    expect(page.forms).toHaveLength(0)
  })
})

describe('a form that is not ours', () => {
  it.each([
    ['a changed guard', { guard: 'A'.repeat(22) }],
    ['no guard', { guard: '' }],
    ['another payment', { payment: 'pay_0000000000000000000001' }],
    ['no payment', { payment: '' }],
    ['another time', { issued: '1' }],
    ['another debt', { choice: 'everything ZAR' }],
    ['no debt', { seen: '' }],
    ['what is no amount', { seen: '20.00' }],
  ])('with %s is refused, and writes nothing', async (_what, changes) => {
    const account = await makeAccount(server)
    const before = await countPayments()
    const page = await submit((await open(account.presentment_url)).forms[0], changes)
    expect(page.status).toBe(403)
    expect(page.text).toContain('start again from your link')
    expect(await countPayments()).toBe(before)
  })

  it('of another link is refused', async () => {
    const [one, other] = [await makeAccount(server), await makeAccount(server)]
    const [form] = (await open(one.presentment_url)).forms
    expect((await submit(form && { ...form, action: other.presentment_url })).status).toBe(403)
  })

  it.each(['https://evil.example', 'null', 'http://127.0.0.1:1'])('from the origin %s is refused', async (origin) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const account = await makeAccount(server)
    const before = await countPayments()
    const page = await submit((await open(account.presentment_url)).forms[0], {}, { origin })
    expect(page.status).toBe(403)
    expect(await countPayments()).toBe(before)
    const cardPage = await submit((await open(account.presentment_url)).forms[0])
    expect((await submit(cardPage.forms[0], goodCard, { origin })).status).toBe(403)
    expect(await balanceOf(server, account)).toBe(2000)
    warn.mockRestore()
  })

  it.each([
    ['of another site, without an origin', { 'sec-fetch-site': 'cross-site' }, []],
    ['of a neighbouring site, without an origin', { 'sec-fetch-site': 'same-site' }, []],
    ['of another site, whatever origin it names', { 'sec-fetch-site': 'cross-site' }, ['origin']],
  ])('%s is refused, on every page that takes one', async (_name, headers, named) => {
    const account = await makeAccount(server)
    const post = (form: PayerForm | undefined, fields = {}) =>
      open(form?.action ?? '', {
        method: 'POST',
        headers: { ...headers, ...Object.fromEntries(named.map((name) => [name, server.url])) },
        body: new URLSearchParams({ ...form?.fields, ...fields }),
      })
    const page = await open(account.presentment_url)
    const before = await countPayments()
    expect((await post(page.forms[0])).status).toBe(403)
    expect(await countPayments()).toBe(before)
    const cardPage = await submit(page.forms[0])
    expect((await post(cardPage.forms[0], goodCard)).status).toBe(403)
    expect(await balanceOf(server, account)).toBe(2000)
  })

  it.each([{}, { 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'none' }])(
    'without an origin is taken where nothing says that it came from elsewhere: %j',
    async (headers) => {
      const [form] = (await open((await makeAccount(server)).presentment_url)).forms
      const body = new URLSearchParams(form?.fields)
      expect((await open(form?.action ?? '', { method: 'POST', headers, body })).status).toBe(200)
    },
  )

  it('of a page left open for more than a day is shown again', async () => {
    const account = await makeAccount(server)
    const [form] = (await open(account.presentment_url)).forms
    clock.advance(25 * 3_600_000)
    const page = await submit(form)
    expect(page.status).toBe(422)
    expect(page.text).toContain('open for more than a day. You were not charged now.')
    expect((await submit(page.forms[0])).html).toContain('name="card_number"')
  })

  it.each([
    ['application/json', '{"amount":"20.00"}'],
    ['text/plain', 'amount=20.00'],
    ['multipart/form-data; boundary=x', '--x--'],
  ])('as %s is refused as a page', async (type, body) => {
    const account = await makeAccount(server)
    const page = await open(account.presentment_url, { method: 'POST', headers: { 'content-type': type }, body })
    expect(page.status).toBe(415)
    expect(page.headers.get('content-type')).toContain('text/html')
  })

  it('is refused as a page when it is far too large', async () => {
    const account = await makeAccount(server)
    const page = await submit((await open(account.presentment_url)).forms[0], { amount: '1'.repeat(100_000) })
    expect(page.status).toBe(413)
    expect(page.headers.get('content-type')).toContain('text/html')
  })
})

describe('a card number that is typed where none belongs', () => {
  it('is not shown again on the page of the amount, and not kept of the link', async () => {
    const account = await makeAccount(server)
    const card = '4111 1111 1111 1111'
    const page = await open(`${account.presentment_url}?agent=${encodeURIComponent(card)}&utm_source=sms`)
    expect(page.html).not.toContain('4111')
    const told = await submit(page.forms[0], { amount: card, agent: card })
    expect([told.status, told.html.includes('4111')]).toEqual([422, false])
    await submit(told.forms[0], { amount: '20.00', agent: card })
    expect((await paymentsOf(server, account)).map(({ metadata }) => metadata)).toEqual([{ utm_source: 'sms' }])
  })
})

describe('the outcome page', () => {
  it('belongs to the link that the payment was made through', async () => {
    const [one, other] = [await makeAccount(server), await makeAccount(server)]
    const outcome = await payWith(one.presentment_url, '4242424242424242')
    const foreign = `${other.presentment_url}/payments/${outcome.url.split('/').at(-1)}`
    expect((await open(foreign)).status).toBe(404)
  })

  it('says that nothing was paid yet while the card page is open, and leads back', async () => {
    const account = await makeAccount(server)
    const cardPage = await submit((await open(account.presentment_url)).forms[0])
    const back = /href="([^"]+)">Go back without paying/.exec(cardPage.html)?.[1] ?? ''
    const outcome = await open(back)
    expect(statusOf(outcome)).toEqual(['pending'])
    expect(outcome.text).toContain('You have not finished paying')
    expect(outcome.forms).toHaveLength(0)
    expect((await submit((await follow(outcome, /Try .+ again/)).forms[0])).html).toContain('name="card_number"')
  })
})
