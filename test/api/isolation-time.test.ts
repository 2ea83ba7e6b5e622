import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatId, newId } from '../../src/core/id/id.ts'
import { createMerchant } from '../../src/merchant/merchant.ts'
import { sampleObjects } from '../fuzz/requests.ts'
import { seedOf } from '../support/seed.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { timesApart } from '../support/timing.ts'

// Whether the time of an answer tells what others have: their id beside one that nobody has. ISOLATION_TIMES is how often each is asked for.
const times = Number(process.env.ISOLATION_TIMES ?? 400)
const seed = seedOf('SEED')

let server: TestServer
let objects: Awaited<ReturnType<typeof sampleObjects>>
let stranger: string
beforeAll(async () => {
  server = await testServer()
  objects = await sampleObjects(server)
  stranger = (await createMerchant(server.app.pool, { name: 'Other', slug: 'other' }, new Date())).test
})
afterAll(() => server.stop())

async function ask(method: string, path: string, body?: object): Promise<void> {
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${stranger}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  await response.arrayBuffer()
  expect([404, 422]).toContain(response.status)
}

const payment = (account: string) => ({ account, amount: 5, currency: 'ZAR', channel: 'till', reference: 'T1' })

const asked: [string, 'customer' | 'account' | 'bill' | 'payment' | 'endpoint', (id: string) => Promise<void>][] = [
  ['a customer', 'customer', (id) => ask('GET', `/billing/customers/${id}`)],
  ['a bill', 'bill', (id) => ask('GET', `/billing/bills/${id}`)],
  ['a payment', 'payment', (id) => ask('GET', `/billing/payments/${id}`)],
  ['a change of a customer', 'customer', (id) => ask('PATCH', `/billing/customers/${id}`, { name: 'Ben' })],
  ['a payment to an account', 'account', (id) => ask('POST', '/billing/payments', payment(id))],
  ['a webhook endpoint', 'endpoint', (id) => ask('GET', `/webhooks/endpoints/${id}`)],
]

test.each(asked)(
  'of others is answered as soon as what nobody has: %s',
  { timeout: 60_000 + times * 600 },
  async (_what, kind, send) => {
    const theirs = () => send(objects[kind])
    const none = formatId(kind, newId(1, Date.now()))
    const nobodys = () => send(none)
    const seen: number[] = []
    for (let tries = 0; tries < 3 && seen.every((t) => Math.abs(t) >= 4.5); tries++) {
      seen.push(await timesApart({ samples: times, seed: seed + tries }, theirs, nobodys))
    }
    expect(
      seen.map(Math.abs).some((t) => t < 4.5),
      `t was ${seen.join(', ')}`,
    ).toBe(true)
  },
)
