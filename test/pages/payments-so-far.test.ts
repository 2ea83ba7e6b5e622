import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { follow, makeAccount, open, payWith, statusOf } from './payer.ts'

const clock = settableClock(new Date('2026-11-23T08:00:00Z'))
let server: TestServer<typeof clock>
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())

const dayMs = 86_400_000
let recorded = 0
const record = async (target: object, amount: number) => {
  const money = { amount, currency: 'ZAR', channel: 'till', reference: `till-${++recorded}` }
  const { status, body, text } = await server.api('POST', '/billing/payments', { ...money, ...target })
  expect(status, text).toBe(201)
  return body
}
const makeBill = async (account: string, external_reference: string) =>
  (await server.api('POST', '/billing/bills', { account, external_reference, currency: 'ZAR', amount_due: 5000 })).body
/** What the fold of a page says. */
const soFar = async ({ presentment_url }: { presentment_url: string }) => {
  const page = await open(presentment_url)
  const [, fold = ''] = /<summary>Payments so far<\/summary>([\s\S]*?)<\/details>/.exec(page.html) ?? []
  const lines = [...fold.matchAll(/<li>([\s\S]*?)<\/li>/g)].map(([, line]) =>
    String(line)
      .replaceAll(/<[^>]+>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  )
  return { page, lines, links: fold.match(/<a /g)?.length ?? 0 }
}

describe('the payments so far', () => {
  it('of a bill, of its account and of its customer are what each of them got', async () => {
    const account = await makeAccount(server)
    const [first, second] = [await makeBill(account.id, 'first'), await makeBill(account.id, 'second')]
    const customer = (await server.api('GET', `/billing/customers/${account.customer_id}`)).body
    for (const one of [account, first, customer]) expect((await soFar(one)).lines).toEqual([])
    await record(
      {
        allocations: [
          { bill: first.id, amount: 300 },
          { bill: second.id, amount: 200 },
        ],
      },
      600,
    )
    clock.advance(dayMs)
    await payWith(`${account.presentment_url}?debt=${account.id}`, '4242 4242 4242 4242', '1,00')
    expect((await soFar(first)).lines).toEqual(['23 November 2026 R 3,00'])
    expect((await soFar(second)).lines).toEqual(['23 November 2026 R 2,00'])
    expect((await soFar(account)).lines).toEqual(['24 November 2026 R 1,00', '23 November 2026 R 5,00'])
    expect((await soFar(customer)).lines).toEqual(['24 November 2026 R 1,00', '23 November 2026 R 6,00'])
  })

  it('lead to the receipt where they were begun on that page, and nowhere else', async () => {
    const account = await makeAccount(server)
    const bill = await makeBill(account.id, 'linked')
    const customer = (await server.api('GET', `/billing/customers/${account.customer_id}`)).body
    await payWith(bill.presentment_url, '4242 4242 4242 4242', '1,00')
    const { page, links } = await soFar(bill)
    expect(links).toBe(1)
    const receipt = await follow(page, /\d+ November 2026/)
    expect([statusOf(receipt), receipt.text.includes('You paid R 1,00')]).toEqual([['succeeded'], true])
    for (const one of [account, customer]) {
      const { lines, links } = await soFar(one)
      expect([lines.length, links]).toEqual([1, 0])
    }
    await record({ bill: bill.id }, 100)
    expect(await soFar(bill)).toMatchObject({ lines: { length: 2 }, links: 1 })
    const request = { amount: 100, currency: 'ZAR', bill: bill.id }
    const { id } = (await server.api('POST', '/collect/payment_requests', request)).body
    await server.api('POST', '/test/payments', { payment_request: id, outcome: 'succeeded' })
    expect(await soFar(bill)).toMatchObject({ lines: { length: 3 }, links: 1 })
  })

  it('say what was taken back, and count no payment that brought nothing', async () => {
    const account = await makeAccount(server)
    const payment = await record({ account: account.id }, 500)
    await payWith(account.presentment_url, '4000 0000 0000 9995')
    await server.api('POST', `/billing/payments/${payment.id}/reversals`, { amount: 200, reason: 'bounced' })
    const customer = (await server.api('GET', `/billing/customers/${account.customer_id}`)).body
    for (const one of [account, customer]) {
      expect((await soFar(one)).lines).toEqual([
        expect.stringMatching(/^2\d November 2026 R 2,00 of it taken back R 5,00$/),
      ])
    }
    await server.api('POST', `/billing/payments/${payment.id}/reversals`, { reason: 'bounced' })
    for (const one of [account, customer]) {
      expect((await soFar(one)).lines).toEqual([expect.stringMatching(/^2\d November 2026 taken back R 5,00$/)])
    }
  })

  it('beside a long list of debts are on a page of their own, with more of them', async () => {
    const account = await makeAccount(server)
    for (let number = 0; number < 6; number++) await makeBill(account.id, `long-${number}`)
    for (let amount = 1; amount <= 7; amount++) await record({ bill: 'long-5' }, amount)
    const { page, lines } = await soFar(account)
    expect(lines).toEqual([])
    const own = await follow(page, /^Payments so far$/)
    expect(own.html.match(/<li>/g)).toHaveLength(7)
    expect((await follow(own, /Back to what is owed/)).url).toBe(page.url)
    expect((await open(`${(await makeAccount(server)).presentment_url}/payments`)).text).toContain('There are none.')
    expect((await open(`${server.url}/p/${'x'.repeat(45)}/payments`)).status).toBe(404)
  })

  it('are the last five', async () => {
    const account = await makeAccount(server)
    for (let amount = 1; amount <= 7; amount++) {
      clock.advance(1_000)
      await record({ account: account.id }, amount)
    }
    const { lines } = await soFar(account)
    expect(lines.map((line) => line.slice(-4))).toEqual(['0,07', '0,06', '0,05', '0,04', '0,03'])
  })
})
