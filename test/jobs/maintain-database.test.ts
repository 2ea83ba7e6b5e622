import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { maintainDatabase } from '../../src/jobs/maintain-database.ts'
import { eventually } from '../support/eventually.ts'
import { webhookReceiver } from '../support/receiver.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { expectCleanBooks } from '../support/verify.ts'

// The test database has partitions from the month it was made in.
const start = new Date()
const hour = 3_600_000
const day = 24 * hour
const clock = settableClock(start)
let server: TestServer<typeof clock>
let receiver: Awaited<ReturnType<typeof webhookReceiver>>
let accepts = true
beforeAll(async () => {
  server = await testServer({ clock })
  receiver = await webhookReceiver(() => (accepts ? 204 : 500))
  await server.api('POST', '/webhooks/endpoints', { url: receiver.url })
})
afterAll(async () => {
  await server.stop()
  await receiver.close()
})

let serial = 0

async function pay(): Promise<string> {
  serial += 1
  const account = {
    customer: { external_reference: `C${serial}` },
    external_reference: `A${serial}`,
    currency: 'ZAR',
    balance: 500,
  }
  const made = await server.api('POST', '/billing/accounts', account)
  const payment = { amount: 500, currency: 'ZAR', channel: 'cash', reference: `R${serial}`, account: made.body.id }
  return (await server.api('POST', '/billing/payments', payment)).body.id
}

async function count(table: string): Promise<number> {
  const { rows } = await server.database.pool.query(`select count(*)::integer as rows from ${table}`)
  return rows[0].rows
}

const undelivered = () => count("webhook_delivery where status <> 'delivered'")

describe('events', () => {
  test('are kept for ninety days, and then dropped by whole months; the books stay right', async () => {
    const payment = await pay()
    await eventually(async () => (await undelivered()) === 0, 'the delivery is delivered')
    clock.set(new Date(start.getTime() + 89 * day))
    await maintainDatabase(server.app)
    expect(await count('event')).toBe(1)
    clock.set(new Date(start.getTime() + 125 * day))
    await maintainDatabase(server.app)
    expect([await count('event'), await count('webhook_delivery'), await count('webhook_attempt')]).toEqual([0, 0, 0])
    expect((await server.api('GET', `/billing/payments/${payment}`)).body.applied_amount).toBe(500)
    await expectCleanBooks(server.database)
  })

  test('of a month with a pending delivery stay, however old', async () => {
    accepts = false
    await pay()
    await eventually(async () => (await count('webhook_attempt')) > 0, 'an attempt was made')
    const paid = clock.now().getTime()
    clock.set(new Date(paid + 200 * day))
    // The months before it held nothing; its own stays, and so do those behind it.
    await maintainDatabase(server.app)
    expect(await count('event')).toBe(1)
    accepts = true
    // The old attempt may have been made again, and refused, since the clock moved: time goes on until the next one is due.
    await eventually(async () => {
      clock.set(new Date(clock.now().getTime() + hour))
      server.app.wakeDispatcher()
      return (await undelivered()) === 0
    }, 'the delivery is delivered')
    await maintainDatabase(server.app)
    expect(await count('event')).toBe(0)
    await expectCleanBooks(server.database)
  })
})

describe('partitions', () => {
  test('are made three months ahead, and making them again makes none', async () => {
    const { rows } = await server.database.pool.query('select ensure_partitions($1, 3) as made', [clock.now()])
    expect(rows[0].made).toBe(0)
  })
})
