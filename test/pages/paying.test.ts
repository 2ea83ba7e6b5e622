import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { type TestServer, testServer } from '../support/server.ts'
import {
  balanceOf,
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
    expect(outcome.text).toContain('Still owed R 0,00')
    expect(outcome.forms).toHaveLength(0)
    expect(await balanceOf(server, account)).toBe(0)
  })

  it('takes another amount where the rules allow one, with a point or a comma', async () => {
    const account = await makeAccount(server)
    expect((await payWith(account.presentment_url, '4242424242424242', '5.50')).text).toContain('Still owed R 14,50')
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

  it('keeps what a second tab paid of the same balance, unapplied, and says so', async () => {
    const account = await makeAccount(server)
    const tabs = await Promise.all([open(account.presentment_url), open(account.presentment_url)])
    const cardPages = await Promise.all(tabs.map(({ forms }) => submit(forms[0])))
    const first = await submit(cardPages[0]?.forms[0], goodCard)
    const second = await submit(cardPages[1]?.forms[0], goodCard)
    expect([first, second].flatMap(statusOf)).toEqual(['succeeded', 'succeeded'])
    expect(second.text).toContain('This had been paid already. Acme Water holds R 20,00 for you.')
    expect(await balanceOf(server, account)).toBe(0)
    const [applied, unapplied] = await paymentsOf(server, account)
    expect(applied).toMatchObject({ applied_amount: 2000n, unapplied_amount: 0n })
    expect(unapplied).toMatchObject({ applied_amount: 0n, unapplied_amount: 2000n })
  })

  it('refuses another amount for a payment that was started already, and makes no second one', async () => {
    const account = await makeAccount(server)
    const [form] = (await open(account.presentment_url)).forms
    await submit(form)
    const before = await countPayments()
    const again = await submit(form, { amount: '5.00' })
    expect(again.status).toBe(422)
    expect(again.text).toContain('You have already started to pay R 20,00 from this page.')
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
    expect(page.forms).toHaveLength(0)
  })
})

describe('an amount that cannot be paid', () => {
  it.each([
    ['20.001', 'Enter an amount such as'],
    ['-5', 'Enter an amount such as'],
    ['', 'Enter an amount such as'],
    ['0', 'Enter an amount such as'],
    ['0.00', 'Enter an amount such as'],
    ['abc', 'Enter an amount such as'],
    ['1e3', 'Enter an amount such as'],
    ['5\0', 'Enter an amount such as'],
    ['٢٠', 'Enter an amount such as'],
    ['9'.repeat(400), 'Enter an amount such as'],
    ['999999999999999', 'Enter at most R 20,00.'],
    ['20.01', 'Enter at most R 20,00.'],
    ['1.99', 'Enter at least R 2,00.'],
    ['"><script>alert(1)</script>', 'Enter an amount such as'],
  ])('%j is said to be so next to the field, and writes nothing', async (amount, sentence) => {
    const account = await makeAccount(server, { payment_rules: { min_amount: 200 } })
    const before = await countPayments()
    const page = await submit((await open(account.presentment_url)).forms[0], { amount })
    expect(page.status).toBe(422)
    expect(page.text).toContain(sentence)
    expect(page.html).toMatch(/aria-invalid="true" aria-describedby="amount-error amount-hint"/)
    expect(page.html).toContain('id="amount-error"')
    expect(page.html).toContain('<title>Error: ')
    expect(page.html).not.toContain('<script')
    expect(await countPayments()).toBe(before)
    const corrected = await submit(page.forms[0], { amount: '20' })
    expect(corrected.html).toContain('name="card_number"')
  })

  it('is told when the amount that was shown is not the one any more', async () => {
    const account = await makeAccount(server, { payment_rules: { underpayment_allowed: false } })
    const page = await open(account.presentment_url)
    await server.api('PATCH', `/billing/accounts/${account.id}`, { balance: 3000 })
    const told = await submit(page.forms[0])
    expect(told.status).toBe(422)
    expect(told.text).toContain('The amount to pay is R 30,00 now.')
    expect((await submit(told.forms[0])).text).toContain('R 30,00')
  })
})

describe('a form that is not ours', () => {
  it.each([
    ['a changed guard', { guard: 'A'.repeat(22) }],
    ['no guard', { guard: '' }],
    ['another payment', { payment: 'pay_0000000000000000000001' }],
    ['no payment', { payment: '' }],
    ['another time', { issued: '1' }],
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
    expect(page.text).toContain('open for more than a day')
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
    expect(outcome.html).toContain(`href="${new URL(account.presentment_url).pathname}">Start again`)
  })
})
