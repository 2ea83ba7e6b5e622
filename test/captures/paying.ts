import { expect } from 'vitest'
import type { TestServer } from '../support/server.ts'

let serial = 0

/** What the tests of captures do with a server: sessions that are captured by hand, their payments, and what is told of them. */
export function capturing(server: () => TestServer) {
  const post = (path: string, body?: unknown, headers?: Record<string, string>) =>
    server().api('POST', path, body, headers)
  const get = async (path: string) => (await server().api('GET', path)).body
  const manual = { options: { payment_method_options: { card: { capture_method: 'manual' } } } }

  async function bill(amount_due = 1_000) {
    const name = `held-${++serial}`
    await post('/billing/customers', { external_reference: name })
    const owed = { customer: name, external_reference: name, currency: 'ZAR', amount_due }
    return { name, bill: (await post('/billing/bills', owed)).body }
  }

  async function session(target: object, amount = 1_000) {
    const made = await post('/collect/payment_sessions', { amount, currency: 'ZAR', ...target, ...manual })
    expect(made.status).toBe(201)
    return made.body
  }

  /** A session for a bill of 1,000, whose payer's card was authorised. */
  async function authorised(play: object = {}) {
    const owed = await bill()
    const made = await session({ bill: owed.bill.id })
    const paid = await post('/test/payments', { payment_session: made.id, outcome: 'succeeded', ...play })
    expect(paid.status).toBe(201)
    return { ...owed, session: made, payment: paid.body }
  }

  type Payment = { id: string }
  return {
    post,
    get,
    bill,
    session,
    authorised,
    capture: (payment: Payment, body?: object, headers?: Record<string, string>) =>
      post(`/collect/payments/${payment.id}/captures`, body, headers),
    release: (payment: Payment, body?: object, headers?: Record<string, string>) =>
      post(`/collect/payments/${payment.id}/voids`, body, headers),
    refund: (payment: Payment, body: object = {}) =>
      post(`/collect/payments/${payment.id}/refunds`, { reason: 'Cancelled', ...body }),
    amountsOf: async (payment: Payment) => {
      const { authorised_amount, paid_amount, voided_amount, applied_amount, unapplied_amount, direct_amount } =
        await get(`/billing/payments/${payment.id}`)
      return [authorised_amount, paid_amount, voided_amount, applied_amount, unapplied_amount, direct_amount]
    },
    remainingOf: async ({ id }: { id: string }) => (await get(`/billing/bills/${id}`)).amount_remaining,
    /** What was told of a payment, in order. */
    toldOf: async ({ id }: Payment, types: RegExp = /^payment\./) => {
      const { rows } = await server().database.pool.query<{ body: string; personal: string }>(
        'select body, personal from event where body::text like $1 order by id',
        [`%"${id}"%`],
      )
      const events = rows.map(({ body, personal }) => ({ ...JSON.parse(body), personal: JSON.parse(personal) }))
      return events.filter(({ type }) => types.test(type))
    },
  }
}
