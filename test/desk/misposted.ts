import { expect } from 'vitest'
import type { TestServer } from '../support/server.ts'

export const hour = 3_600_000
export const reason = 'Posted to the neighbour by mistake'

/** What tests of misposted money do at a server: customers who owe, their payments, and transfers of these. */
export function atDesk(server: () => TestServer) {
  let serial = 0
  const next = () => ++serial
  const post = (path: string, body?: unknown, headers?: Record<string, string>) =>
    server().api('POST', path, body, headers)
  const get = async (path: string) => (await server().api('GET', path)).body
  const payment = (id: string) => get(`/billing/payments/${id}`)
  const ago = (ms: number) => new Date(Date.now() - ms).toISOString()
  const made = async (path: string, body: object) => {
    const answer = await post(path, body)
    expect(answer.status, answer.text).toBe(201)
    return answer.body
  }
  /** A customer who owes this much. */
  const owing = (balance: number) =>
    made('/billing/customers', { external_reference: `owes-${next()}`, currency: 'ZAR', balance })
  /** A bill of a customer, owed since long ago. */
  const billOf = (customer: string, amount_due: number, bill_date = '2026-01-01') =>
    made('/billing/bills', { customer, external_reference: `bill-${next()}`, currency: 'ZAR', amount_due, bill_date })
  /** Money of a customer, received an hour ago. */
  const paidBy = (customer: string, amount: number, more: object = {}) =>
    made('/billing/payments', {
      customer,
      amount,
      currency: 'ZAR',
      channel: 'bank',
      reference: `line-${next()}`,
      received_at: ago(hour),
      ...more,
    })
  const transfer = (id: string, customer: string, more: object = {}, headers?: Record<string, string>) =>
    post(`/billing/payments/${id}/transfers`, { to: { customer }, reason, ...more }, headers)
  const transferred = async (id: string, customer: string, amount?: number) => {
    const { status, body, text } = await transfer(id, customer, amount === undefined ? {} : { amount })
    expect(status, text).toBe(201)
    return body
  }
  /** The events that name an object, oldest first, with their data. */
  const told = async (id: string): Promise<{ type: string; data: Record<string, unknown> }[]> => {
    const { rows } = await server().database.pool.query<{ body: string }>(
      `select body from event where body::text like '%' || $1 || '%' order by id`,
      [id],
    )
    return rows.map(({ body }) => JSON.parse(body))
  }
  return { post, get, payment, ago, made, next, owing, billOf, paidBy, transfer, transferred, told }
}
