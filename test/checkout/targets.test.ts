import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeAccount, open, submit } from '../pages/payer.ts'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

let made = 0
const post = async (path: string, body?: object) => (await server.api('POST', path, body)).body

describe.each(['/collect/payment_requests', '/collect/payment_sessions'])('what %s can be for', (path) => {
  const create = (fields: object) => post(path, { amount: 100, currency: 'ZAR', ...fields })
  const addressOf = (one: { session_url?: string; link?: { url: string } }) => one.session_url ?? one.link?.url ?? ''
  const newCustomer = (fields: object = {}) =>
    post('/billing/customers', { external_reference: `target-${++made}`, ...fields })

  it('is one thing at most', async () => {
    const account = await makeAccount(server)
    expect(await create({ account: account.id, customer: account.customer_id })).toMatchObject({
      code: 'invalid_request',
      errors: [{ pointer: '' }],
    })
  })

  it('is there, not archived and not voided', async () => {
    expect(await create({ bill: 'nowhere' })).toMatchObject({ code: 'not_found', errors: [{ pointer: '/bill' }] })
    const gone = await newCustomer()
    await post(`/billing/customers/${gone.id}/archive`)
    expect(await create({ customer: gone.id })).toMatchObject({ code: 'archived', errors: [{ pointer: '/customer' }] })
    const { id: customer } = await newCustomer()
    const bill = { customer, external_reference: `target-${++made}`, currency: 'ZAR', amount_due: 100 }
    const voided = await post('/billing/bills', bill)
    await post(`/billing/bills/${voided.id}/void`)
    expect(await create({ bill: voided.id })).toMatchObject({ code: 'bill_voided', errors: [{ pointer: '/bill' }] })
  })

  it('owes as much as is asked for, in the same currency', async () => {
    const account = await makeAccount(server)
    const empty = await newCustomer()
    expect((await create({ customer: empty.id })).code).toBe('no_balance')
    expect(await create({ account: account.id, currency: 'USD' })).toMatchObject({
      code: 'currency_mismatch',
      errors: [{ pointer: '/currency' }],
    })
    expect(await create({ account: account.id, amount: 2001 })).toMatchObject({
      code: 'amount_exceeds_remaining',
      detail: expect.stringContaining('2000'),
      errors: [{ pointer: '/amount' }],
    })
  })

  it('may owe less where its rules allow overpayment', async () => {
    const rules = { payment_rules: { overpayment_allowed: true } }
    const customer = await newCustomer({ currency: 'ZAR', balance: 0, ...rules })
    expect(await create({ customer: customer.id })).toMatchObject({ status: 'active', customer_id: customer.id })
  })

  it('owes less when the payer comes: the page says so, and nothing is begun', async () => {
    const account = await makeAccount(server)
    const asked = await create({ account: account.id, amount: 2000 })
    const page = await open(addressOf(asked))
    await server.api('PATCH', `/billing/accounts/${account.id}`, { balance: 500 })
    const refused = await submit(page.forms[0])
    expect(refused.status).toBe(422)
    expect(refused.text).toContain('Less than that is owed by now')
    const { body } = await server.api('GET', `/billing/payments?customer=${account.customer_id}`)
    expect(body.data).toEqual([])
  })

  it('is of the same environment', async () => {
    const account = await makeAccount(server)
    const live = { authorization: `Bearer ${server.liveKey}` }
    const body = { amount: 100, currency: 'ZAR', account: account.id }
    expect((await server.api('POST', path, body, live)).body.code).toBe('not_found')
  })
})
