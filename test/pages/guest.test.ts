import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { maintainDatabase } from '../../src/jobs/maintain-database.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { follow, goodCard, makeAccount, open, type PayerPage, payWith, statusOf, submit } from './payer.ts'

const clock = settableClock(new Date('2026-11-23T08:00:00Z'))
let server: TestServer<typeof clock>
let address: string
beforeAll(async () => {
  server = await testServer({ clock, trusted_proxies: [{ address: '127.0.0.1', prefix: 32 }] })
})
afterAll(() => server.stop())
beforeEach(async () => {
  // Each test begins with no attempts.
  clock.advance(86_400_000 + 1)
  address = (await turnOn('phone_last4')).guest_lookup_url
})

const live = () => ({ authorization: `Bearer ${server.liveKey}` })

async function turnOn(second_fact: unknown, headers: Record<string, string> = {}) {
  const { status, body, text } = await server.api('PATCH', '/settings', { guest_lookup: { second_fact } }, headers)
  expect([status, text]).toEqual([200, text])
  return body
}

let people = 0
/** A customer with a phone, an e-mail address and a postal code, who owes on an account and a bill. */
async function makePerson(more: object = {}) {
  const number = ++people
  const phone = `+2735907${String(number).padStart(4, '0')}`
  const sent = {
    external_reference: `guest-${number}`,
    name: 'Thandi Nkosi',
    email: `Thandi.${number}@Example.com`,
    phone,
    metadata: { postal_code: 'SW1A 1AA' },
    ...more,
  }
  const { body, status, text } = await server.api('POST', '/billing/customers', sent)
  expect([status, text]).toEqual([201, text])
  const account = await makeAccount(server, { customer: body.id, name: 'Garden' })
  const bill = (
    await server.api('POST', '/billing/bills', {
      customer: body.id,
      external_reference: `bill-${number}`,
      currency: 'ZAR',
      amount_due: 5000,
    })
  ).body
  return { customer: body, account, bill, reference: `guest-${number}`, last4: phone.slice(-4), email: sent.email }
}

async function lookUp(reference: string, fact: string, headers: Record<string, string> = {}): Promise<PayerPage> {
  return submit((await open(address)).forms[0], { reference, fact }, headers)
}

const nothing = 'We found nothing with these two. Please check both.'

describe('a payer without a link', () => {
  it('finds what is owed by a number and a second fact, and pays it', async () => {
    const { customer, reference, last4, bill } = await makePerson()
    const form = await open(address)
    expect(form.text).toContain('Acme Water')
    expect(form.text).toContain('Last four digits of your phone number')
    const page = await lookUp(reference, last4)
    expect(page.status).toBe(200)
    expect(page.text).toContain('Thandi Nkosi, you owe R 70,00')
    expect(page.text).toMatch(/You looked this up: the page ends on .* 08:30 UTC\./)
    const receipt = await payWith(`${page.url}?debt=${bill.id}`, goodCard.card_number)
    expect(statusOf(receipt)).toEqual(['succeeded'])
    expect((await server.api('GET', `/billing/bills/${bill.id}`)).body.status).toBe('paid')
    expect(page.url).not.toBe(customer.presentment_url)
  })

  it.each([
    ['phone_last4', 'Last four digits of your phone number'],
    ['email', 'Your e-mail address'],
    [{ metadata: 'postal_code' }, 'Postal code'],
  ])('gives the second fact that the merchant chose: %j', async (second_fact, label) => {
    await turnOn(second_fact)
    const { bill, last4, email } = await makePerson()
    expect((await open(address)).text).toContain(label)
    const right = { phone_last4: [last4, ` ${last4} `], email: [email, email.toUpperCase(), ` ${email.toLowerCase()}`] }
    const facts = typeof second_fact === 'string' ? right[second_fact as 'email'] : ['SW1A 1AA', 'sw1a1aa']
    for (const fact of facts) {
      expect((await lookUp(bill.external_reference, fact)).text).toContain('you owe R 50,00')
    }
    const wrong = [last4, email, 'SW1A 1AA'].filter((one) => !facts.includes(one))
    for (const fact of [...wrong, '', ' ', '%', 'null', '27359071234'.slice(0, 7)]) {
      expect([fact, (await lookUp(bill.external_reference, fact)).status]).toEqual([fact, 422])
    }
  })

  it('never matches a customer without that fact, nor an archived object', async () => {
    const { reference } = await makePerson({ phone: undefined })
    for (const fact of ['', '0000', 'null', 'undefined']) expect((await lookUp(reference, fact)).status).toBe(422)
    const one = await makePerson()
    await server.database.owner.query('update account set archived_at = now() where external_reference = $1', [
      (await server.api('GET', `/billing/accounts/${one.account.id}`)).body.external_reference,
    ])
    const { external_reference } = (await server.api('GET', `/billing/accounts/${one.account.id}`)).body
    expect((await lookUp(external_reference, one.last4)).text).toContain(nothing)
    await server.database.owner.query('update account set archived_at = null where external_reference = $1', [
      external_reference,
    ])
  })

  it('of another environment or merchant finds nothing', async () => {
    await turnOn('phone_last4', live())
    const { reference, last4 } = await makePerson()
    address = address.replace(/\/test$/, '')
    expect((await open(address)).text).not.toContain('Test page')
    expect((await lookUp(reference, last4)).text).toContain(nothing)
  })
})

