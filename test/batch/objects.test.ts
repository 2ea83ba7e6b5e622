import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fingerprint } from '../fuzz/fingerprint.ts'
import { type ApiAnswer, type TestServer, testServer } from '../support/server.ts'
import { expectCleanBooks } from '../support/verify.ts'

let server: TestServer
let customer: { id: string; external_reference: string }
let account: { id: string; external_reference: string }
let bill: { id: string; external_reference: string }
beforeAll(async () => {
  server = await testServer()
  const create = async (kind: string, body: object) => (await server.api('POST', `/billing/${kind}s`, body)).body
  const balance = { currency: 'ZAR', balance: 1_000_000 }
  customer = await create('customer', { external_reference: 'C', ...balance })
  account = await create('account', { customer: customer.id, external_reference: 'A', ...balance })
  bill = await create('bill', { account: account.id, external_reference: 'B', currency: 'ZAR', amount_due: 1_000_000 })
})
afterAll(async () => {
  await expectCleanBooks(server.database)
  await server.stop()
})

let serial = 0
const unique = (prefix: string) => `${prefix}-${++serial}`
const keyed = (key: string) => ({ 'idempotency-key': key })
const codesOf = ({ body }: ApiAnswer) =>
  body.data.map((one: { status: number; body: { code?: string } | null }) =>
    one.body?.code === undefined ? one.status : `${one.status} ${one.body.code}`,
  )

const kinds = {
  customers: {
    row: () => ({ external_reference: unique('C'), name: 'Ann', currency: 'ZAR', balance: 5 }),
    refused: () => [{ ...kinds.customers.row(), currency: undefined }, '422 currency_required'] as const,
    malformed: { ...{ external_reference: 'X', currency: 'ZAR', balance: 5 }, email: 'no address' },
    malformedAt: '/email',
    future: { opening: { balance: 5, effective_at: '2199-01-01T00:00:00Z' }, balance: undefined },
    futureAt: '/opening/effective_at',
  },
  accounts: {
    row: () => ({ customer: customer.id, external_reference: unique('A'), currency: 'ZAR', balance: 5 }),
    refused: () => [{ ...kinds.accounts.row(), customer: 'nobody' }, '404 not_found'] as const,
    malformed: { customer: 'C', external_reference: 'with space' },
    malformedAt: '/external_reference',
    future: {
      customer: {
        external_reference: 'NC',
        currency: 'ZAR',
        opening: { balance: 5, effective_at: '2199-01-01T00:00:00Z' },
      },
    },
    futureAt: '/customer/opening/effective_at',
  },
  bills: {
    row: () => ({ account: account.id, external_reference: unique('B'), currency: 'ZAR', amount_due: 5 }),
    refused: () => [{ ...kinds.bills.row(), external_reference: 'B' }, '409 external_reference_taken'] as const,
    malformed: { external_reference: 'X', currency: 'ZAR', amount_due: 5 },
    malformedAt: '/customer',
    future: {
      account: {
        customer: 'C',
        external_reference: 'NA',
        currency: 'ZAR',
        opening: { balance: 5, effective_at: '2199-01-01T00:00:00Z' },
      },
    },
    futureAt: '/account/opening/effective_at',
  },
  adjustments: {
    row: () => ({ account: account.id, amount: 5, reason: 'fee' }),
    refused: () => [{ bill: bill.id, amount: -9_000_000, reason: 'x' }, '422 amount_exceeds_remaining'] as const,
    malformed: { account: 'A', bill: 'B', amount: 5, reason: 'x' },
    malformedAt: '',
    future: { effective_at: '2199-01-01T00:00:00Z' },
    futureAt: '/effective_at',
  },
}

