import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { makeAccount, open, payWith, submit } from './payer.ts'

const clock = settableClock(new Date('2026-11-23T08:00:00Z'))
let server: TestServer<typeof clock>
beforeAll(async () => {
  server = await testServer({
    clock,
    merchant: { name: 'Acme Water; Gas, and more of what a house needs', slug: 'acme' },
  })
})
afterAll(() => server.stop())

let made = 0
const makeBill = async (more: object = {}) => {
  const bill = { external_reference: `INV-${++made}`, currency: 'ZAR', amount_due: 123_456, due_date: '2026-11-30' }
  const customer = { external_reference: `dated-${made}`, name: 'Thandi Nkosi', email: `dated-${made}@example.com` }
  const { status, body, text } = await server.api('POST', '/billing/bills', { customer, ...bill, ...more })
  expect(status, text).toBe(201)
  return body
}
const calendarOf = (url: string) => fetch(`${url}/due.ics`)
const link = /<a href="([^"]+)">Put it into your calendar<\/a>/

describe('the day on which a bill is due', () => {
  it('can be put into a calendar: what, of whom and when, without the amount and the link', async () => {
    const bill = await makeBill()
    const page = await open(bill.presentment_url)
    const answer = await fetch(new URL(link.exec(page.html)?.[1] ?? '', page.url))
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/calendar; charset=utf-8'])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const text = (await answer.text()).replaceAll('\r\n ', '')
    expect(text).toContain(
      `SUMMARY:Bill ${bill.external_reference} of Acme Water\\; Gas\\, and more of what a house needs is due\r\n`,
    )
    expect(text).toContain('DTSTART;VALUE=DATE:20261130\r\n')
    expect(text).not.toMatch(/1.?234|https?:|\/p\/|Thandi/)
    expect(text).not.toContain(bill.presentment_url.split('/p/')[1])
  })

  it('has one name for good, so that it is not in the calendar twice', async () => {
    const { presentment_url, id } = await makeBill()
    const uid = async () => /UID:(.*)\r/.exec(await (await calendarOf(presentment_url)).text())?.[1]
    expect(await uid()).toBe(`due-${id}`)
    await server.api('PATCH', `/billing/bills/${id}`, { due_date: '2026-12-31' })
    expect(await uid()).toBe(`due-${id}`)
  })

  it('is offered to somebody who looked the bill up, until the page ends', async () => {
    const settings = { guest_lookup: { second_fact: 'email' } }
    const { guest_lookup_url } = (await server.api('PATCH', '/settings', settings)).body
    const bill = await makeBill()
    const facts = { reference: bill.external_reference, fact: `dated-${made}@example.com` }
    const page = await submit((await open(guest_lookup_url)).forms[0], facts)
    const url = new URL(link.exec(page.html)?.[1] ?? '', page.url)
    const answer = await fetch(url)
    expect([answer.status, (await answer.text()).includes('DTSTART;VALUE=DATE:20261130')]).toEqual([200, true])
    clock.advance(31 * 60_000)
    expect((await fetch(url)).status).toBe(404)
  })

  it('is nothing for what has no such day, is paid or withdrawn, or is not a bill', async () => {
    const dateless = await makeBill({ due_date: undefined })
    const paid = await makeBill()
    await payWith(paid.presentment_url, '4242 4242 4242 4242')
    const voided = await makeBill()
    await server.api('POST', `/billing/bills/${voided.id}/void`)
    const archived = await makeBill()
    await server.api('POST', `/billing/bills/${archived.id}/void`)
    await server.api('POST', `/billing/bills/${archived.id}/archive`)
    const account = await makeAccount(server)
    for (const { presentment_url } of [dateless, paid, voided, archived, account]) {
      const answer = await calendarOf(presentment_url)
      expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('This link does not work')])
      expect((await open(presentment_url)).html).not.toMatch(link)
    }
    expect((await calendarOf(`${server.url}/p/${'x'.repeat(45)}`)).status).toBe(404)
  })

  it('is not offered any more once it has passed', async () => {
    const { presentment_url } = await makeBill({ due_date: '2026-11-22', bill_date: '2026-11-01' })
    expect((await open(presentment_url)).html).not.toMatch(link)
    expect((await calendarOf(presentment_url)).status).toBe(200)
  })
})
