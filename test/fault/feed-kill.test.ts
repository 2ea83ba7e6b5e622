import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMerchant } from '../../src/merchant/merchant.ts'
import { expectInOrder, type FedEvent, type FeedPage } from '../events/feed.ts'
import { type ChildServer, childServer, freePort } from '../support/child-server.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { seedOf } from '../support/seed.ts'
import { seededRandom } from '../support/seeded-random.ts'

// FEED_ROUNDS and FEED_SEED make the long form; a failing seed is printed with the test.
const rounds = Number(process.env.FEED_ROUNDS ?? 10)
const seed = seedOf('FEED_SEED')
const readersCount = 10
const writersCount = 64
// So few that everything is contended.
const customers = ['C0', 'C1', 'C2']
const billsOfRound = 4

let database: TestDatabase
let key: string
let port: number
beforeAll(async () => {
  database = await testDatabase()
  key = (await createMerchant(database.pool, { name: 'Acme', slug: 'acme' }, new Date())).test
  port = await freePort()
})
afterAll(() => database.drop())

const start = () =>
  childServer({
    DATABASE_URL: database.url,
    PORT: String(port),
    TALLYSTICK_HOST: '127.0.0.1',
    TALLYSTICK_ENCRYPTION_KEY: 'an encryption key of the kill test only',
  })

async function call(server: Pick<ChildServer, 'url'>, method: string, path: string, body?: object) {
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  // biome-ignore lint/suspicious/noExplicitAny: the test looks into answers of every shape
  return { status: response.status, body: (await response.json()) as any }
}

/** Reads the feed all the while, going on from its last page when the server is there again. */
async function read(server: Pick<ChildServer, 'url'>, index: number, isDone: (events: FedEvent[]) => boolean) {
  const events: FedEvent[] = []
  const limit = [5, 20, 100][index % 3]
  for (let cursor = ''; !isDone(events); ) {
    try {
      const query = `limit=${limit}&wait_s=${index % 4}${cursor}`
      const { status, body } = await call(server, 'GET', `/events?${query}`)
      if (status !== 200) throw new TypeError(`it is answered with ${status}`)
      const { data, next_cursor } = body as FeedPage
      events.push(...data)
      cursor = `&cursor=${next_cursor}`
    } catch (error) {
      // Killed, or not there yet.
      if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  return events
}

/** One of those who write: payments to customers and to bills, changes of both, and adjustments. */
async function write(server: ChildServer, name: string, writer: number, bills: string[], killed: () => boolean) {
  const customer = customers[writer % customers.length]
  const bill = bills[writer % bills.length]
  const payment = { amount: 1, currency: 'ZAR', channel: 'till' }
  const adjustment = { kind: 'fee', amount: 1, reason: 'late' }
  for (let count = 0; !killed(); count++) {
    const reference = `${name}-${count}`
    const metadata = { last: reference }
    try {
      const kind = (writer + count) % 6
      if (kind < 2) await call(server, 'POST', '/billing/payments', { ...payment, reference, customer })
      else if (kind < 4) await call(server, 'POST', '/billing/payments', { ...payment, reference, bill })
      else if (kind === 4) await call(server, 'PATCH', `/billing/bills/${bill}`, { metadata })
      else if (count % 2 === 0) await call(server, 'PATCH', `/billing/customers/${customer}`, { metadata })
      else await call(server, 'POST', `/billing/customers/${customer}/adjustments`, adjustment)
    } catch (error) {
      if (!killed() && !(error instanceof TypeError)) throw error
      return
    }
  }
}

async function raiseBills(server: ChildServer, round: number): Promise<string[]> {
  const bills = Array.from({ length: billsOfRound }, (_, index) => `R${round}-${index}`)
  for (const [index, external_reference] of bills.entries()) {
    // Half of them are paid within the round.
    const bill = { customer: customers[0], external_reference, currency: 'ZAR', amount_due: index % 2 ? 3 : 100_000 }
    await call(server, 'POST', '/billing/bills', bill)
  }
  return bills
}

test(`ten readers of the feed while ${writersCount} write and signal 9 comes ${rounds} times (FEED_SEED=${seed})`, {
  timeout: 60_000 + rounds * 20_000,
}, async () => {
  const random = seededRandom(seed)
  let server = await start()
  for (const external_reference of customers) {
    await call(server, 'POST', '/billing/customers', { external_reference, currency: 'ZAR', balance: 1_000_000 })
  }
  let total = Number.POSITIVE_INFINITY
  const readers = Array.from({ length: readersCount }, (_, index) =>
    read({ url: server.url }, index, (events) => events.length >= total),
  )
  for (let round = 0; round < rounds; round++) {
    const bills = await raiseBills(server, round)
    let dead = false
    const writers = Array.from({ length: writersCount }, (_, writer) =>
      write(server, `r${round}w${writer}`, writer, bills, () => dead),
    )
    await new Promise((resolve) => setTimeout(resolve, 200 + Math.floor(random() * 800)))
    dead = true
    await server.kill()
    await Promise.all(writers)
    server = await start()
  }
  await eventually(async () => {
    const { rows } = await database.pool.query('select event_id from unsequenced_event limit 1')
    return rows.length === 0
  }, 'every event has its position')
  const { rows } = await database.pool.query<{ body: string }>('select body from event')
  total = rows.length
  const [first = [], ...others] = await Promise.all(readers)
  // Behind the last event there is nothing, for nobody.
  const ids = first.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect([...ids].sort()).toEqual(rows.map(({ body }) => JSON.parse(body).id).sort())
  for (const other of others) expect(other.map(({ id }) => id)).toEqual(ids)
  expect(first.filter(({ type }) => type === 'bill.paid').length).toBeGreaterThan(0)
  expectInOrder(first)
  expect(await server.stop()).toBe(0)
})