describe('the page that a look-up leads to', () => {
  it('ends after 30 minutes, and its receipts stay', async () => {
    const { bill, last4 } = await makePerson()
    const page = await lookUp(bill.external_reference, last4)
    const receipt = await payWith(page.url, goodCard.card_number, '10')
    clock.advance(29 * 60_000)
    expect((await open(page.url)).text).toContain('you owe R 40,00')
    expect(receipt.text).toContain('See what is left to pay')
    clock.advance(60_000)
    for (const url of [page.url, `${page.url}/review?everything=ZAR`, `${page.url}/ways`]) {
      expect([url, (await open(url)).status]).toEqual([url, 404])
    }
    expect((await submit(page.forms[0])).status).toBe(404)
    const kept = await open(receipt.url)
    expect(statusOf(kept)).toEqual(['succeeded'])
    expect(kept.text).not.toContain('See what is left to pay')
  })

  it('lets a payer who is on the card page finish after it has ended', async () => {
    const { bill, last4 } = await makePerson()
    const page = await lookUp(bill.external_reference, last4)
    const card = await submit(page.forms[0])
    clock.advance(31 * 60_000)
    expect(statusOf(await submit(card.forms[0], goodCard))).toEqual(['succeeded'])
  })

  it('shows no permanent link, wherever it leads, also where a payment arrives while it is shown', async () => {
    const { customer, account, bill, reference, last4 } = await makePerson()
    const proofs = [customer, account, bill].map(({ presentment_url }) => presentment_url.slice(-22))
    const first = await lookUp(reference, last4)
    const seen: PayerPage[] = [first, await open(`${first.url}/review?everything=ZAR`)]
    const debt = await follow(first, /Details/)
    expect(debt.text).toContain('All that you owe')
    seen.push(debt, await follow(debt, /All that you owe/))
    const card = await submit(debt.forms[0])
    await submit(card.forms[0], { ...goodCard, card_number: '4000 0000 0000 0077' })
    clock.advance(4_000)
    const after = await open(debt.url)
    expect(after.text).toMatch(/is paid|Nothing to pay/)
    seen.push(after, await open(first.url))
    for (const page of seen) {
      for (const proof of proofs) expect(page.html + page.url).not.toContain(proof)
      expect([...page.html.matchAll(/\/p\/([\w-]+)/g)].filter(([, token]) => !token?.startsWith('g'))).toEqual([])
    }
  })

  it('is not opened by a token that was changed: another end, another object, the proof of a link', async () => {
    const { customer, reference, last4 } = await makePerson()
    const other = await makePerson()
    const token = (await lookUp(reference, last4)).url.split('/p/')[1] as string
    const permanent = customer.presentment_url.split('/p/')[1] as string
    const later = `${token.slice(0, 24)}${(Number.parseInt(token.slice(24, 32), 36) + 3600).toString(36).padStart(8, '0')}${token.slice(32)}`
    const forged = [
      later,
      token.slice(0, 31) + (token[31] === 'z' ? 'y' : 'z') + token.slice(32),
      token.slice(0, 1) + other.customer.presentment_url.split('/p/')[1].slice(0, 23) + token.slice(24),
      token.slice(0, 32) + permanent.slice(23),
      permanent.slice(0, 23) + token.slice(32),
      token.slice(1),
      `g${token}`,
      `gb${token.slice(2)}`,
    ]
    for (const one of forged) expect([one, (await open(`${server.url}/p/${one}`)).status]).toEqual([one, 404])
    expect((await open(`${server.url}/p/${token}`)).status).toBe(200)
  })

  it('ends with a link that is replaced', async () => {
    const { reference, last4 } = await makePerson()
    const page = await lookUp(reference, last4)
    const sql = 'update customer set link_version = 2 where external_reference = $1'
    await server.database.owner.query(sql, [reference])
    expect((await open(page.url)).status).toBe(404)
  })
})

