import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMerchant } from '../../src/merchant/merchant.ts'
import { type ChildServer, childServer, freePort } from '../support/child-server.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectCleanBooks } from '../support/verify.ts'

let database: TestDatabase
let settings: Record<string, string>
let key: string
beforeAll(async () => {
  database = await testDatabase()
  key = (await createMerchant(database.pool, { name: 'Acme', slug: 'acme' }, new Date())).test
  settings = {
    DATABASE_URL: database.url,
    PORT: String(await freePort()),
    TALLYSTICK_HOST: '127.0.0.1',
    TALLYSTICK_ENCRYPTION_KEY: 'an encryption key of the kill test only',
  }
})
afterAll(async () => {
  await expectCleanBooks(database)
  await database.drop()
})

async function post(server: ChildServer, path: string, body: object, headers: Record<string, string> = {}) {
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, text, body: JSON.parse(text), headers: response.headers }
}

const count = async (table: string) => {
  const { rows } = await database.pool.query<{ count: bigint }>(`select count(*) from ${table}`)
  return Number(rows[0]?.count)
}

/**
 * Sends a batch to a server that is killed when some of its rows are committed, and again to the next one. Those on the account A2 are
 * held up by a lock until the kill. Returns how many there were by then, and the answers to the second and a third time.
 */
async function killedHalfway(server: ChildServer, path: string, rows: object[], table: string) {
  const before = await count(table)
  const holder = await database.pool.connect()
  await holder.query('begin')
  await holder.query(
    "select from receivable where id = (select id from account where external_reference = 'A2') for update",
  )
  const headers = { 'idempotency-key': `batch to ${path}`.replaceAll(' ', '-') }
  const first = post(server, path, { rows }, headers).catch((error: unknown) => error)
  await eventually(async () => (await count(table)) > before, 'some rows are committed', 30_000)
  await server.kill()
  await holder.query('rollback')
  holder.release()
  expect(await first).toBeInstanceOf(TypeError)
  const done = (await count(table)) - before
  const next = await childServer(settings)
  const again = await post(next, path, { rows }, headers)
  const third = await post(next, path, { rows }, headers)
  expect((await count(table)) - before).toBe(rows.length)
  return { next, done, again, third }
}

test('signal 9 in the middle of a batch: sent again with its key, every row is carried out once', {
  timeout: 120_000,
}, async () => {
  const server = await childServer(settings)
  const customer = { external_reference: 'C1', currency: 'ZAR', balance: 1_000_000 }
  await post(server, '/billing/customers', customer)
  for (const external_reference of ['A1', 'A2']) {
    await post(server, '/billing/accounts', { ...customer, customer: 'C1', external_reference })
  }

  const payments = Array.from({ length: 1_000 }, (_, index) => ({
    amount: 7,
    currency: 'ZAR',
    channel: 'till',
    reference: `R${index}`,
    account: index % 2 === 0 ? 'A1' : 'A2',
  }))
  const paid = await killedHalfway(server, '/billing/payments/batch', payments, 'payment')
  expect(paid.done).toBeLessThan(payments.length)
  expect(paid.again.body).toMatchObject({ succeeded: 1_000, failed: 0 })
  // A replay is a 201 as the first answer was, not the 200 of a reference that is known.
  expect(new Set(paid.again.body.data.map(({ status }: { status: number }) => status))).toEqual(new Set([201]))
  expect(paid.third.text).toBe(paid.again.text)
  expect(paid.third.headers.get('idempotent-replayed')).toBe('true')

  const adjustments = Array.from({ length: 200 }, (_, index) => ({
    account: index % 2 === 0 ? 'A1' : 'A2',
    amount: 3,
    reason: 'fee',
  }))
  const adjusted = await killedHalfway(
    paid.next,
    '/billing/adjustments/batch',
    adjustments,
    "ledger_transaction where kind = 'adjustment'",
  )
  expect(adjusted.done).toBeLessThan(adjustments.length)
  expect(adjusted.again.body).toMatchObject({ succeeded: 200, failed: 0 })
  expect(adjusted.third.text).toBe(adjusted.again.text)

  const response = await fetch(`${adjusted.next.url}/billing/accounts/A1`, {
    headers: { authorization: `Bearer ${key}` },
  })
  const { balance } = (await response.json()) as { balance: number }
  expect(balance).toBe(1_000_000 - 3_500 + 300)
  expect(await adjusted.next.stop()).toBe(0)
})
