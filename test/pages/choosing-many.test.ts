import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { customersOf, ticks } from './household.ts'
import { follow, goodCard, open, type PayerPage, statusOf, submit } from './payer.ts'

const clock = settableClock(new Date('2026-11-26T08:00:00Z'))
let server: TestServer<typeof clock>
let { create, paymentsCount, review } = {} as ReturnType<typeof customersOf>
beforeAll(async () => {
  server = await testServer({ clock })
  ;({ create, paymentsCount, review } = customersOf(server))
})
afterAll(() => server.stop())

describe('a list that is longer than a page', () => {
  it('comes in pages, each under 15 kB, without losing the sum, and is paid at once', async () => {
    const customer = await create('customers', { name: 'Many' })
    for (let index = 1; index <= 60; index++) {
      await create('bills', { customer: customer.id, currency: 'ZAR', amount_due: 100 + index })
    }
    const first = await open(customer.presentment_url)
    expect(first.text).toContain('Many, you owe R 78,30')
    expect(first.text).toContain('Page 1 of 6, 60 in all.')
    const pages = [first]
    while (pages.length < 6) pages.push(await follow(pages.at(-1) as PayerPage, /Next/))
    const listed = pages.flatMap(ticks).map(([id]) => id)
    expect(new Set(listed).size).toBe(60)
    for (const { html } of pages) expect(Buffer.byteLength(html)).toBeLessThan(15_000)
    const page = await follow(first, /Pay everything, R 78,30/)
    expect(page.text).toContain('36 more R')
    expect(Buffer.byteLength(page.html)).toBeLessThan(15_000)
    const outcome = await submit((await submit(page.forms[0])).forms[0], goodCard)
    expect(statusOf(outcome)).toEqual(['succeeded'])
    expect((await open(customer.presentment_url)).text).toContain('Nothing to pay')
  }, 60_000)

  it('is asked for again when two of many have moved and the sum has not, on a page that stays small', async () => {
    const customer = await create('customers', { name: 'Moving' })
    const bills: { id: string }[] = []
    for (let index = 1; index <= 40; index++) {
      bills.push(await create('bills', { customer: customer.id, currency: 'ZAR', amount_due: 500 }))
    }
    const page = await review(customer, 'everything=ZAR')
    const adjust = (bill: { id: string } | undefined, kind: string, amount: number) =>
      server.api('POST', `/billing/bills/${bill?.id}/adjustments`, { kind, amount, reason: 'x' })
    await adjust(bills[0], 'fee', 100)
    await adjust(bills[1], 'discount', -100)
    const before = await paymentsCount()
    const again = await submit(page.forms[0])
    expect([again.status, await paymentsCount()]).toEqual([422, before])
    expect(again.text).toMatch(/This has changed since you looked It was R 200,00 in all ?\. Nothing was charged\./)
    expect(Buffer.byteLength(again.html)).toBeLessThan(15_000)
    expect((await submit(again.forms[0])).html).toContain('name="card_number"')
  }, 60_000)
})

describe('a choice', () => {
  it('is never for more than one payment can be: that is said, and nothing is begun', async () => {
    const customer = await create('customers', { name: 'Very much', currency: 'ZAR', balance: 999_999_999_999 })
    await create('bills', { customer: customer.id, currency: 'ZAR', amount_due: 999_999_999_999 })
    const before = await paymentsCount()
    for (const query of ['everything=ZAR', 'currency=ZAR&amount=15000000000']) {
      const page = await review(customer, query)
      expect([query, page.status, await paymentsCount()]).toEqual([query, 422, before])
    }
    const all = await review(customer, 'everything=ZAR')
    expect(all.text).toContain('This is more than one payment can be for. Tick fewer debts')
    const one = await review(customer, `debt=${customer.id}`)
    expect((await submit(one.forms[0])).html).toContain('name="card_number"')
  })
})
