import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
  const customer = { external_reference: 'known', name: 'Known', currency: 'ZAR', balance: 10 }
  await server.api('POST', '/billing/customers', customer)
  await server.api('POST', '/billing/accounts', { external_reference: 'known', customer: 'known' })
  const bill = { external_reference: 'known', customer: 'known', currency: 'ZAR', amount_due: 100 }
  await server.api('POST', '/billing/bills', bill)
})
afterAll(() => server.stop())

/** Every row that a request could have written, as text. */
async function written(): Promise<unknown> {
  const tables = [
    'customer',
    'account',
    'bill',
    'receivable',
    'external_reference',
    'ledger_entry',
    'event',
    'idempotency_key',
    'idempotency_response',
  ]
  const { rows } = await server.database.pool.query(
    `select ${tables.map((name) => `(select coalesce(string_agg(t::text, '' order by t::text), '') from ${name} t) as ${name}`).join(', ')}`,
  )
  return rows[0]
}

let before: unknown
beforeEach(async () => {
  before = await written()
})
afterEach(async () => {
  expect(await written()).toEqual(before)
})

type Case = [body: unknown, pointer: string, status?: number]
async function expectProblem(method: string, path: string, [body, pointer, status = 400]: Case): Promise<void> {
  const answer = await server.api(method, path, body)
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
  const { errors } = answer.body
  expect([answer.status, answer.body.status, errors?.map((error: { pointer: string }) => error.pointer)]).toEqual([
    status,
    status,
    expect.arrayContaining([pointer]),
  ])
}

const customer = (more: object) => ({ external_reference: 'new', ...more })
const bill = (more: object) => ({
  external_reference: 'new',
  customer: 'known',
  currency: 'ZAR',
  amount_due: 1,
  ...more,
})
const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`k${index}`, 'v']))
const limit = 1_000_000_000_000_000

describe('a customer', () => {
  test.each<Case>([
    [[], ''],
    ['"text"', ''],
    ['null', ''],
    [{}, '/external_reference'],
    [customer({ external_reference: 'a b' }), '/external_reference'],
    [customer({ external_reference: '' }), '/external_reference'],
    [customer({ external_reference: 'x'.repeat(256) }), '/external_reference'],
    [customer({ external_reference: 'naïve' }), '/external_reference'],
    [customer({ external_reference: 7 }), '/external_reference'],
    [customer({ name: 'x'.repeat(256) }), '/name'],
    [customer({ name: 'a\0b' }), '/name'],
    ['{"external_reference":"new","name":"\\ud800"}', '/name'],
    [customer({ name: ['x'] }), '/name'],
    [customer({ name: null }), '/name'],
    [customer({ email: 'nobody' }), '/email'],
    [customer({ email: 'a\0@example.com' }), '/email'],
    [customer({ phone: '0821234567' }), '/phone'],
    [customer({ phone: '+27 82 123' }), '/phone'],
    [customer({ currency: 'zar', balance: 1 }), '/currency'],
    [customer({ currency: 'ZZZ', balance: 1 }), '/currency'],
    [customer({ balance: 1 }), '/currency', 422],
    [customer({ currency: 'ZAR', balance: 1.5 }), '/balance'],
    [customer({ currency: 'ZAR', balance: '1' }), '/balance'],
    [customer({ currency: 'ZAR', balance: null }), '/balance'],
    [customer({ currency: 'ZAR', balance: limit + 1 }), '/balance'],
    [customer({ currency: 'ZAR', balance: -limit - 1 }), '/balance'],
    ['{"external_reference":"new","currency":"ZAR","balance":1e400}', '/balance'],
    [customer({ metadata: eleven }), '/metadata'],
    [customer({ metadata: { ['k'.repeat(41)]: 'v' } }), `/metadata/${'k'.repeat(41)}`],
    [customer({ metadata: { k: 'v'.repeat(501) } }), '/metadata/k'],
    [customer({ metadata: { k: 1 } }), '/metadata/k'],
    [customer({ metadata: { k: null } }), '/metadata/k'],
    [customer({ metadata: { 'a/b~c': '\0' } }), '/metadata/a~1b~0c'],
    [customer({ metadata: 'x' }), '/metadata'],
    [customer({ blance: 1 }), '/blance'],
    [customer({ id: 'bcus_x' }), '/id'],
    [customer({ external_reference: 'known' }), '/external_reference', 409],
  ])('is not created from %j', (...input) => expectProblem('POST', '/billing/customers', input))

  test.each<Case>([
    [[], ''],
    [{ external_reference: 'other' }, '/external_reference'],
    [{ currency: 'USD' }, '/currency', 409],
    [{ currency: null }, '/currency'],
    [{ balance: null }, '/balance'],
    [{ balance: 0.1 }, '/balance'],
    [{ metadata: eleven }, '/metadata', 422],
    [{ payment_rules: { min_amount: 5, max_amount: 4 } }, '/payment_rules/min_amount', 422],
    [{ payment_rules: { min_amount: 1.5 } }, '/payment_rules/min_amount'],
  ])('is not changed by %j', (...input) => expectProblem('PATCH', '/billing/customers/known', input))
})

