import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

const post = (path: string, body?: object) => server.api('POST', `/billing/${path}`, body)
const patch = (path: string, body: object) => server.api('PATCH', `/billing/${path}`, body)

async function expectRefused(
  answer: Promise<{ status: number; body: { code: string } }>,
  status: number,
  code: string,
) {
  const { status: was, body } = await answer
  expect([was, body.code]).toEqual([status, code])
}

let count = 0
/** A customer with an account of its own, each with a balance. */
async function pair(customerBalance = 0, accountBalance = 0) {
  const customer = `c${++count}`
  const account = `a${count}`
  await post('customers', { external_reference: customer, currency: 'ZAR', balance: customerBalance })
  await post('accounts', { external_reference: account, customer, currency: 'ZAR', balance: accountBalance })
  return { customer, account }
}

describe('what can be archived', () => {
  test('a customer that owes nothing, has no open accounts and no unapplied money', async () => {
    const { customer, account } = await pair(5)
    const archive = () => post(`customers/${customer}/archive`)
    await expectRefused(archive(), 409, 'balance_not_zero')
    await patch(`customers/${customer}`, { balance: 0 })
    await expectRefused(archive(), 409, 'balance_not_zero')
    await post(`accounts/${account}/archive`)
    const bill = `bill-of-${customer}`
    await post('bills', { external_reference: bill, customer, currency: 'ZAR', amount_due: 10 })
    await expectRefused(archive(), 409, 'balance_not_zero')
    const paid = { amount: 15, currency: 'ZAR', channel: 'till', reference: bill, bill, policy: 'in_order' }
    const payment = await post('payments', paid)
    expect(payment.body).toMatchObject({ applied_amount: 10, unapplied_amount: 5 })
    await expectRefused(archive(), 409, 'balance_not_zero')
    await post(`payments/${payment.body.id}/reversals`, { amount: 5, reason: 'Change given back' })
    const archived = await archive()
    expect([archived.status, archived.body.archived_at]).toEqual([200, expect.any(String)])
    expect(archived.body).not.toHaveProperty('presentment_url')
    expect((await archive()).body).toEqual(archived.body)
  })

  test('an account without balance or open bills, and a bill that is paid or voided', async () => {
    const { account } = await pair(0, -3)
    await expectRefused(post(`accounts/${account}/archive`), 409, 'balance_not_zero')
    await patch(`accounts/${account}`, { balance: 0 })
    await post('bills', { external_reference: `x-${account}`, account, currency: 'ZAR', amount_due: 10 })
    await expectRefused(post(`accounts/${account}/archive`), 409, 'balance_not_zero')
    await expectRefused(post(`bills/x-${account}/archive`), 409, 'balance_not_zero')
    await post(`bills/x-${account}/void`)
    expect((await post(`bills/x-${account}/archive`)).status).toBe(200)
    expect((await post(`accounts/${account}/archive`)).status).toBe(200)
  })

  test('nothing is deleted: a DELETE is not allowed', async () => {
    const { customer } = await pair()
    expect((await server.api('DELETE', `/billing/customers/${customer}`)).status).toBe(405)
  })
})

describe('what is archived', () => {
  test('cannot be changed and gets no children, but its reference stays taken and money still arrives', async () => {
    const { customer, account } = await pair()
    await post(`accounts/${account}/archive`)
    await post(`customers/${customer}/archive`)
    await expectRefused(patch(`customers/${customer}`, { name: 'X' }), 409, 'archived')
    await expectRefused(patch(`accounts/${account}`, { balance: 1 }), 409, 'archived')
    await expectRefused(post(`customers/${customer}/adjustments`, { amount: 1, reason: 'x' }), 409, 'archived')
    await expectRefused(post('accounts', { external_reference: 'child', customer }), 409, 'archived')
    const bill = { external_reference: 'child', currency: 'ZAR', amount_due: 1 }
    await expectRefused(post('bills', { ...bill, customer }), 409, 'archived')
    await expectRefused(post('bills', { ...bill, account }), 409, 'archived')
    await expectRefused(post('customers', { external_reference: customer }), 409, 'external_reference_taken')
    const paid = { amount: 15, currency: 'ZAR', channel: 'till', reference: customer, customer }
    expect((await post('payments', paid)).body).toMatchObject({ unapplied_amount: 15 })
  })

  test('comes back, an account only after its customer', async () => {
    const { customer, account } = await pair()
    const before = (await server.api('GET', `/billing/accounts/${account}`)).body
    await post(`accounts/${account}/archive`)
    await post(`customers/${customer}/archive`)
    await expectRefused(post(`accounts/${account}/unarchive`), 409, 'archived')
    expect((await post(`customers/${customer}/unarchive`)).body).not.toHaveProperty('archived_at')
    const back = (await post(`accounts/${account}/unarchive`)).body
    expect({ ...back, updated_at: '' }).toEqual({ ...before, updated_at: '' })
    expect((await post(`accounts/${account}/unarchive`)).body).toEqual(back)
    expect((await patch(`accounts/${account}`, { balance: 7 })).status).toBe(200)
  })

  test('has no new child even when both are asked for at once', async () => {
    for (let round = 0; round < 5; round++) {
      const reference = `race-${round}`
      await post('customers', { external_reference: reference })
      const [archived, child] = await Promise.all([
        post(`customers/${reference}/archive`),
        post('accounts', { external_reference: reference, customer: reference }),
      ])
      expect([
        [200, 409],
        [409, 201],
      ]).toContainEqual([archived.status, child.status])
    }
  })
})