describe('a look-up tells nobody what is there', () => {
  it('answers alike, by the same statements, whichever part was wrong', async () => {
    const { reference, last4 } = await makePerson()
    const texts: string[][] = []
    const { pool } = server.app
    const query = pool.query
    const answers = new Set<string>()
    pool.query = ((statement: { name?: string; text: string }): unknown => {
      // The job of the feed looks meanwhile.
      if (statement.name !== 'look-at-feed') texts.at(-1)?.push(statement.text)
      return Reflect.apply(query, pool, [statement])
    }) as typeof query
    try {
      for (const [sent, fact] of [
        [reference, '9999'],
        ['nobody-1', last4],
        ['nobody-2', '9999'],
        ['no reference! <x>', '9999'],
        ['', ''],
        ['\0', '\0'],
        ['x'.repeat(5_000), 'y'.repeat(5_000)],
      ] as const) {
        texts.push([])
        const { status, html } = await open(address, {
          method: 'POST',
          headers: { origin: server.url },
          body: new URLSearchParams({ reference: sent, fact }),
        })
        answers.add(`${status} ${html.replace(/(id="reference"[^>]* value=)"[^"]*"/, '$1""')}`)
      }
    } finally {
      pool.query = query
    }
    expect(answers.size).toBe(1)
    expect([...answers][0]).toContain(nothing)
    expect(texts[0]?.length).toBe(4)
    for (const one of texts) expect(one).toEqual(texts[0])
  })

  it('takes a tenth of a second at least, whatever was found', async () => {
    const { reference, last4 } = await makePerson()
    for (const [sent, fact] of [
      [reference, last4],
      ['nobody', '0000'],
    ] as const) {
      const begun = performance.now()
      await fetch(address, {
        method: 'POST',
        redirect: 'manual',
        headers: { origin: server.url },
        body: new URLSearchParams({ reference: sent, fact }),
      })
      expect(performance.now() - begun).toBeGreaterThan(100)
    }
  })

  it('has one answer for a merchant that there is not, one without a look-up, and a dead link', async () => {
    await server.api('PATCH', '/settings', { guest_lookup: null })
    const slug = /\/m\/([^/]+)/.exec(address)?.[1]
    const paths = [
      `/m/${slug}/test`,
      '/m/nobody',
      '/m/nobody/test',
      '/m',
      '/m/',
      '/m/%00',
      '/m/A',
      `/m/${slug}/else`,
      '/p/x',
    ]
    const pages = await Promise.all(paths.map((path) => open(server.url + path)))
    expect(new Set(pages.map(({ status, html }) => `${status} ${html}`)).size).toBe(1)
    const post = { method: 'POST', headers: { origin: server.url }, body: new URLSearchParams({ reference: 'x' }) }
    const posted = await Promise.all(paths.slice(0, 3).map((path) => open(server.url + path, post)))
    expect(new Set(posted.map(({ status, html }) => `${status} ${html}`))).toEqual(new Set([`404 ${pages[0]?.html}`]))
  })

  it('shows neither a card number nor the second fact again', async () => {
    const page = await lookUp('4111 1111 1111 1111', '4111111111111111')
    expect([page.status, page.html.includes('4111')]).toEqual([422, false])
    const other = await lookUp('INV-"<x>', 'secret-fact')
    expect(other.forms[0]?.fields.reference).toBe('INV-"<x>')
    expect(other.html).not.toContain('secret-fact')
  })

  it('refuses a form that another site sends', async () => {
    const { reference, last4 } = await makePerson()
    expect((await lookUp(reference, last4, { origin: 'https://evil.example' })).status).toBe(403)
    expect((await lookUp(reference, last4, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  })
})

describe('how often may be tried', () => {
  it('is limited for a reference, whether it exists, and then refuses what is right too', async () => {
    const { reference, last4 } = await makePerson()
    for (const sent of [reference, 'nobody']) {
      for (let attempt = 0; attempt < 10; attempt++) expect((await lookUp(sent, '9999')).status).toBe(422)
    }
    const [known, unknown] = [await lookUp(reference, last4), await lookUp('nobody', '9999')]
    expect([known.status, unknown.status]).toEqual([429, 429])
    expect(known.headers.get('retry-after')).toBe('86400')
    expect(known.text).toContain('This was tried too often.')
    expect(known.html.replaceAll(reference, '')).toBe(unknown.html.replaceAll('nobody', ''))
    clock.advance(86_400_000)
    expect((await lookUp(reference, last4)).status).toBe(200)
  })

  it('holds for attempts at once', async () => {
    const { reference } = await makePerson()
    const pages = await Promise.all(Array.from({ length: 25 }, () => lookUp(reference, '9999')))
    expect(pages.filter(({ status }) => status === 422)).toHaveLength(10)
    expect(pages.filter(({ status }) => status === 429)).toHaveLength(15)
  })

  it('is limited for an address, which then counts for no reference', async () => {
    const { reference, last4 } = await makePerson()
    const from = { 'x-forwarded-for': '198.51.100.1, 20.30.40.50' }
    const tried = await Promise.all(Array.from({ length: 61 }, (_, at) => lookUp(`many-${at}`, '9999', from)))
    expect(tried.filter(({ status }) => status === 422)).toHaveLength(60)
    for (let attempt = 0; attempt < 12; attempt++) expect((await lookUp(reference, '9999', from)).status).toBe(429)
    expect((await lookUp(reference, last4)).status).toBe(200)
    clock.advance(3_600_000)
    expect((await lookUp(reference, last4, from)).status).toBe(200)
  })

  it('keeps neither the address nor the reference, and is forgotten after a day', async () => {
    await lookUp('a-reference-of-somebody', '9999', { 'x-forwarded-for': '20.30.40.50' })
    const stored = async () => (await server.database.pool.query('select * from guest_attempt')).rows
    const text = JSON.stringify(await stored(), (_, value) => (typeof value === 'bigint' ? String(value) : value))
    expect(text).not.toMatch(/somebody|20\.30/)
    clock.advance(86_400_001)
    await maintainDatabase(server.app)
    expect(await stored()).toEqual([])
  })
})
