import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMerchant } from '../../src/merchant/merchant.ts'
import { type ChildServer, childServer } from '../support/child-server.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { noteAnswer } from '../support/known-endpoints.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { startReceiver } from '../webhooks/receivers.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

async function call(server: ChildServer, key: string, path: string, body: object) {
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(201)
  const answered = (await response.json()) as { id: string }
  noteAnswer(path, { status: response.status, body: answered })
  return answered
}

async function makePayments(server: ChildServer, key: string, count: number): Promise<void> {
  const customer = { external_reference: 'C1' }
  const account = await call(server, key, '/billing/accounts', {
    customer,
    external_reference: 'A1',
    currency: 'ZAR',
    balance: 1_000,
  })
  const payment = { amount: 1, currency: 'ZAR', channel: 'till', account: account.id }
  for (let number = 0; number < count; number++) {
    await call(server, key, '/billing/payments', { ...payment, reference: `R${number}` })
  }
}

/** A receiver that answers nothing until it is told to. */
async function heldReceiver() {
  let isHeld = true
  const held: (() => void)[] = []
  const receiver = await startReceiver((_request, response) => {
    if (isHeld) held.push(() => response.end())
    else response.end()
  })
  return {
    ...receiver,
    ids: () => new Set(receiver.received.map(({ headers }) => headers['webhook-id'])),
    letGo() {
      isHeld = false
      for (const answer of held) answer()
    },
  }
}

test('what a killed server had claimed is sent soon after the next start', { timeout: 90_000 }, async () => {
  const receiver = await heldReceiver()
  const key = (await createMerchant(database.pool, { name: 'Acme', slug: 'acme' }, new Date())).test
  const settings = {
    DATABASE_URL: database.url,
    TALLYSTICK_HOST: '127.0.0.1',
    TALLYSTICK_ENCRYPTION_KEY: 'an encryption key of this test only',
    TALLYSTICK_WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
  }
  const killed = await childServer(settings)
  for (let number = 0; number < 5; number++) {
    await call(killed, key, '/webhooks/endpoints', { url: `${receiver.url}${number}` })
  }
  await makePayments(killed, key, 10)
  const claimed = async () => {
    const { rows } = await database.pool.query<{ claimed: number }>(
      "select count(*)::integer as claimed from webhook_delivery where status = 'pending' and attempts > 0",
    )
    return rows[0]?.claimed ?? 0
  }
  await eventually(async () => (await claimed()) >= 5 && receiver.received.length >= 5, 'deliveries are in flight')
  await killed.kill()
  receiver.letGo()
  const next = await childServer(settings)
  const started = performance.now()
  await eventually(
    async () => {
      const { rows } = await database.pool.query("select from webhook_delivery where status <> 'delivered'")
      return rows.length === 0
    },
    'every delivery is delivered',
    40_000,
  )
  expect(performance.now() - started).toBeLessThan(28_000)
  expect(await next.stop()).toBe(0)
})

test('a server whose own database dies says so in a few lines, however much it was doing, and ends', {
  timeout: 60_000,
}, async () => {
  const receiver = await heldReceiver()
  const directory = await temporaryDirectory()
  const key = 'sk_test_ofthedeaddatabase'
  const server = await childServer({ TALLYSTICK_DATA_DIR: directory.path, TALLYSTICK_TEST_KEY: key })
  for (let number = 0; number < 20; number++) {
    await call(server, key, '/webhooks/endpoints', { url: `${receiver.url}${number}` })
  }
  await makePayments(server, key, 5)
  await eventually(() => receiver.received.length >= 20, 'deliveries are in flight')
  process.kill(postmasterOf(directory.path), 'SIGKILL')
  receiver.letGo()
  expect(await server.ended()).toBe(1)
  const lines = server.output().trim().split('\n')
  expect(lines.length).toBeLessThan(12)
  expect(lines.filter((line) => line.includes('these deliveries are sent again')).length).toBeLessThan(2)
  await directory.remove()
})

function postmasterOf(dataDir: string): number {
  return Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])
}
