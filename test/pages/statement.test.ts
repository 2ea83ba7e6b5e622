import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { readPdf } from '../receipts/pdf.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { follow, open, type PayerPage } from './payer.ts'

const clock = settableClock(new Date('2026-11-23T08:00:00Z'))
let server: TestServer<typeof clock>
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())

let made = 0
async function post(path: string, body: object, headers = {}) {
  const { status, text, body: answer } = await server.api('POST', path, body, headers)
  expect(status, text).toBe(201)
  return answer
}
const pay = (target: object, amount: number, received_at: string, currency = 'ZAR') =>
  post('/billing/payments', { amount, currency, channel: 'till', reference: `S-${++made}`, received_at, ...target })

/** A customer with two accounts, bills on one of them and on none, dollars, and money that is not used. */
async function household() {
  const opening = { balance: 50_000, effective_at: '2026-08-01T00:00:00Z' }
  const customer = await post('/billing/customers', {
    external_reference: `household-${++made}`,
    name: 'Thandi Nkosi',
    currency: 'ZAR',
    opening,
  })
  const of = { customer: customer.id, currency: 'ZAR' }
  const water = await post('/billing/accounts', { ...of, external_reference: `W-${made}`, name: 'Home water' })
  const pool = await post('/billing/accounts', { ...of, external_reference: `P-${made}`, name: 'Pool', balance: 7_000 })
  const bill = (owner: object, amount_due: number, more: object = {}) =>
    post('/billing/bills', {
      external_reference: `B-${++made}`,
      currency: 'ZAR',
      amount_due,
      bill_date: '2026-09-05',
      ...owner,
      ...more,
    })
  const late = await bill({ account: water.id }, 120_000, { due_date: '2026-10-15' })
  await bill({ customer: customer.id }, 900, { currency: 'USD' })
  await pay({ bill: late.id }, 100_000, '2026-10-20T12:00:00Z')
  await pay({ customer: customer.id }, 60_000, '2026-11-02T12:00:00Z')
  await pay({ bill: late.id }, 3_000, '2026-11-03T12:00:00Z')
  await post(`/billing/accounts/${pool.id}/adjustments`, {
    kind: 'fee',
    amount: 250,
    label: 'Late fee',
    reason: 'late',
  })
  return { customer, water, pool, late }
}

