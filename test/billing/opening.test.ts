import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { type TestServer, testServer } from '../support/server.ts'

const now = new Date('2026-03-10T10:00:00.000Z')
let server: TestServer
beforeAll(async () => {
  server = await testServer({ clock: settableClock(now) })
})
afterAll(() => server.stop())

let count = 0
const opening = { balance: 900, effective_at: '2024-07-01T00:00:00Z' }
const newObject = (more: object = {}) => ({
  external_reference: `opening-${++count}`,
  currency: 'ZAR',
  opening,
  ...more,
})

async function create(path: string, body: object) {
  const answer = await server.api('POST', path, body)
  expect([answer.status, answer.text]).toEqual([201, answer.text])
  return answer.body
}
const get = async (path: string) => (await server.api('GET', path)).body

describe('a balance that comes from another system', () => {
  test('counts since its date, for a customer and for an account, however that is created', async () => {
    const customer = await create('/billing/customers', newObject())
    const byId = await create('/billing/accounts', newObject({ customer: customer.id }))
    const withCustomer = await create('/billing/accounts', newObject({ customer: newObject() }))
    const objects = [`customers/${customer.id}`, `accounts/${byId.id}`, `accounts/${withCustomer.id}`]
    for (const path of objects) {
      expect((await get(`/billing/${path}`)).balance).toBe(900)
      const at = async (instant: string) => (await get(`/billing/${path}/balance?effective_at=${instant}`)).balance
      expect([await at('2024-06-30T23:59:59.999Z'), await at('2024-07-01T00:00:00Z')]).toEqual([0, 900])
      const { data } = await get(`/billing/${path}/entries`)
      const recorded_at = now.toISOString()
      expect(data).toMatchObject([
        { kind: 'opening_balance', amount: 900, effective_at: '2024-07-01T00:00:00.000Z', recorded_at },
      ])
    }
  })

  test('takes its past on top: the statement of a month is that of the other system', async () => {
    const account = await create('/billing/accounts', newObject({ customer: { external_reference: 'opening-past' } }))
    const paid = { amount: 400, currency: 'ZAR', channel: 'till', reference: 'opening-past', account: account.id }
    await create('/billing/payments', { ...paid, received_at: '2024-08-15T12:00:00Z' })
    const charged = { kind: 'fee', amount: 250, reason: 'July', effective_at: '2024-07-31T00:00:00Z' }
    await create(`/billing/accounts/${account.id}/adjustments`, charged)
    const statement = await get(`/billing/accounts/${account.id}/statement?from=2024-08-01&to=2024-08-31`)
    expect(statement).toMatchObject({ opening_balance: 1150, closing_balance: 750 })
  })

  test('may be credit', async () => {
    const customer = await create('/billing/customers', newObject({ opening: { ...opening, balance: -300 } }))
    expect(customer.balance).toBe(-300)
  })

  test('is refused with a balance beside it, in the future, without a currency, and with half of it', async () => {
    const refusal = async (body: object) => {
      const { status, body: problem } = await server.api('POST', '/billing/customers', body)
      return [status, problem.code, problem.errors[0].pointer]
    }
    expect(await refusal(newObject({ balance: 900 }))).toEqual([400, 'invalid_request', '/opening'])
    const late = { balance: 1, effective_at: '2026-03-10T10:05:00.001Z' }
    expect(await refusal(newObject({ opening: late }))).toEqual([400, 'invalid_request', '/opening/effective_at'])
    expect(await refusal(newObject({ currency: undefined }))).toEqual([422, 'currency_required', '/currency'])
    expect(await refusal(newObject({ opening: { balance: 1 } }))).toEqual([
      400,
      'invalid_request',
      '/opening/effective_at',
    ])
    const nested = newObject({ customer: newObject({ opening: late }) })
    const account = await server.api('POST', '/billing/accounts', nested)
    expect([account.status, account.body.errors[0].pointer]).toEqual([400, '/customer/opening/effective_at'])
  })
})
