import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { makeAccount, open, payWith } from './payer.ts'

const clock = settableClock(new Date('2026-11-23T08:00:00Z'))
let server: TestServer<typeof clock>
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())

async function makeBill(owner: Record<string, unknown>, more: Record<string, unknown> = {}) {
  const { status, body, text } = await server.api('POST', '/billing/bills', { currency: 'ZAR', ...owner, ...more })
  expect(status, text).toBe(201)
  return body
}

describe('the page of an account', () => {
  it('says who is owed, by whom, how much, and how to pay it', async () => {
    const account = await makeAccount(server)
    const page = await open(account.presentment_url)
    expect(page.status).toBe(200)
    expect(page.text).toContain('Acme Water')
    expect(page.text).toContain('Thandi Nkosi')
    expect(page.text).toContain('Home water')
    expect(page.html).toMatch(/>R\u00a020[,.]00</)
    expect(page.text).toContain('Test page. No real money moves.')
    expect(page.forms).toHaveLength(1)
    expect(page.forms[0]?.fields).toMatchObject({ amount: '20,00', method: 'card' })
    expect(page.html.match(/<h1>/g)).toHaveLength(1)
    expect(page.html).not.toMatch(/<script|http-equiv|formaction|\son[a-z]+=|\sstyle=/i)
  })

  it('tells the currencies of several debts apart', async () => {
    const holder = { external_reference: 'dollars', name: 'Dollars', currency: 'USD', balance: 2000 }
    const { status, body } = await server.api('POST', '/billing/customers', holder)
    expect(status).toBe(201)
    for (const currency of ['CAD', 'NAD', 'GBP']) {
      await makeBill({ customer: body.id }, { external_reference: `in-${currency}`, currency, amount_due: 2000 })
    }
    const { text } = await open(body.presentment_url)
    for (const amount of ['US$20,00', 'CA$20,00', 'NAD 20,00', 'GBP 20,00']) expect(text).toContain(amount)
  })

  it('writes three decimals so that they are not thousands, in its text and in its field', async () => {
    const account = await makeAccount(server, { external_reference: 'dinars', currency: 'KWD', balance: 12_345 })
    const page = await open(account.presentment_url)
    expect(page.text).toContain('KWD 12.345')
    expect(page.text).not.toContain('12,345')
    expect(page.forms[0]?.fields).toMatchObject({ amount: '12.345' })
  })

  it('runs nothing, loads nothing, is framed by nobody and is kept nowhere', async () => {
    const { headers, html } = await open((await makeAccount(server)).presentment_url)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("form-action 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("base-uri 'none'")
    expect(policy).not.toContain('unsafe')
    expect(headers.get('referrer-policy')).toContain('no-referrer')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-robots-tag')).toBe('noindex')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(html).not.toMatch(/https?:\/\/(?!127\.0\.0\.1)/)
  })

  it('escapes what a merchant wrote into names', async () => {
    const account = await makeAccount(server, {
      name: '"><script>alert(1)</script>',
      customer: { name: "<img src=x onerror='alert(1)'> & Söhne" },
    })
    const { html, text } = await open(account.presentment_url)
    expect(html).not.toContain('<script')
    expect(html).not.toContain('<img')
    expect(text).toContain("<img src=x onerror='alert(1)'> & Söhne")
  })

  it('asks for the whole, with no amount field, where no other amount may be paid', async () => {
    const account = await makeAccount(server, { payment_rules: { underpayment_allowed: false } })
    const page = await open(account.presentment_url)
    expect(page.html).not.toContain('type="text"')
    expect(page.forms[0]?.fields.amount).toBe('20,00')
    expect(page.text).toContain('Pay R 20,00')
  })

  it('says kindly that nothing is owed, and has no form', async () => {
    const page = await open((await makeAccount(server, { balance: 0 })).presentment_url)
    expect(page.text).toContain('Nothing to pay')
    expect(page.forms).toHaveLength(0)
    const credit = await open((await makeAccount(server, { balance: -500 })).presentment_url)
    expect(credit.text).toMatch(/You have R 5,00 in credit ?\./)
    expect(credit.forms).toHaveLength(0)
  })

  it.each(['customer', 'account', 'bill'] as const)(
    'says why it takes nothing and what to do, where the whole of a %s is more than may be paid at once',
    async (kind) => {
      const reference = `whole-${kind}`
      const rules = { payment_rules: { max_amount: 1000, underpayment_allowed: false } }
      const owed = { external_reference: reference, currency: 'ZAR', balance: 2000, ...rules }
      const { balance, ...bill } = owed
      const sent = {
        customer: owed,
        account: { ...owed, customer: { external_reference: reference } },
        bill: { ...bill, amount_due: balance, customer: { external_reference: reference } },
      }[kind]
      const { body } = await server.api('POST', `/billing/${kind}s`, sent)
      const page = await open(body.presentment_url)
      expect(page.text).toContain('You owe R 20,00')
      expect(page.text).toContain(
        'R 20,00 can only be paid as a whole, and no more than R 10,00 can be paid online at once. Please contact Acme Water to pay it.',
      )
      expect(page.forms).toHaveLength(0)
    },
  )

  it('offers to pay in advance only where more than is owed may be paid', async () => {
    const account = await makeAccount(server, { balance: 0, payment_rules: { overpayment_allowed: true } })
    const page = await open(account.presentment_url)
    expect(page.text).toContain('Pay in advance')
    expect(page.forms[0]?.fields.amount).toBe('')
  })

  it('says that money is on its way, and offers no second payment of it without a deliberate step', async () => {
    const account = await makeAccount(server, { payment_rules: { overpayment_allowed: true } })
    await payWith(account.presentment_url, '4000 0000 0000 0077')
    const page = await open(account.presentment_url)
    expect(page.text).toContain('R 20,00 is on its way.')
    expect(page.html).toMatch(/<details><summary>Pay more now anyway/)
    clock.advance(4_000)
    const paidOff = await open(account.presentment_url)
    expect(paidOff.text).not.toContain('on its way')
    expect(paidOff.text).toContain('Nothing to pay')
  })

  it('offers what is left when part is on its way', async () => {
    const account = await makeAccount(server)
    await payWith(account.presentment_url, '4000 0000 0000 0077', '5.00')
    const page = await open(account.presentment_url)
    expect(page.text).toContain('R 5,00 is on its way.')
    expect(page.forms[0]?.fields.amount).toBe('15,00')
    expect(page.html).not.toContain('<details>')
  })

  it('shows a balance in the digits of its currency', async () => {
    const yen = await open((await makeAccount(server, { currency: 'JPY', balance: 2000 })).presentment_url)
    expect(yen.forms[0]?.fields.amount).toBe('2000')
    const dinar = await open((await makeAccount(server, { currency: 'BHD', balance: 2000 })).presentment_url)
    expect(dinar.forms[0]?.fields.amount).toBe('2.000')
  })

  it('shows the balance and no form in a live environment, which has no processor', async () => {
    const made = await server.api(
      'POST',
      '/billing/accounts',
      { customer: { external_reference: 'live' }, external_reference: 'live', currency: 'ZAR', balance: 2000 },
      { authorization: `Bearer ${server.liveKey}` },
    )
    const page = await open(made.body.presentment_url)
    expect(page.text).toContain('R 20,00')
    expect(page.text).toContain('Online payment is not available here.')
    expect(page.text).not.toContain('Test page')
    expect(page.forms).toHaveLength(0)
  })
})

describe('the page of a customer', () => {
  it('sums everything that is owed per currency, and links to each', async () => {
    const customer = (
      await server.api('POST', '/billing/customers', {
        external_reference: 'sums',
        name: 'Sipho',
        currency: 'ZAR',
        balance: 1000,
      })
    ).body
    const account = await makeAccount(server, { customer: customer.id, name: 'Garden', balance: 2500 })
    await makeAccount(server, { customer: customer.id, name: 'Pool', currency: 'USD', balance: 700 })
    await makeAccount(server, { customer: customer.id, name: 'Settled', balance: 0 })
    const bill = await makeBill(
      { customer: customer.id },
      { external_reference: 'B-1', amount_due: 4000, due_date: '2026-12-01' },
    )
    const page = await open(customer.presentment_url)
    expect(page.text).toContain('Sipho, you owe R 75,00 US$7,00')
    expect(page.text).toContain('Pay everything, R 75,00 Pay everything, US$7,00 Choose what to pay')
    expect(page.text).not.toContain('Settled')
    expect(page.text).toContain('Later Bill B-1 R 40,00 Due 1 December 2026')
    const links = [...page.html.matchAll(/href="(\/p\/[^"?]+)\?up=[^"]*"/g)].map(([, path]) => server.url + path)
    expect(links).toContain(account.presentment_url)
    expect(links).toContain(bill.presentment_url)
    expect(links).toHaveLength(3)
  })

  it('stays small when very much is owed', async () => {
    const customer = (
      await server.api('POST', '/billing/customers', {
        external_reference: 'many',
        name: 'x'.repeat(255),
      })
    ).body
    for (let index = 0; index < 40; index++) await makeAccount(server, { customer: customer.id, name: '&'.repeat(60) })
    for (let count = 0; count < 5; count++) {
      const more = { customer: customer.id, amount: 100, currency: 'ZAR', outcome: 'succeeded' }
      await server.api('POST', '/test/payments', more)
    }
    const page = await open(customer.presentment_url)
    expect(page.text).toContain('you owe R 795,00')
    expect(page.text).toContain('Page 1 of 4, 40 in all.')
    expect(page.text).toContain('Payments so far')
    expect(Buffer.byteLength(page.html)).toBeLessThan(15_000)
  })
})