describe.each(Object.keys(kinds) as (keyof typeof kinds)[])('%s', (kind) => {
  const { row, refused, malformed, malformedAt, future, futureAt } = kinds[kind]
  const send = (rows: unknown, query = '', headers: Record<string, string> = {}) =>
    server.api('POST', `/billing/${kind}/batch${query}`, { rows }, headers)

  test('each row is a change of its own, and sent again it is replayed to the byte', async () => {
    const [wrong, code] = refused()
    const rows = [row(), wrong, row(), row()]
    const key = unique('key')
    const first = await send(rows, '', keyed(key))
    expect([first.status, codesOf(first)]).toEqual([200, [201, code, 201, 201]])
    expect(first.body).toMatchObject({ succeeded: 3, failed: 1 })
    const between = await fingerprint(server)
    const again = await send(rows, '', keyed(key))
    expect(again.text).toBe(first.text)
    expect(await fingerprint(server)).toEqual(between)
  })

  test('a malformed row refuses all, or is its own outcome', async () => {
    const before = await fingerprint(server)
    const rows = [row(), malformed, { ...row(), ...future }]
    const whole = await send(rows)
    expect([whole.status, whole.body.errors.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([
      400,
      [`/rows/1${malformedAt}`, `/rows/2${futureAt}`],
    ])
    expect(await fingerprint(server)).toEqual(before)
    const partial = await send(rows, '?partial=true')
    expect(codesOf(partial)).toEqual([201, '400 invalid_request', '400 invalid_request'])
    expect(partial.body.data[1].body.errors[0].pointer).toBe(malformedAt)
  })

  test('a dry run has the same outcomes and writes nothing', async () => {
    const [wrong] = refused()
    const rows = [row(), wrong, row()]
    const before = await fingerprint(server)
    const dry = await send(rows, '?dry_run=true', keyed(unique('key')))
    expect(await fingerprint(server)).toEqual(before)
    expect(dry.body.data[0]).toEqual({ status: 201, body: null })
    expect(codesOf(await send(rows))).toEqual(codesOf(dry))
  })

  test('the objects of another environment are not there', async () => {
    const live = { authorization: `Bearer ${server.liveKey}` }
    if (kind === 'customers') {
      const one = row()
      const answers = [await send([one]), await send([one], '', live)]
      expect(answers.map(codesOf)).toEqual([[201], [201]])
      expect(answers.map(({ body }) => body.data[0].body.mode)).toEqual(['test', 'live'])
      return
    }
    const before = await fingerprint(server)
    expect(codesOf(await send([row()], '', live))).toEqual(['404 not_found'])
    expect(await fingerprint(server)).toEqual(before)
  })

  test('many rows share a third of the connections', async () => {
    const { transactions } = server.app.batchLimits
    const { pool } = server.database
    let most = 0
    const note = () => {
      most = Math.max(most, transactions.size - transactions.free)
    }
    pool.on('acquire', note)
    const answer = await send(Array.from({ length: 200 }, () => row()))
    pool.off('acquire', note)
    expect(answer.body).toMatchObject({ succeeded: 200, failed: 0 })
    expect(most).toBeLessThanOrEqual(4)
  })
})

test('one batch more than may run at once is sent away before anything is done', async () => {
  const { batches } = server.app.batchLimits
  const { promise, resolve } = Promise.withResolvers<void>()
  const running = Array.from({ length: batches.size }, () => batches.run(() => promise))
  const before = await fingerprint(server)
  const payment = { account: 'A', amount: 5, currency: 'ZAR', channel: 'till', reference: 'R' }
  const all = [
    ...Object.entries(kinds).map(([kind, { row }]) => [kind, row()] as const),
    ['payments', payment] as const,
  ]
  for (const [kind, row] of all) {
    const answer = await server.api('POST', `/billing/${kind}/batch`, { rows: [row] })
    expect([answer.status, answer.body.code, answer.headers.get('retry-after')]).toEqual([503, 'overloaded', '2'])
  }
  expect(await fingerprint(server)).toEqual(before)
  resolve()
  await Promise.all(running)
  const answer = await server.api('POST', '/billing/payments/batch', { rows: [payment] })
  expect(codesOf(answer)).toEqual([201])
})

test('of a reference that comes twice one is made', async () => {
  const rows = [1, 2, 3].map(() => ({ external_reference: 'twice' }))
  const answer = await server.api('POST', '/billing/customers/batch', { rows })
  expect(codesOf(answer).sort()).toEqual([201, '409 external_reference_taken', '409 external_reference_taken'])
})

describe('accounts', () => {
  test('name their customer by id or reference, or make it, and show the link of their page', async () => {
    const rows = [customer.id, 'C', { external_reference: unique('C') }].map((named) => ({
      customer: named,
      external_reference: unique('A'),
      currency: 'ZAR',
      balance: 5,
    }))
    const key = unique('key')
    const first = await server.api('POST', '/billing/accounts/batch', { rows }, keyed(key))
    expect(codesOf(first)).toEqual([201, 201, 201])
    for (const { body } of first.body.data) {
      expect((await fetch(body.presentment_url)).status).toBe(200)
    }
    const again = await server.api('POST', '/billing/accounts/batch', { rows }, keyed(key))
    expect(again.text).toBe(first.text)
  })
})

describe('adjustments', () => {
  test('are of customers, accounts and bills, by id or reference', async () => {
    const before = await Promise.all(
      ['customers/C', 'accounts/A', 'bills/B'].map(async (path) => (await server.api('GET', `/billing/${path}`)).body),
    )
    const rows = [
      { customer: 'C', amount: 3, reason: 'x' },
      { account: account.external_reference, kind: 'fee', amount: 4, reason: 'x' },
      { bill: bill.id, kind: 'write_off', amount: -5, reason: 'x' },
      { bill: 'B', amount: -6, reason: 'x' },
      { bill: 'nobody', amount: -6, reason: 'x' },
    ]
    const answer = await server.api('POST', '/billing/adjustments/batch', { rows })
    expect(codesOf(answer)).toEqual([201, 201, 201, 201, '404 not_found'])
    expect(answer.body.data[4].body.errors).toMatchObject([{ pointer: '/bill' }])
    expect(answer.body.data.slice(0, 3).map(({ body }: { body: object }) => body)).toMatchObject([
      { customer_id: customer.id, balance_after: before[0].balance + 3 },
      { account_id: account.id, kind: 'fee' },
      { bill_id: bill.id, kind: 'write_off' },
    ])
    const after = (await server.api('GET', '/billing/bills/B')).body
    expect(after.amount_remaining).toBe(before[2].amount_remaining - 11)
  })

  test('of one balance at once lose nothing', async () => {
    const { balance } = (await server.api('GET', '/billing/customers/C')).body
    const rows = Array.from({ length: 100 }, () => ({ customer: 'C', amount: 2, reason: 'x' }))
    expect((await server.api('POST', '/billing/adjustments/batch', { rows })).body).toMatchObject({ succeeded: 100 })
    expect((await server.api('GET', '/billing/customers/C')).body.balance).toBe(balance + 200)
  })
})
