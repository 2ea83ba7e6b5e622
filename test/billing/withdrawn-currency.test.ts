import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { open } from '../pages/payer.ts'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
/** A customer that owes 500 guilders from before they were withdrawn, which the API cannot make any more. */
let customer: { id: string; presentment_url: string }
beforeAll(async () => {
  server = await testServer()
  customer = await call('POST', 'customers', { external_reference: 'curacao', currency: 'XCG', balance: 500 })
  const { owner } = server.database
  await owner.query('grant update on ledger_entry to tallystick_owner')
  for (const table of ['customer', 'receivable', 'ledger_entry']) {
    await owner.query(`update ${table} set currency = 'ANG' where currency = 'XCG'`)
  }
  await owner.query('revoke update on ledger_entry from tallystick_owner')
})
afterAll(() => server.stop())

async function call(method: string, path: string, body?: unknown, status = method === 'POST' ? 201 : 200) {
  const answer = await server.api(method, `/billing/${path}`, body)
  expect([answer.status, answer.text]).toEqual([status, answer.text])
  return answer.body
}

let made = 0
const payment = (amount: number, target: object) => ({
  ...{ amount, currency: 'ANG', channel: 'till', reference: `payment-${++made}` },
  ...target,
})

describe('a withdrawn currency', () => {
  test('is refused for anything new', async () => {
    const holder = { external_reference: 'new', currency: 'ANG' }
    for (const [path, body] of [
      ['customers', holder],
      ['accounts', { ...holder, customer: customer.id }],
      ['bills', { ...holder, customer: customer.id, amount_due: 5 }],
    ] as const) {
      expect((await call('POST', path, body, 400)).errors).toMatchObject([{ pointer: '/currency' }])
    }
    const other = await call('POST', 'customers', { external_reference: 'elsewhere', currency: 'XCG', balance: 0 })
    const refused = await call('PATCH', `customers/${other.id}`, { currency: 'ANG' }, 400)
    expect(refused.errors).toMatchObject([{ pointer: '/currency' }])
    for (const path of ['payments', 'payments/preview']) {
      const { reference, channel, ...asked } = payment(5, { customer: other.id })
      const sent = path === 'payments' ? { reference, channel, ...asked } : asked
      const mismatch = await call('POST', path, sent, 422)
      expect(mismatch).toMatchObject({ code: 'currency_mismatch', errors: [{ pointer: '/currency' }] })
    }
  })

  test('stays that of a debt from before, which is shown, paid, adjusted, listed and set', async () => {
    const path = `customers/${customer.id}`
    expect(await call('GET', path)).toMatchObject({ currency: 'ANG', balance: 500 })
    expect((await open(customer.presentment_url)).text).toContain('ANG 5,00')
    await call('POST', 'payments', payment(100, { customer: customer.id }))
    await call('POST', 'payments', payment(50, { allocations: [{ customer: customer.id, amount: 50 }] }))
    await call('POST', `${path}/adjustments`, { amount: -50, currency: 'ANG', reason: 'x' })
    expect(await call('PATCH', path, { currency: 'ANG', balance: 250 })).toMatchObject({ balance: 250 })
    for (const list of ['customers', 'payments', 'obligations']) {
      expect((await call('GET', `${list}?currency=ANG`)).data.length).toBeGreaterThan(0)
    }
    expect((await call('GET', `${path}/entries`)).data[0]).toMatchObject({ currency: 'ANG', balance_after: 250 })
  })
})