describe('an account', () => {
  test.each<Case>([
    [{ external_reference: 'new' }, '/customer'],
    [{ external_reference: 'new', customer: 5 }, '/customer'],
    [{ external_reference: 'new', customer: [] }, '/customer'],
    [{ external_reference: 'new', customer: 'nobody' }, '/customer', 404],
    [{ external_reference: 'new', customer: 'a b' }, '/customer', 404],
    [{ external_reference: 'new', customer: {} }, '/customer/external_reference'],
    [{ external_reference: 'new', customer: customer({ external_reference: 'a b' }) }, '/customer/external_reference'],
    [{ external_reference: 'new', customer: customer({ nme: 'x' }) }, '/customer/nme'],
    [
      { external_reference: 'new', customer: customer({ external_reference: 'known' }) },
      '/customer/external_reference',
      409,
    ],
    [{ external_reference: 'new', customer: customer({ balance: 1 }) }, '/customer/currency', 422],
    [{ external_reference: 'known', customer: customer({}) }, '/external_reference', 409],
    [{ external_reference: 'new', customer: 'known', balance: 1 }, '/currency', 422],
  ])('is not created from %j', (...input) => expectProblem('POST', '/billing/accounts', input))

  test.each<Case>([
    [{ customer: 'known' }, '/customer'],
    [{ balance: 1 }, '/currency', 422],
    [{ name: 5 }, '/name'],
  ])('is not changed by %j', (...input) => expectProblem('PATCH', '/billing/accounts/known', input))
})

describe('a bill', () => {
  const nested = (account: object) => bill({ customer: undefined, account: { external_reference: 'new', ...account } })
  test.each<Case>([
    [bill({ customer: undefined }), '/customer'],
    [bill({ account: 'nobody' }), '/account', 404],
    [bill({ customer: undefined, account: 5 }), '/account'],
    [nested({}), '/account/customer'],
    [nested({ customer: { external_reference: 'a b' } }), '/account/customer/external_reference'],
    [nested({ customer: { external_reference: 'new', balance: '1' } }), '/account/customer/balance'],
    [nested({ customer: { external_reference: 'new', typo: 1 } }), '/account/customer/typo'],
    [nested({ customer: { external_reference: 'known' } }), '/account/customer/external_reference', 409],
    [nested({ customer: 'nobody' }), '/account/customer', 404],
    [nested({ external_reference: 'known', customer: customer({}) }), '/account/external_reference', 409],
    [nested({ customer: customer({}), balance: 5 }), '/account/currency', 422],
    [bill({ currency: undefined }), '/currency'],
    [bill({ currency: 'rand' }), '/currency'],
    [bill({ amount_due: undefined }), '/amount_due'],
    [bill({ amount_due: 0 }), '/amount_due'],
    [bill({ amount_due: -1 }), '/amount_due'],
    [bill({ amount_due: 1.5 }), '/amount_due'],
    [bill({ amount_due: '100' }), '/amount_due'],
    [bill({ amount_due: 1_000_000_000_000 }), '/amount_due'],
    [bill({ bill_date: '2026-02-30' }), '/bill_date'],
    [bill({ bill_date: '0000-01-01' }), '/bill_date'],
    [bill({ due_date: '01.01.2026' }), '/due_date'],
    [bill({ due_date: '2026-01-01T00:00:00Z' }), '/due_date'],
    [bill({ amount_paid: 1 }), '/amount_paid'],
    [bill({ status: 'paid' }), '/status'],
    [bill({ external_reference: 'known' }), '/external_reference', 409],
  ])('is not raised from %j', (...input) => expectProblem('POST', '/billing/bills', input))

  test.each<Case>([
    [{ amount_due: 5 }, '/amount_due'],
    [{ bill_date: '2027-01-01' }, '/bill_date'],
    [{ due_date: '2027-13-01' }, '/due_date'],
    [{ due_date: '1899-12-31' }, '/due_date'],
    [{ account: 'known' }, '/account'],
    [{ amount_paid: -1 }, '/amount_paid'],
    [{ amount_paid: 1.5 }, '/amount_paid'],
    [{ amount_paid: '1' }, '/amount_paid'],
    [{ amount_paid: 101 }, '/amount_paid', 422],
    [{ currency: 'USD' }, '/currency', 409],
  ])('is not changed by %j', (...input) => expectProblem('PATCH', '/billing/bills/known', input))
})

test.each(['', 'nobody', 'bill_x', 'bcus_0000000000000000000000', '%00', '%F0%9F%92%B8', 'x'.repeat(256), '..%2f'])(
  'an object that is not there, called %j, is a 404 or a 400 and never more',
  async (name) => {
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { metadata: {} }],
      ['POST', '/void', undefined],
      ['POST', '/archive', undefined],
      ['POST', '/adjustments', { amount: 1, reason: 'x' }],
    ] as const) {
      const { status, body: problem } = await server.api(method, `/billing/bills/${name}${path}`, body)
      expect([400, 404]).toContain(status)
      expect(problem.code).toMatch(/^(not_found|invalid_request)$/)
    }
  },
)