const plain = ({ text }: PayerPage) => text.replaceAll(/\s+/g, ' ')
/** The lines of a statement, and its sums, as a payer reads them. */
function readStatement({ html }: PayerPage) {
  const clean = (part = '') =>
    part
      .replaceAll(/<[^>]+>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim()
  const all = (expression: RegExp) => [...html.matchAll(expression)].map(([, part]) => clean(part))
  return { lines: all(/<li>([\s\S]*?)<\/li>/g), facts: all(/<div><dt>([\s\S]*?)<\/div>/g) }
}

describe('the statement of a payer', () => {
  test('is led to from the page of a customer and of an account, shows the last three months, and adds up', async () => {
    const { customer, late } = await household()
    const page = await follow(await open(customer.presentment_url), /^Statement$/)
    expect(page.status).toBe(200)
    expect(plain(page)).toContain('1 September 2026 to 23 November 2026')
    const { lines, facts } = readStatement(page)
    expect(lines).toEqual([
      expect.stringMatching(/^Bill B-\d+ 5 September 2026 US\$9,00 US\$9,00$/),
      `Bill ${late.external_reference} 5 September 2026 R 1 200,00 R 1 700,00`,
      `Payment 20 October 2026 · Bill ${late.external_reference} -R 1 000,00 R 700,00`,
      `Payment 2 November 2026 · Bill ${late.external_reference} -R 200,00 R 500,00`,
      'Payment 2 November 2026 -R 400,00 R 100,00',
      'Balance taken over 23 November 2026 · Pool R 70,00 R 170,00',
      'Late fee 23 November 2026 · Pool R 2,50 R 172,50',
    ])
    expect(facts).toEqual(
      expect.arrayContaining([
        'Owed before R 500,00',
        'Added R 1 272,50',
        'Paid or taken off R 1 600,00',
        'Owed after R 172,50',
      ]),
    )
    expect(plain(page)).toContain('holds R 30,00 of yours that is not used yet.')
    const json = await server.api(
      'GET',
      `/billing/customers/${customer.id}/statement?scope=all&from=2026-09-01&to=2026-11-23`,
    )
    const rands = json.body.currencies[1]
    expect([rands.opening_balance, rands.closing_balance, rands.movements.length]).toEqual([50_000, 17_250, 6])
  })

  test('says how long what is open at its end has been due, where any of it is overdue', async () => {
    const { customer } = await household()
    const october = await open(`${customer.presentment_url}/statement?from=2026-10-01&to=2026-10-31`)
    const [, ages = ''] = october.html.split('How long it has been due')
    expect(readStatement({ ...october, html: ages }).facts).toEqual([
      'Not overdue R 500,00',
      '1 to 30 days R 200,00',
      '31 to 60 days R 0,00',
      '61 to 90 days R 0,00',
      'More than 90 days R 0,00',
    ])
    const september = await open(`${customer.presentment_url}/statement?from=2026-09-01&to=2026-09-30`)
    expect(september.text).not.toContain('How long')
  })

  test('of an account tells of that and its bills only, and a bill has none, nor has a link that does not work', async () => {
    const { customer, water, pool, late } = await household()
    const page = await follow(await open(water.presentment_url), /^Statement$/)
    const { lines } = readStatement(page)
    expect([page.status, lines.length]).toEqual([200, 3])
    for (const foreign of ['Pool', 'US$', 'not used yet', customer.external_reference]) {
      expect(page.text).not.toContain(foreign)
    }
    const bill = await open(late.presentment_url)
    expect(bill.html).not.toContain('/statement')
    await server.api('PATCH', `/billing/accounts/${pool.id}`, { balance: 0 })
    await server.api('POST', `/billing/accounts/${pool.id}/archive`)
    for (const url of [late.presentment_url, `${server.url}/p/nothing`, pool.presentment_url]) {
      for (const path of ['statement', 'statement.pdf']) expect((await open(`${url}/${path}`)).status).toBe(404)
    }
  })

  test('of many movements has pages, each under 15 kB, of which each has the sums of all and each movement is on one', async () => {
    const customer = await post('/billing/customers', {
      external_reference: `many-${++made}`,
      name: 'N'.repeat(255),
      currency: 'ZAR',
      balance: 0,
    })
    const rows = Array.from({ length: 45 }, (_, at) => ({
      customer: customer.id,
      amount: at + 1,
      label: `Fee ${at} ${'W'.repeat(60)}`,
      reference: `R-${'9'.repeat(60)}`,
      kind: 'fee',
      reason: 'x',
    }))
    const batch = await server.api(
      'POST',
      '/billing/adjustments/batch',
      { rows },
      { 'idempotency-key': `many-${made}` },
    )
    expect(batch.body.succeeded).toBe(45)
    const pages: PayerPage[] = [await open(`${customer.presentment_url}/statement?lang=en`)]
    while (/>Next</.test(pages.at(-1)?.html ?? '')) pages.push(await follow(pages.at(-1) as PayerPage, /^Next$/))
    expect(pages.map((page) => /Page \d of 3, 45 in all\./.exec(page.text)?.[0])).toEqual(
      [1, 2, 3].map((page) => `Page ${page} of 3, 45 in all.`),
    )
    const read = pages.map(readStatement)
    for (const { facts } of read) expect(facts).toEqual(expect.arrayContaining(['Added R 10,35', 'Owed after R 10,35']))
    for (const page of pages) expect(Buffer.byteLength(page.html)).toBeLessThan(15_000)
    const fees = read.flatMap(({ lines }) => lines.flatMap((line) => /^Fee (\d+) /.exec(line)?.[1] ?? []))
    expect(fees.map(Number).toSorted((one, other) => one - other)).toEqual(rows.map((_, at) => at))
    const lasts = read.map(({ lines }) => /R \S+$/.exec(lines.at(-1) ?? '')?.[0])
    expect(read.slice(1).map(({ lines }) => lines[0])).toEqual([
      `Brought forward ${lasts[0]}`,
      `Brought forward ${lasts[1]}`,
    ])
    const beyond = await open(`${customer.presentment_url}/statement?page=9`)
    expect([beyond.status, beyond.text.includes('Nothing was added')]).toEqual([200, false])
  })

  test('is of the days that are chosen, without a script, and asks again for those that are none', async () => {
    const { customer } = await household()
    const url = `${customer.presentment_url}/statement`
    const month = await follow(await open(`${url}?lang=en`), /^This month$/)
    expect([plain(month).includes('1 November 2026 to 23 November 2026'), month.url]).toEqual([
      true,
      expect.stringContaining('lang=en'),
    ])
    expect(month.html).toMatch(/aria-current="page">This month/)
    const [form] = month.forms
    const sent = new URLSearchParams({ ...form?.fields, from: '2026-10-20', to: '2026-10-20' })
    const day = await open(`${form?.action}?${sent}`)
    expect(readStatement(day).lines).toHaveLength(1)
    const french = await follow(day, /^Français$/)
    expect([readStatement(french).lines.length, french.text.includes('Relevé')]).toEqual([1, true])
    for (const days of [
      'from=2026-11-02&to=2026-11-01',
      'from=2026-11-02',
      'from=x&to=y',
      'from=2026-02-30&to=2026-03-01',
      'from=0001-01-01&to=9999-12-31',
    ]) {
      const wrong = await open(`${url}?${days}`)
      expect([wrong.status, wrong.text.includes('Enter two days'), wrong.html.includes('<li>')]).toEqual([
        422,
        true,
        false,
      ])
      expect((await open(`${customer.presentment_url}/statement.pdf?${days}`)).status).toBe(422)
    }
    expect((await open(`${url}?from=2026-11-01&from=2026-11-02`)).status).toBeLessThan(500)
  })

  test('is of the days where the merchant is', async () => {
    const { account } = { account: (await household()).water }
    await pay({ account: account.id }, 100, '2026-11-20T22:30:00Z')
    const linesOn = async (day: string) =>
      readStatement(await open(`${account.presentment_url}/statement?from=${day}&to=${day}`)).lines.length
    await server.api('PATCH', '/settings', { time_zone: 'Africa/Johannesburg' })
    const there = [await linesOn('2026-11-20'), await linesOn('2026-11-21')]
    await server.api('PATCH', '/settings', { time_zone: 'UTC' })
    expect([there, await linesOn('2026-11-20')]).toEqual([[0, 0], 0])
  })
})

describe('the PDF of a statement', () => {
  const squeezed = (text: string) => text.replaceAll(/\s+/g, '')
  const bytesOf = async (url: string, headers = {}) => {
    const response = await fetch(url, { headers, redirect: 'manual' })
    return { response, bytes: Buffer.from(await response.arrayBuffer()) }
  }

  test('says all that the page says, is led to from there, and is the same bytes twice', async () => {
    const { customer, late } = await household()
    const page = await open(`${customer.presentment_url}/statement`)
    const [, path = ''] = /class="button" href="([^"]+)"/.exec(page.html) ?? []
    const url = server.url + path.replaceAll('&amp;', '&')
    const { response, bytes } = await bytesOf(url)
    expect([response.status, response.headers.get('content-type'), response.headers.get('cache-control')]).toEqual([
      200,
      'application/pdf',
      'no-store',
    ])
    const pdf = readPdf(bytes)
    const said = squeezed(pdf.text)
    for (const text of [
      '1 September 2026 to 23 November 2026',
      'Thandi Nkosi',
      `Payment · Bill ${late.external_reference}`,
      '-R 1 000,00',
      'Owed after',
      'R 172,50',
      'Late fee · Pool',
      'US$9,00',
      'holds R 30,00 of yours',
      'Page 1 of',
    ]) {
      expect(said).toContain(squeezed(text))
    }
    expect(pdf.raw).toContain('/StructTreeRoot')
    expect(pdf.text).not.toContain('/p/')
    expect(bytes.equals((await bytesOf(url)).bytes)).toBe(true)
  })

  test('comes to the merchant by what it accepts, of everything, in the language that is asked for', async () => {
    const { customer, water } = await household()
    const days = 'from=2026-09-01&to=2026-11-23'
    const authorization = `Bearer ${server.key}`
    const asked = { authorization, accept: 'application/pdf', 'accept-language': 'fr' }
    for (const path of [`customers/${customer.id}`, `accounts/${water.external_reference}`]) {
      const { response, bytes } = await bytesOf(`${server.url}/billing/${path}/statement?scope=all&${days}`, asked)
      expect([response.status, response.headers.get('vary')]).toEqual([200, 'Accept, Accept-Language'])
      expect(squeezed(readPdf(bytes).text)).toContain('Relevé')
    }
    const own = await server.api('GET', `/billing/customers/${customer.id}/statement?${days}`, undefined, asked)
    expect([own.status, own.body.errors[0].parameter]).toEqual([400, 'scope'])
  })

  test('is none of what it has no letters for: the page is printed then', async () => {
    const owner = { external_reference: `ar-${++made}`, name: 'ماء المنزل', currency: 'ZAR', balance: 500 }
    const customer = await post('/billing/customers', owner)
    const page = await open(`${customer.presentment_url}/statement`)
    expect([page.text.includes('Print this page'), page.html.includes('statement.pdf')]).toEqual([true, false])
    expect((await open(`${customer.presentment_url}/statement.pdf?from=2026-11-01&to=2026-11-23`)).html).toContain(
      '<h1>',
    )
    const path = `/billing/customers/${customer.id}/statement?scope=all&from=2026-11-01&to=2026-11-23`
    const refused = await server.api('GET', path, undefined, { accept: 'application/pdf' })
    expect([refused.status, refused.body.code]).toEqual([422, 'not_supported'])
  })
})