describe('the page of a bill', () => {
  it('shows its dates and what was paid, and says when it is overdue', async () => {
    const { customer_id } = await makeAccount(server)
    const bill = await makeBill(
      { customer: customer_id },
      { external_reference: 'B-2', amount_due: 4000, bill_date: '2026-10-01', due_date: '2026-11-22' },
    )
    await payWith(bill.presentment_url, '4242 4242 4242 4242', '15.00')
    const page = await open(bill.presentment_url)
    expect(page.text).toContain('you owe R 25,00')
    expect(page.text).toMatch(/Bill date 0?1 October 2026/)
    expect(page.text).toContain('Overdue since 22 November 2026, 1 day')
    expect(page.text).toContain('Already paid R 15,00')
  })

  it('says that a paid bill is paid and a voided one withdrawn, and asks for neither', async () => {
    const { customer_id } = await makeAccount(server)
    const paid = await makeBill({ customer: customer_id }, { external_reference: 'B-3', amount_due: 4000 })
    await payWith(paid.presentment_url, '4242 4242 4242 4242')
    const page = await open(paid.presentment_url)
    expect(page.text).toContain('This bill is paid')
    expect(page.forms).toHaveLength(0)
    const voided = await makeBill({ customer: customer_id }, { external_reference: 'B-4', amount_due: 4000 })
    await server.api('POST', `/billing/bills/${voided.id}/void`)
    const withdrawn = await open(voided.presentment_url)
    expect(withdrawn.text).toContain('This bill was withdrawn')
    expect(withdrawn.forms).toHaveLength(0)
  })
})

