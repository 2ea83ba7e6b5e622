import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestServer, testServer } from '../support/server.ts'
import { open } from './payer.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

let made = 0
async function raise(more: Record<string, unknown> = {}) {
  const external_reference = `page-${++made}`
  const sent = {
    customer: { external_reference, name: 'Thandi' },
    external_reference,
    currency: 'ZAR',
    amount_due: 2000,
  }
  const { status, body, text } = await server.api('POST', '/billing/bills', { ...sent, ...more })
  expect(status, text).toBe(201)
  return body
}

const lines = (count: number, label = (at: number) => `Line ${at}`) =>
  Array.from({ length: count }, (_, at) => ({ label: label(at), amount: at === 0 ? 2000 - count + 1 : 1 }))
const rowsOf = (html: string) => html.match(/<tr>/g) ?? []

describe('the page of a bill', () => {
  it('says under the headline what the bill is for, and shows its lines and the way to its document', async () => {
    const bill = await raise({
      description: 'Water for March',
      lines: [
        { label: 'Water, 12 kl', amount: 2500 },
        { label: 'Rebate', amount: -500 },
      ],
      document_url: 'https://example.com/bills/42.pdf?a=1&b="2"',
    })
    const { html, text } = await open(bill.presentment_url)
    expect(html).toMatch(/<\/h1>(<p class="due[^>]*>.*?<\/p>)?\n<p class="for"><bdi>Water for March<\/bdi><\/p>/)
    expect(text).toMatch(/Water, 12 kl R 25,00 Rebate -R 5,00/)
    expect(html).not.toContain('<details><summary>What it is made of')
    const link = /<a href="([^"]*)"([^>]*)>See the bill \(document\)<\/a>/.exec(html)
    expect(link?.slice(1)).toEqual([
      'https://example.com/bills/42.pdf?a=1&amp;b=%222%22',
      ' rel="noopener noreferrer nofollow"',
    ])
  })

  it('shows nothing of it where nothing was said, or only spaces', async () => {
    for (const more of [{}, { description: ' \n ' }]) {
      const { html } = await open((await raise(more)).presentment_url)
      expect(html).not.toMatch(/class="for"|<table|See the bill/)
    }
  })

  it('shows up to four lines at once and folds more', async () => {
    const four = await open((await raise({ lines: lines(4) })).presentment_url)
    expect([rowsOf(four.html).length, four.html.includes('<details>')]).toEqual([4, false])
    const five = await open((await raise({ lines: lines(5) })).presentment_url)
    expect(rowsOf(five.html)).toHaveLength(5)
    expect(five.html).toContain('<details><summary>What it is made of, 5 lines</summary><table class="lines">')
  })

  it('still says it when the bill is paid and when it is withdrawn', async () => {
    const said = { description: 'Water for March', lines: lines(2) }
    const paid = await raise(said)
    await server.api('PATCH', `/billing/bills/${paid.id}`, { amount_paid: 2000 })
    const withdrawn = await raise(said)
    await server.api('POST', `/billing/bills/${withdrawn.id}/void`)
    for (const { presentment_url } of [paid, withdrawn]) {
      const { html, text } = await open(presentment_url)
      expect(text).toContain('Water for March')
      expect(rowsOf(html)).toHaveLength(2)
    }
  })

  it('isolates and escapes what was written, and shows no control characters', async () => {
    const naughty = '<script>alert(1)</script>\u202E"\'&\u0001'
    const shown = '<bdi>&lt;script&gt;alert(1)&lt;/script&gt;\u202E&quot;&#39;&amp;</bdi>'
    const bill = await raise({ description: naughty, lines: [{ label: naughty, amount: 2000 }] })
    const { html } = await open(bill.presentment_url)
    expect(html.split(shown)).toHaveLength(3)
    expect(html).not.toContain('<script')
  })

  it('weighs at most 15 kB with 50 lines', async () => {
    const label = (at: number) => `${at + 1}. Electricity, block tariff, ${100 + at} kWh at R 2,41 per kWh`
    const document_url = `https://example.com/invoices/${'d'.repeat(60)}.pdf`
    const bill = await raise({
      description: 'Electricity and water of the shop at 12 Long Street, Cape Town, and of its store, for March 2026',
      lines: lines(50, label),
      document_url,
      due_date: '2026-03-31',
      bill_date: '2026-03-01',
    })
    const { html } = await open(bill.presentment_url)
    expect(rowsOf(html)).toHaveLength(50)
    expect(Buffer.byteLength(html)).toBeLessThanOrEqual(15_000)
  })
})

describe('the list of debts', () => {
  it('says beside the number of a bill what it is for, the first 80 characters of it', async () => {
    const first = await raise({ description: 'Water & light\nfor March' })
    const owner = { customer: first.customer_id }
    await raise({ ...owner, description: `${'💧'.repeat(79)}end` })
    await raise({ ...owner, description: '💧'.repeat(80) })
    await raise(owner)
    const customer = (await server.api('GET', `/billing/customers/${first.customer_id}`)).body
    const { html } = await open(customer.presentment_url)
    const number = first.external_reference
    expect(html).toContain(`Bill ${number}<small><bdi>Water &amp; light\nfor March</bdi></small></bdi>`)
    expect(html).toContain(`<small><bdi>${'💧'.repeat(79)}…</bdi></small>`)
    expect(html).toContain(`<small><bdi>${'💧'.repeat(80)}</bdi></small>`)
    expect(html.match(/Bill [^<]+<small><bdi>/g)).toHaveLength(3)
  })
})
