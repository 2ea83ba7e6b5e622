import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { webhookReceiver } from '../support/receiver.ts'
import { type TestServer, testServer } from '../support/server.ts'

// The billing part of the two quickstarts beside the account's: with a customer's balance, and with bills.

let server: TestServer
let receiver: Awaited<ReturnType<typeof webhookReceiver>>
beforeAll(async () => {
  server = await testServer()
  receiver = await webhookReceiver()
  await server.api('POST', '/webhooks/endpoints', { url: receiver.url })
})
afterAll(async () => {
  await server.stop()
  await receiver.close()
})

/** The data of the one event of a type that tells of a payment, as the merchant's receiver gets it. */
function told(type: string, paymentId: string): Promise<Record<string, unknown>> {
  return eventually(
    () =>
      receiver.received
        .map(({ body }) => JSON.parse(body))
        .find((event) => event.type === type && event.data.payment_id === paymentId)?.data,
    `${type} of ${paymentId}`,
  )
}

test('customer balance: set it each cycle, record what is paid, and be told what it was applied to', async () => {
  const { api } = server
  const customer = await api('POST', '/billing/customers', {
    external_reference: 'UCR-quickstart',
    name: 'John Doe',
    email: 'john.doe@example.com',
    currency: 'ZAR',
    balance: 2000,
  })
  expect(customer.body).toMatchObject({ id: expect.stringMatching(/^bcus_/), currency: 'ZAR', balance: 2000 })

  const cycle = await api('PATCH', `/billing/customers/${customer.body.id}`, { balance: 5000 })
  expect(cycle.body.balance).toBe(5000)

  const paid = { amount: 1500, currency: 'ZAR', channel: 'till', reference: 'quick-1', customer: 'UCR-quickstart' }
  const payment = await api('POST', '/billing/payments', paid)
  expect(await told('obligation.amount_applied', payment.body.id)).toMatchObject({
    id: expect.stringMatching(/^ob_/),
    amount: 1500,
    currency: 'ZAR',
    customer_id: customer.body.id,
  })
  expect((await api('GET', '/billing/customers/UCR-quickstart')).body.balance).toBe(3500)
})

test('bill: raise it with amount and due date; paid in two parts it is paid, and each part is told with its bill_id', async () => {
  const { api } = server
  const bill = await api('POST', '/billing/bills', {
    customer: 'UCR-quickstart',
    external_reference: 'UBR-quickstart',
    currency: 'ZAR',
    amount_due: 2000,
    bill_date: '2025-01-01',
    due_date: '2025-01-31',
  })
  expect(bill.body).toMatchObject({ status: 'unpaid', amount_due: 2000, amount_remaining: 2000, overdue: true })

  const paid = { currency: 'ZAR', channel: 'till', bill: 'UBR-quickstart' }
  const first = await api('POST', '/billing/payments', { ...paid, amount: 500, reference: 'quick-2' })
  expect(await told('obligation.amount_applied', first.body.id)).toMatchObject({ amount: 500, bill_id: bill.body.id })
  expect((await api('GET', '/billing/bills/UBR-quickstart')).body).toMatchObject({
    status: 'unpaid',
    amount_paid: 500,
    amount_remaining: 1500,
    partially_paid: true,
  })
  const second = await api('POST', '/billing/payments', { ...paid, amount: 1500, reference: 'quick-3' })
  expect(await told('obligation.amount_applied', second.body.id)).toMatchObject({
    amount: 1500,
    bill_id: bill.body.id,
    applied_to: { type: 'bill', external_reference: 'UBR-quickstart', customer: bill.body.customer_id },
  })
  expect((await api('GET', '/billing/bills/UBR-quickstart')).body).toMatchObject({
    status: 'paid',
    amount_paid: 2000,
    amount_remaining: 0,
    overdue: false,
  })
  expect((await api('GET', '/billing/customers/UCR-quickstart')).body.balance).toBe(3500)
})
