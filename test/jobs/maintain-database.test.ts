import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { maintainDatabase } from '../../src/jobs/maintain-database.ts'
import { wakeDeliveries } from '../../src/webhooks/delivery/waking.ts'
import { eventually } from '../support/eventually.ts'
import { webhookReceiver } from '../support/receiver.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { expectCleanBooks } from '../support/verify.ts'

// How long events are kept goes by the clock of the database, which no test can move. So the past is made here: payments of long
// ago, in months that the owner makes for them.
const today = new Date()
const day = 24 * 3_600_000
const daysAgo = (days: number) => new Date(today.getTime() - days * day)
const clock = settableClock(today)
let server: TestServer<typeof clock>
let receiver: Awaited<ReturnType<typeof webhookReceiver>>
beforeAll(async () => {
  server = await testServer({ clock })
  receiver = await webhookReceiver(() => 204)
  clock.set(daysAgo(300))
  await server.api('POST', '/webhooks/endpoints', { url: receiver.url })
  await server.database.owner.query('select make_partitions($1, 10)', [daysAgo(300)])
})
afterAll(async () => {
  await server.stop()
  await receiver.close()
})

let serial = 0
/** A payment, and the customer and the account that it is made for. */
const eventsEach = 3

async function pay(at: Date): Promise<string> {
  clock.set(at)
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

const kept = () => Promise.all(['event', 'event_feed', 'webhook_delivery', 'webhook_attempt'].map(count))

describe('events', () => {
  test('are kept for ninety days and then dropped by whole months; what an endpoint has not got by then is given up, and it says how many', async () => {
    const old = await pay(daysAgo(125))
    await eventually(async () => (await undelivered()) === 0, 'everything is delivered')
    await server.database.pool.query("update webhook_endpoint set disabled_at = $1, disabled_reason = 'failing'", [
      daysAgo(260),
    ])
    await pay(daysAgo(250))
    await pay(daysAgo(60))
    clock.set(today)
    await eventually(
      async () => (await count("webhook_delivery where next_attempt_at = 'infinity'")) === 2 * eventsEach,
      'all deliveries wait for the endpoint',
    )
    await expectCleanBooks(server.database)
    await maintainDatabase(server.app)
    expect(await kept()).toEqual([eventsEach, eventsEach, eventsEach, 0])
    expect((await server.api('GET', `/billing/payments/${old}`)).body.applied_amount).toBe(500)
    const shown = await server.api('GET', '/webhooks/endpoints')
    expect(shown.body.data).toMatchObject([{ status: 'paused', deliveries_expired: eventsEach }])
    await expectCleanBooks(server.database)

    const { id } = shown.body.data[0]
    expect((await server.api('PATCH', `/webhooks/endpoints/${id}`, { status: 'enabled' })).status).toBe(200)
    await eventually(async () => {
      clock.advance(1_000)
      await wakeDeliveries(server.app)
      return (await undelivered()) === 0
    }, 'what has waited is delivered')
    clock.set(today)
  })

  test('that were given up before their months can be dropped stay right in the books', async () => {
    const { rows } = await server.database.pool.query('update webhook_endpoint set disabled_at = $1 returning id', [
      daysAgo(95),
    ])
    await pay(daysAgo(92))
    clock.set(today)
    await eventually(
      async () => (await count("webhook_delivery where next_attempt_at = 'infinity'")) === eventsEach,
      'all deliveries wait for the endpoint',
    )
    await maintainDatabase(server.app)
    expect(await count("webhook_delivery where status = 'pending'")).toBe(0)
    await expectCleanBooks(server.database)
    await server.database.pool.query(
      'update webhook_endpoint set disabled_at = null, waking_since = null where id = $1',
      [rows[0]?.id],
    )
  })
})

describe('partitions', () => {
  test('are made three months ahead, and making them again makes none', async () => {
    const { rows } = await server.database.pool.query('select ensure_partitions($1, 3) as made', [today])
    expect(rows[0].made).toBe(0)
  })
})

describe('what the role that serves may call refuses what retention forbids', () => {
  const serving = (statement: string, values: unknown[] = []) => server.database.pool.query(statement, values)

  test.each(["'infinity'", 'now()', "now() - interval '88 days'", 'null'])(
    'letting go of events until %s',
    async (before) => {
      const events = await kept()
      await expect(serving(`select drop_old_events(${before})`)).rejects.toThrow('events are kept for 90 days')
      expect(await kept()).toEqual(events)
    },
  )

  test('a caller whose clock is a little ahead gets the ninety days', async () => {
    const events = await kept()
    const { rows } = await serving("select drop_old_events(now() - interval '90 days' + interval '1 hour') as months")
    expect([rows[0]?.months, await kept()]).toEqual([0, events])
  })

  test.each([
    ['now()', 100_000],
    ['now()', 7],
    ['now()', 0],
    ["'infinity'", 3],
    ["now() + interval '3 months'", 1],
    ["now() - interval '3 months'", 1],
    ['null', 1],
  ])('making partitions from %s for %i months', async (start, months) => {
    await expect(serving(`select ensure_partitions(${start}, $1)`, [months])).rejects.toThrow('partitions are made for')
  })

  test('blanking the events of a customer who is there, is nobody, or is another environment’s', async () => {
    const { rows } = await serving('select id, environment_id from customer order by id limit 1')
    const { id, environment_id } = rows[0] as { id: string; environment_id: number }
    const erase = (environment: number, customer: string) =>
      serving('select erase_customer_events($1, $2)', [environment, customer])
    const refused = /erased only of a customer who is pseudonymised/
    await expect(erase(environment_id, id)).rejects.toThrow(refused)
    await expect(erase(environment_id + 1, id)).rejects.toThrow(refused)
    await expect(erase(environment_id, '00000000-0000-0000-0000-000000000000')).rejects.toThrow(refused)
    expect((await server.api('POST', '/billing/customers/C1/pseudonymise')).status).toBe(200)
    await expect(erase(environment_id + 1, id)).rejects.toThrow(refused)
  })

  test('and there is no other function that runs with the rights of the owner', async () => {
    const { rows } = await serving(
      `select p.oid::regprocedure::text as name, has_function_privilege(p.oid, 'execute') as may
       from pg_proc as p where p.pronamespace = 'public'::regnamespace and p.prosecdef order by 1`,
    )
    expect(rows).toEqual(
      [
        'drop_old_events(timestamp with time zone)',
        'ensure_partitions(timestamp with time zone,integer)',
        'erase_customer_events(integer,uuid)',
      ].map((name) => ({ name, may: true })),
    )
    await expect(serving('select make_partitions(now(), 1)')).rejects.toThrow(/permission denied/)
  })
})