describe('the page of a bill that money alone did not close', () => {
  it.each([
    ['write_off', -4000, 0, 'No longer asked for R 40,00'],
    ['credit_note', -4000, 0, 'Taken off R 40,00'],
    ['write_off', -1000, 3000, 'Already paid R 30,00 No longer asked for R 10,00'],
    ['discount', -1000, 3000, 'Taken off R 10,00 Already paid R 30,00'],
  ])(
    'says of %s %i and %i paid that it is settled, and thanks nobody for what was given up',
    async (kind, amount, paid, facts) => {
      const { customer_id } = await makeAccount(server)
      const bill = await makeBill(
        { customer: customer_id },
        { external_reference: `given-${kind}-${paid}`, amount_due: 4000 },
      )
      await server.api('POST', `/billing/bills/${bill.id}/adjustments`, { kind, amount, reason: 'x' })
      if (paid > 0) await payWith(bill.presentment_url, '4242 4242 4242 4242')
      const page = await open(bill.presentment_url)
      expect(page.text).toContain('This bill is settled There is nothing left to pay.')
      expect(page.text).toContain(`Bill total R 40,00 ${facts}`)
      expect(page.text).not.toMatch(/bill is paid|Thank you/)
      expect(page.forms).toHaveLength(0)
    },
  )

  it('adds up while it is open', async () => {
    const { customer_id } = await makeAccount(server)
    const bill = await makeBill({ customer: customer_id }, { external_reference: 'adds-up', amount_due: 4000 })
    await server.api('POST', `/billing/bills/${bill.id}/adjustments`, { kind: 'fee', amount: 500, reason: 'x' })
    const page = await open(bill.presentment_url)
    expect(page.text).toContain('you owe R 45,00')
    expect(page.text).toContain('Bill total R 40,00 Added R 5,00')
    expect(page.forms[0]?.fields.amount).toBe('45,00')
  })
})

describe('a link that leads nowhere', () => {
  it('gets one friendly answer that tells nothing, whatever is wrong with it', async () => {
    const account = await makeAccount(server)
    const token = account.presentment_url.split('/p/')[1] ?? ''
    const other = (await makeAccount(server)).presentment_url.split('/p/')[1] ?? ''
    const rotated = await makeAccount(server)
    await server.database.owner.query('update account set link_version = 2 where external_reference = $1', [
      (await server.api('GET', `/billing/accounts/${rotated.id}`)).body.external_reference,
    ])
    const archived = await makeAccount(server, { balance: 0 })
    await server.database.owner.query('update account set archived_at = now() where external_reference = $1', [
      (await server.api('GET', `/billing/accounts/${archived.id}`)).body.external_reference,
    ])
    const links = [
      'x',
      'a',
      token.slice(0, -1),
      `${token}A`,
      token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A'),
      token.slice(0, 23) + other.slice(23),
      `c${token.slice(1)}`,
      `b${token.slice(1)}`,
      `a${'0'.repeat(22)}${token.slice(23)}`,
      `a${'z'.repeat(22)}${token.slice(23)}`,
      encodeURIComponent('<script>\0'),
      rotated.presentment_url.split('/p/')[1],
      archived.presentment_url.split('/p/')[1],
      '',
      `${token}/else`,
      `${token}/payments/pay_1234567890123456789012`,
      `${token}/payments/x`,
    ]
    const pages = await Promise.all(links.map((link) => open(`${server.url}/p/${link}`)))
    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([404]))
    expect(new Set(pages.map(({ html }) => html)).size).toBe(1)
    expect(new Set(pages.map(({ headers }) => headers.get('content-security-policy'))).size).toBe(1)
    expect(pages[0]?.text).toContain('This link does not work')
  })
})
