import { afterAll, beforeAll, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { type ApiAnswer, type TestServer, testServer } from '../support/server.ts'

// The sample requests and responses of the API that this one speaks. Promised fields are held, additional ones are welcome.

let server: TestServer
beforeAll(async () => {
  server = await testServer({ clock: settableClock(new Date('2025-01-10T09:00:00Z')) })
})
afterAll(() => server.stop())

const api = (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer> =>
  server.api(method, path, body, headers)

test('a customer is created, retrieved by id and by reference, and its balance replaced', async () => {
  const sent = {
    external_reference: 'UCR1234567890',
    name: 'John Doe',
    email: 'john.doe@example.com',
    currency: 'ZAR',
    balance: 2000,
  }
  const created = await api('POST', '/billing/customers', sent, {
    'idempotency-key': '2f227800-f0c9-4000-a798-ca2e8b796dcc',
  })
  expect(created.status).toBe(201)
  expect(created.body).toMatchObject({
    ...sent,
    id: expect.stringMatching(/^bcus_[a-zA-Z0-9]+$/),
    payment_rules: { underpayment_allowed: true, overpayment_allowed: false },
  })
  expect(created.body).not.toHaveProperty('phone')
  expect(created.body).not.toHaveProperty('metadata')

  const updated = await api('PATCH', `/billing/customers/${created.body.id}`, { balance: 5000 })
  expect([updated.status, updated.body.balance, updated.body.currency]).toEqual([200, 5000, 'ZAR'])
  const retrieved = await api('GET', '/billing/customers/UCR1234567890')
  expect(retrieved.body).toEqual(updated.body)
})

test('an account is created under its customer; an update merges its metadata', async () => {
  const sent = {
    external_reference: 'UAR1234567890',
    name: 'Subscription Account',
    currency: 'ZAR',
    balance: 2000,
    metadata: { account_type: 'subscription', billing_cycle: 'monthly' },
  }
  const customer = await api('GET', '/billing/customers/UCR1234567890')
  const created = await api('POST', '/billing/accounts', { ...sent, customer: customer.body.id })
  expect(created.status).toBe(201)
  expect(created.body).toMatchObject({
    ...sent,
    id: expect.stringMatching(/^bacc_[a-zA-Z0-9]+$/),
    customer_id: customer.body.id,
    payment_rules: { underpayment_allowed: true, overpayment_allowed: false },
  })
  const updated = await api('PATCH', '/billing/accounts/UAR1234567890', {
    name: 'Premium Subscription Account',
    metadata: { account_tier: 'premium', updated_by: 'admin' },
  })
  expect(updated.body).toMatchObject({
    name: 'Premium Subscription Account',
    balance: 2000,
    metadata: { account_type: 'subscription', billing_cycle: 'monthly', account_tier: 'premium', updated_by: 'admin' },
  })
})

test('a bill is raised, paid in part by hand, paid in full, and a voided one is final', async () => {
  const sent = {
    external_reference: 'UBR1234567890',
    currency: 'ZAR',
    amount_due: 2000,
    bill_date: '2025-01-01',
    due_date: '2025-01-31',
    metadata: { invoice_period: 'January 2025', service_type: 'subscription' },
  }
  const created = await api('POST', '/billing/bills', { ...sent, account: 'UAR1234567890' })
  expect(created.status).toBe(201)
  expect(created.body).toMatchObject({
    ...sent,
    id: expect.stringMatching(/^bill_[a-zA-Z0-9]+$/),
    customer_id: expect.stringMatching(/^bcus_[a-zA-Z0-9]+$/),
    account_id: expect.stringMatching(/^bacc_[a-zA-Z0-9]+$/),
    status: 'unpaid',
    amount_paid: 0,
    amount_remaining: 2000,
    payment_rules: { max_amount: 2000, underpayment_allowed: true, overpayment_allowed: false },
  })

  const part = await api('PATCH', '/billing/bills/UBR1234567890', {
    amount_paid: 1500,
    metadata: { payment_method: 'bank_transfer', payment_reference: 'TXN123456789' },
  })
  expect(part.body).toMatchObject({
    status: 'unpaid',
    amount_paid: 1500,
    amount_remaining: 500,
    partially_paid: true,
    payment_rules: { max_amount: 500 },
    metadata: { ...sent.metadata, payment_method: 'bank_transfer', payment_reference: 'TXN123456789' },
  })
  const paid = await api('PATCH', '/billing/bills/UBR1234567890', { amount_paid: 2000 })
  expect(paid.body).toMatchObject({ status: 'paid', amount_paid: 2000, amount_remaining: 0, partially_paid: false })

  const direct = { ...sent, external_reference: 'UBR-direct', customer: 'UCR1234567890' }
  expect((await api('POST', '/billing/bills', direct)).body).not.toHaveProperty('account_id')
  const voided = await api('POST', '/billing/bills/UBR-direct/void', undefined, { 'idempotency-key': 'void-1' })
  expect([voided.status, voided.body]).toMatchObject([
    200,
    { status: 'voided', amount_due: 2000, amount_paid: 0, amount_remaining: 2000 },
  ])
  const again = await api('POST', '/billing/bills/UBR-direct/void', undefined, { 'idempotency-key': 'void-1' })
  expect([again.text, again.headers.get('idempotent-replayed')]).toEqual([voided.text, 'true'])
})

test('a composite create makes customer, account and bill in one request', async () => {
  const answer = await api('POST', '/billing/bills', {
    external_reference: 'composite-bill',
    currency: 'KES',
    amount_due: 5,
    account: {
      external_reference: 'composite-account',
      name: 'Data',
      customer: { external_reference: 'composite-customer', name: 'Amina', phone: '+254712345678' },
    },
  })
  expect(answer.status).toBe(201)
  const account = await api('GET', '/billing/accounts/composite-account')
  const customer = await api('GET', '/billing/customers/composite-customer')
  expect(answer.body).toMatchObject({ account_id: account.body.id, customer_id: customer.body.id })
  expect(account.body.customer_id).toBe(customer.body.id)
  expect(customer.body).toMatchObject({ name: 'Amina', phone: '+254712345678' })

  const onNew = await api('POST', '/billing/accounts', {
    external_reference: 'second-account',
    customer: { external_reference: 'second-customer' },
  })
  expect([onNew.status, onNew.body.id, onNew.body.customer_id]).toEqual([
    201,
    expect.stringMatching(/^bacc_/),
    expect.stringMatching(/^bcus_/),
  ])
})

test('what does not exist is told as the sample of the errors page tells it', async () => {
  const answer = await api('GET', '/billing/bills/bill_0000000000000000000000')
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
  expect([answer.status, answer.body]).toMatchObject([
    404,
    {
      type: expect.stringMatching(/not-found$/),
      title: 'The requested resource was not found',
      status: 404,
      instance: '/billing/bills/bill_0000000000000000000000',
    },
  ])
})
