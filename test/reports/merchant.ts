import { expect } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { type ApiAnswer, type TestServer, testServer } from '../support/server.ts'

// biome-ignore lint/suspicious/noExplicitAny: rows of every shape
export type Row = any

export const till = { currency: 'ZAR', channel: 'till' }

/** A merchant with something to report of, and how to call for it. */
export type Merchant = {
  server: TestServer<ReturnType<typeof settableClock>>
  patch(path: string, body: unknown): Promise<ApiAnswer>
  call(path: string, headers?: Record<string, string>): Promise<ApiAnswer>
  /** The body of a GET that succeeds. */
  get(path: string): Promise<Row>
  /** The body of a POST that creates something. */
  post(path: string, body?: unknown): Promise<Row>
}

export const sumOf = (rows: Row[], field: string) => rows.reduce((sum, row) => sum + row[field], 0)
export const ofCurrency = (rows: Row[], currency: string) => rows.filter((row) => row.currency === currency)

/** Makes the merchant, in Johannesburg, on 4 November 2026 after three days of business. */
export async function reportedMerchant(): Promise<Merchant> {
  const server = await testServer({ clock: settableClock(new Date('2026-11-02T08:00:00Z')) })
  const merchant: Merchant = {
    server,
    patch: (path, body) => server.api('PATCH', path, body),
    call: (path, headers) => server.api('GET', path, undefined, headers),
    async get(path) {
      const { status, body, text } = await server.api('GET', path)
      expect([status, text]).toEqual([200, expect.anything()])
      return body
    },
    async post(path, body = {}) {
      const { status, body: made, text } = await server.api('POST', path, body)
      expect([status, text]).toEqual([201, expect.anything()])
      return made
    },
  }
  expect((await merchant.patch('/settings', { time_zone: 'Africa/Johannesburg' })).status).toBe(200)
  await makeDays(merchant)
  return merchant
}

/** Three days of a merchant: what each kind of money and debt does. */
async function makeDays({ server: { clock }, post }: Merchant): Promise<void> {
  const customer = { external_reference: 'c1', currency: 'ZAR', balance: 100 }
  await post('/billing/accounts', { customer, external_reference: 'a1', currency: 'ZAR', balance: 1_000 })
  await post('/billing/accounts', { customer: 'c1', external_reference: 'usd', currency: 'USD', balance: 70 })
  await post('/billing/customers', { external_reference: 'c2' })
  const bill = { currency: 'ZAR', bill_date: '2026-09-01' }
  for (const [reference, due_date, amount_due] of [
    ['b0', '2026-11-02', 300],
    ['b1', '2026-11-01', 300],
    ['b30', '2026-10-03', 300],
    ['b60', '2026-09-03', 900],
  ]) {
    await post('/billing/bills', { ...bill, account: 'a1', external_reference: reference, amount_due, due_date })
  }
  await post('/billing/payments', { ...till, amount: 400, reference: 't1', account: 'a1' })
  // Received on 31 October in Johannesburg, where midnight is at 22:00 UTC.
  const earlier = { ...till, amount: 50, received_at: '2026-10-31T21:59:59Z' }
  await post('/billing/payments', { ...earlier, reference: 't2', customer: 'c1' })
  await post('/billing/payments', { ...earlier, reference: 't3', customer: 'c1', received_at: '2026-10-31T22:00:00Z' })
  const unknown = { ...till, amount: 90, channel: 'bank', reference: 'u1', unidentified: true }
  const { id } = await post('/billing/payments', unknown)
  clock.set(new Date('2026-11-03T08:00:00Z'))
  await post(`/billing/payments/${id}/assignments`, { to: { bill: 'b60' } })
  await post('/test/payments', { account: 'usd', amount: 20, outcome: 'succeeded' })
  const bounced = await post('/billing/payments', { ...till, amount: 30, reference: 't4', bill: 'b30' })
  await post(`/billing/payments/${bounced.id}/reversals`, { amount: 10, reason: '=HYPERLINK("x"), bounced' })
  await post('/billing/accounts/a1/adjustments', { amount: -5, reason: 'A discount', label: '-5', kind: 'discount' })
  clock.set(new Date('2026-11-04T08:00:00Z'))
  await post('/billing/accounts/a1/adjustments', { amount: 7, reason: 'late', effective_at: '2026-11-02T10:00:00Z' })
}
