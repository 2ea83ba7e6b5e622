import { afterAll, beforeAll, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { webhookReceiver } from '../support/receiver.ts'
import { type TestServer, testServer } from '../support/server.ts'

// Two servers on one database, of which one has a clock that jumps. What is sent to both is done once, whatever time they think it is.
let database: TestDatabase
let receiver: Awaited<ReturnType<typeof webhookReceiver>>
let clock: ReturnType<typeof settableClock>
let jumping: TestServer<typeof clock>
let steady: TestServer
beforeAll(async () => {
  database = await testDatabase()
  receiver = await webhookReceiver()
  clock = settableClock(new Date())
  jumping = await testServer({ database, clock })
  const drop = () => Promise.resolve()
  steady = await testServer({ database: { ...database, drop } })
  await jumping.api('POST', '/webhooks/endpoints', { url: receiver.url, event_types: ['obligation.*'] })
})
afterAll(async () => {
  await steady.stop()
  await jumping.stop()
  await receiver.close()
})

const minute_ms = 60_000
const day_ms = 24 * 60 * minute_ms
const jumps: [string, (now: number) => Date][] = [
  ['five minutes ahead', (now) => new Date(now + 5 * minute_ms)],
  ['five minutes back', (now) => new Date(now - 5 * minute_ms)],
  ['a day ahead', (now) => new Date(now + day_ms)],
  ['a day back', (now) => new Date(now - day_ms)],
  ['a leap day', () => new Date('2028-02-29T12:00:00Z')],
  ['an hour that comes twice', () => new Date('2027-10-31T01:30:00Z')],
  ['the end of 32 bits', () => new Date('2038-01-19T03:14:08Z')],
  ['the year 2001', () => new Date('2001-01-01T00:00:00Z')],
]

test.each(jumps)('%s: what is sent to both is one payment, and is told once', { timeout: 60_000 }, async (name, to) => {
  const authorization = `Bearer ${jumping.key}`
  const reference = name.replaceAll(' ', '-')
  const headers = { authorization, 'idempotency-key': reference }
  const customer = { external_reference: reference, currency: 'ZAR', balance: 1_000 }
  const { body: owing } = await steady.api('POST', '/billing/customers', customer, { authorization })
  clock.set(to(Date.now()))
  const payment = { amount: 300, currency: 'ZAR', channel: 'till', reference, customer: owing.id }
  const answers = await Promise.all(
    [jumping, steady, jumping, steady].map((server) =>
      eventually(async () => {
        const { status, body } = await server.api('POST', '/billing/payments', payment, headers)
        return status === 201 && (body.id as string)
      }, 'it is paid'),
    ),
  )
  expect(new Set(answers).size).toBe(1)
  // Nobody's clock makes a reference free again, whatever became of the key.
  const later = { authorization, 'idempotency-key': `${headers['idempotency-key']}-later` }
  clock.set(new Date(to(Date.now()).getTime() + 30 * day_ms))
  const again = await jumping.api('POST', '/billing/payments', payment, later)
  expect([again.status, again.body.id]).toEqual([200, answers[0]])
  clock.set(new Date())
  for (const server of [jumping, steady]) {
    expect((await server.api('GET', `/billing/customers/${owing.id}`, undefined, { authorization })).body.balance).toBe(
      700,
    )
  }
  const told = () =>
    new Set(receiver.received.filter(({ body }) => body.includes(answers[0] as string)).map(({ id }) => id)).size
  await eventually(() => told() === 1, 'it is told')
})
