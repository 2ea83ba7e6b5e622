import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMerchant } from '../../src/merchant/merchant.ts'
import { type ChildServer, childServer } from '../support/child-server.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { countWaiting, holding } from '../support/locks.ts'

// A settlement is read in steps: it is listed, written with what went to the bank, and its lines are booked page by page. Locks of the test
// hold the server before each, and there it gets signal 9. Who reads next goes on from there.

let database: TestDatabase
let key: string
beforeAll(async () => {
  database = await testDatabase()
  key = (await createMerchant(database.pool, { name: 'Acme', slug: 'acme' }, new Date())).test
})
afterAll(() => database.drop())

const start = () =>
  childServer({
    DATABASE_URL: database.url,
    TALLYSTICK_HOST: '127.0.0.1',
    TALLYSTICK_ENCRYPTION_KEY: 'an encryption key of this test only',
  })

async function call(server: ChildServer, method: string, path: string, body?: object) {
  const headers = { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) }
  const response = await fetch(server.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  // biome-ignore lint/suspicious/noExplicitAny: the test looks into answers of every shape
  return { status: response.status, body: (await response.json()) as any }
}

const isWaiting = async () => (await countWaiting(database.owner)) > 0

test.each([
  ['before a settlement is written', 'settlement'],
  ['before its lines are booked', 'settlement_line'],
  ['before any of it is entered', 'ledger_entry'],
])('signal 9 %s: booked once, by whoever goes on', { timeout: 120_000 }, async (name, table) => {
  const killed = await start()
  const reference = name.replaceAll(' ', '-')
  await call(killed, 'POST', '/billing/customers', { external_reference: reference, currency: 'ZAR', balance: 1_000 })
  const wanted = { customer: reference, amount: 1_000, outcome: 'succeeded' }
  const paid = await call(killed, 'POST', '/test/payments', wanted)
  expect([paid.status, paid.body]).toEqual([201, expect.anything()])
  const held = await holding(database.owner, `lock table ${table} in exclusive mode`)
  const first = call(killed, 'POST', '/test/settlements').catch(() => undefined)
  await eventually(isWaiting, `the server is held ${name}`)
  await killed.kill()
  await first
  await held.letGo()

  const next = await start()
  await call(next, 'POST', '/test/settlements')
  const shown = await call(next, 'GET', `/billing/payments/${paid.body.id}`)
  expect(shown.body).toMatchObject({ fee: 29, net: 971 })
  const settled = await call(next, 'GET', '/collect/settlements?limit=1')
  expect(settled.body.data).toMatchObject([{ status: 'paid', amount: 971, line_count: 1, unexplained_amount: 0 }])
  const { rows } = await database.owner.query("select from event where type = 'settlement.created'")
  const counted = await database.owner.query('select from settlement')
  expect(rows.length).toBe(counted.rowCount)
  const balances = await call(next, 'GET', '/collect/balances')
  expect(balances.body.data).toMatchObject([{ currency: 'ZAR', owed: 0 }])
  expect(await next.stop()).toBe(0)
})
