import { expect } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { webhookReceiver } from '../support/receiver.ts'
import { testServer } from '../support/server.ts'

// biome-ignore lint/suspicious/noExplicitAny: events of every type
export type Told = { type: string; data: any }

export const typesOf = (events: Told[]) => events.map(({ type }) => type).sort()
export const of = (events: Told[], type: string) =>
  events.filter((event) => event.type === type).map(({ data }) => data)
/** What an event says of the step of a balance. */
export const step = (sequence: number, balance_before: number, balance_after: number, cause: string) => ({
  sequence,
  balance_before,
  balance_after,
  cause,
})

let count = 0
export const unique = (name: string) => `${name}-${++count}`

/** A server with one receiver of every event, and what a merchant does there. */
export async function toldFixture() {
  const server = await testServer()
  const receiver = await webhookReceiver()
  await server.api('POST', '/webhooks/endpoints', { url: receiver.url })
  const post = async (path: string, body?: object, status = 201) => {
    const answer = await server.api('POST', path, body)
    expect([path, answer.status, answer.body]).toEqual([path, status, answer.body])
    return answer.body
  }
  return {
    server,
    post,
    get: async (path: string) => (await server.api('GET', path)).body,
    patch: async (path: string, body: object) => (await server.api('PATCH', path, body)).body,
    makeCustomer: (more: object = {}) =>
      post('/billing/customers', { external_reference: unique('customer'), currency: 'ZAR', ...more }),
    makeBill: (customer: { id: string }, more: object = {}) => {
      const due = { external_reference: unique('bill'), currency: 'ZAR', amount_due: 1000 }
      return post('/billing/bills', { customer: customer.id, ...due, ...more })
    },
    pay: (amount: number, target: object) =>
      post('/billing/payments', { amount, currency: 'ZAR', channel: 'till', reference: unique('payment'), ...target }),
    /** What was told since this was asked last, in the order in which it was written. */
    async told(): Promise<Told[]> {
      await eventually(async () => {
        const { rows } = await server.database.pool.query("select from webhook_delivery where status = 'pending'")
        return rows.length === 0
      }, 'everything is delivered')
      const events = receiver.received.splice(0).map(({ body }) => JSON.parse(body))
      // The ids of the events of one customer ascend as their numbers do.
      return events.sort((one, other) => (one.id < other.id ? -1 : 1))
    },
    async stop() {
      await server.stop()
      await receiver.close()
    },
  }
}
