import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bucketOf, firstIdAt, formatId, type Id, newId } from '../../src/core/id/id.ts'
import type { Connection } from '../../src/database/pool.ts'
import { transaction } from '../../src/database/transaction.ts'
import { claimDeliveries } from '../../src/webhooks/delivery/store.ts'
import { wakeDeliveries } from '../../src/webhooks/delivery/waking.ts'
import { changeEndpoint } from '../../src/webhooks/endpoint/change.ts'
import { runReplays } from '../../src/webhooks/replay/run.ts'
import { insertReplay, listRunningReplays } from '../../src/webhooks/replay/store.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { deliveryFixture } from './delivery-fixture.ts'
import { startReceiver } from './receivers.ts'

let database: TestDatabase
let fixture: Awaited<ReturnType<typeof deliveryFixture>>
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  fixture = await deliveryFixture(database)
})

/** A receiver whose answer can be changed. */
async function changeable(status: number) {
  const state = { status }
  const receiver = await startReceiver((_request, response) => response.writeHead(state.status).end())
  return { ...receiver, state }
}

/** Enables an endpoint as its merchant does. */
function enable(connection: Connection, endpoint: Id) {
  const environment = {
    id: fixture.environmentId,
    mode: 'test' as const,
    merchant_name: 'A merchant',
    merchant_slug: 'a',
  }
  const context = {
    environment: { ...environment, time_zone: 'UTC', payment_rules: {}, credit: 'manual' as const },
    actor: 'command:test' as const,
    request_id: 'test',
    now: fixture.clock.now(),
    instance: '',
  }
  const app = { vault: fixture.vault, checkWebhookUrl: (url: string) => ({ ok: true as const, url }) }
  const shown = formatId('endpoint', endpoint)
  return changeEndpoint(connection, app, context, shown, { status: 'enabled' }, undefined)
}

const resume = (endpoint: Id) => transaction(database.pool, (connection) => enable(connection, endpoint))

const wake = (stopping?: AbortSignal) =>
  wakeDeliveries({ pool: database.pool, clock: fixture.clock, wakeDispatcher() {} }, stopping)

async function statusOf(endpoint: Id) {
  const { rows } = await database.pool.query(
    'select disabled_at, disabled_reason, failing_since, waking_since from webhook_endpoint where id = $1',
    [endpoint],
  )
  return rows[0]
}

/** Wakes and sends until nothing waits. */
async function flow(endpoint: Id, dispatcher: { idle(): Promise<void> }): Promise<void> {
  for (let run = 0; run < 50; run++) {
    await wake()
    fixture.clock.advance(10)
    await dispatcher.idle()
    if ((await statusOf(endpoint)).waking_since === null) return
  }
  throw new Error('something still waits')
}

const told = async () => {
  const { rows } = await database.pool.query(
    "select subject_id, body from event where type = 'webhook_endpoint.paused' and environment_id = $1 order by id",
    [fixture.environmentId],
  )
  return rows.map(({ subject_id, body }) => ({ subject_id, data: JSON.parse(body).data }))
}

describe('an endpoint is paused', () => {
  test('by a 410 at once; what it has not got waits, and is sent when it is enabled again', async () => {
    const receiver = await changeable(410)
    const endpoint = await fixture.endpoint(receiver.url)
    const [first] = await fixture.events()
    const dispatcher = fixture.dispatcher()
    await dispatcher.idle()
    const paused_at = fixture.clock.now()
    expect(await statusOf(endpoint)).toMatchObject({ disabled_at: paused_at, disabled_reason: 'gone' })
    expect(fixture.log.filter(({ message }) => /is paused/.test(message))).toEqual([
      {
        level: 'warn',
        fields: { endpoint_id: formatId('endpoint', endpoint), reason: 'gone' },
        message: expect.any(String),
      },
    ])
    fixture.clock.advance(60_000)
    const later = await fixture.events(3)
    await dispatcher.idle()
    expect(receiver.received).toHaveLength(1)
    const rows = await fixture.deliveries(endpoint)
    expect(rows.map(({ status, attempts, wait_s }) => [status, attempts, wait_s])).toEqual([
      ['pending', 1, Infinity],
      ...Array(4).fill(['pending', 0, Infinity]),
    ])

    receiver.state.status = 204
    await resume(endpoint)
    await flow(endpoint, dispatcher)
    const got = receiver.received.slice(1).map(({ headers }) => headers['webhook-id'])
    const ids = [first, ...later].map((id) => formatId('event', id as Id))
    expect(got.filter((id) => ids.includes(id as string))).toEqual(ids)
    expect(new Set((await fixture.deliveries(endpoint)).map(({ status }) => status))).toEqual(new Set(['delivered']))
  })

  test('not by a 410 to an attempt that began before it was changed', async () => {
    const open: (() => void)[] = []
    const receiver = await startReceiver((_request, response) => open.push(() => response.writeHead(410).end()))
    const endpoint = await fixture.endpoint(receiver.url)
    await fixture.events()
    const dispatcher = fixture.dispatcher()
    dispatcher.wake()
    await eventually(() => open.length === 1, 'the attempt has begun')
    fixture.clock.advance(10)
    await database.pool.query('update webhook_endpoint set updated_at = $2 where id = $1', [
      endpoint,
      fixture.clock.now(),
    ])
    open[0]?.()
    await dispatcher.idle()
    expect((await fixture.attempts(endpoint)).map(({ status_code }) => status_code)).toEqual([410])
    expect(await statusOf(endpoint)).toMatchObject({ disabled_at: null })
    fixture.clock.advance(10_000)
    dispatcher.wake()
    await eventually(() => open.length === 2, 'the next attempt has begun')
    open[1]?.()
    await dispatcher.idle()
    expect(await statusOf(endpoint)).toMatchObject({ disabled_reason: 'gone' })
  })

  test('after three days in which it took nothing, and the others are told; its last attempt is not lost', async () => {
    const dead = await changeable(500)
    const endpoint = await fixture.endpoint(dead.url)
    const other = await changeable(204)
    await fixture.endpoint(other.url)
    const began = fixture.clock.now()
    await fixture.events()
    const dispatcher = fixture.dispatcher()
    for (const wait_s of [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]) {
      await dispatcher.idle()
      expect(await statusOf(endpoint)).toMatchObject({ disabled_at: null, failing_since: began })
      fixture.clock.advance(wait_s * 1000)
    }
    await dispatcher.idle()
    expect(await statusOf(endpoint)).toMatchObject({ disabled_at: fixture.clock.now(), disabled_reason: 'failing' })
    expect((await fixture.deliveries(endpoint))[0]).toMatchObject({ status: 'pending', attempts: 10, ended: false })
    expect(await told()).toEqual([
      {
        subject_id: endpoint,
        data: expect.objectContaining({
          id: formatId('endpoint', endpoint),
          status: 'paused',
          status_reason: 'failing',
          status_since: fixture.clock.now().toISOString(),
          failing_since: began.toISOString(),
        }),
      },
    ])
    expect(JSON.parse(other.received.at(-1)?.body as string).type).toBe('webhook_endpoint.paused')

    dead.state.status = 200
    await resume(endpoint)
    await flow(endpoint, dispatcher)
    expect((await fixture.deliveries(endpoint)).map(({ status }) => status)).toEqual(['delivered', 'delivered'])
  })

  test('not when anything was taken within the three days', async () => {
    const receiver = await changeable(500)
    const endpoint = await fixture.endpoint(receiver.url)
    const dispatcher = fixture.dispatcher()
    for (let hour = 0; hour < 100; hour += 10) {
      receiver.state.status = hour === 50 ? 200 : 500
      await fixture.events()
      await dispatcher.idle()
      fixture.clock.advance(10 * 3_600_000)
    }
    expect(await statusOf(endpoint)).toMatchObject({ disabled_at: null })
    expect(await told()).toEqual([])
  })

  test('again when it fails while it gets what has waited, and loses nothing by it', async () => {
    const receiver = await changeable(410)
    const endpoint = await fixture.endpoint(receiver.url)
    const dispatcher = fixture.dispatcher()
    const ids = await fixture.events(20)
    await dispatcher.idle()
    fixture.clock.advance(3_600_000)
    await dispatcher.idle()
    await resume(endpoint)
    await flow(endpoint, dispatcher)
    expect(await statusOf(endpoint)).toMatchObject({ disabled_reason: 'gone' })
    fixture.clock.advance(3_600_000)
    await dispatcher.idle()
    receiver.state.status = 200
    await resume(endpoint)
    await flow(endpoint, dispatcher)
    const rows = await fixture.deliveries(endpoint)
    expect(rows.filter(({ event_id }) => ids.includes(event_id)).map(({ status }) => status)).toEqual(
      Array(20).fill('delivered'),
    )
  })
})

describe('what waits for an endpoint', () => {
  const pausedWith = async (count: number) => {
    const receiver = await changeable(200)
    const endpoint = await fixture.endpoint(receiver.url)
    await database.pool.query("update webhook_endpoint set disabled_at = $2, disabled_reason = 'gone' where id = $1", [
      endpoint,
      fixture.clock.now(),
    ])
    const ids: Id[] = []
    for (let made = 0; made < count; made += 100) {
      ids.push(...(await fixture.events(Math.min(100, count - made))))
      fixture.clock.advance(1)
    }
    await fixture.dispatcher().idle()
    return { receiver, endpoint, ids }
  }

  test('is not claimed again while it is paused, however long', async () => {
    const { endpoint } = await pausedWith(250)
    fixture.clock.advance(30 * 86_400_000)
    expect((await claimDeliveries(database.pool, fixture.clock.now())).found).toBe(0)
    expect(new Set((await fixture.deliveries(endpoint)).map(({ wait_s }) => wait_s))).toEqual(new Set([Infinity]))
  })

  test('becomes due in the order of the events, a batch at a time, and a process that ends half-way loses nothing', async () => {
    const { endpoint, ids } = await pausedWith(1_300)
    await resume(endpoint)
    const claimed: string[] = []
    for (let run = 0; run < 6; run++) {
      // Each run is another process: what the one before did is in the database only.
      await wake()
      // The next batch waits until this one is claimed.
      await wake()
      fixture.clock.advance(10)
      const due = (await fixture.deliveries(endpoint)).filter(({ wait_s }) => wait_s <= 0)
      expect(due.length).toBeLessThanOrEqual(500)
      for (;;) {
        const claim = await claimDeliveries(database.pool, fixture.clock.now())
        claimed.push(...claim.claimed.map(({ event_id }) => event_id).sort())
        if (claim.found === 0) break
      }
    }
    expect(claimed).toEqual([...ids].sort())
    expect(await statusOf(endpoint)).toMatchObject({ waking_since: null })
  })

  test('is made due batch after batch in one run of the job, as fast as it is claimed', async () => {
    const { endpoint, receiver, ids } = await pausedWith(1_300)
    await resume(endpoint)
    const dispatcher = fixture.dispatcher()
    const batches: number[] = []
    const wakeDispatcher = () => {
      fixture.clock.advance(10)
      batches.push(receiver.received.length)
      dispatcher.wake()
    }
    await wakeDeliveries({ pool: database.pool, clock: fixture.clock, wakeDispatcher })
    await dispatcher.idle()
    expect(batches).toHaveLength(3)
    expect(receiver.received).toHaveLength(ids.length)
    expect(await statusOf(endpoint)).toMatchObject({ waking_since: null })
  })

  test('and is put off while somebody enables the endpoint is neither sent too early nor forgotten', async () => {
    const { endpoint, receiver } = await pausedWith(1)
    const enabling = await database.pool.connect()
    const dispatcher = fixture.dispatcher()
    try {
      await enabling.query('begin')
      await enable(enabling, endpoint)
      await fixture.events()
      await dispatcher.idle()
      expect(receiver.received).toHaveLength(0)
      await enabling.query('commit')
    } finally {
      enabling.release()
    }
    fixture.clock.advance(1_000)
    await flow(endpoint, dispatcher)
    expect(receiver.received).toHaveLength(2)
  })

  test('is cancelled when the endpoint is deleted', async () => {
    const { endpoint } = await pausedWith(3)
    await database.pool.query('update webhook_endpoint set deleted_at = $2, waking_since = $2 where id = $1', [
      endpoint,
      fixture.clock.now(),
    ])
    await flow(endpoint, fixture.dispatcher())
    expect((await fixture.deliveries(endpoint)).map(({ status }) => status)).toEqual(Array(3).fill('cancelled'))
  })
})

test('a replay of many events goes on where a process ended that carried it out, a batch at a time', async () => {
  const from_at = fixture.clock.now()
  const ids: Id[] = []
  for (let made = 0; made < 1_200; made += 100) {
    ids.push(...(await fixture.events(100)))
    fixture.clock.advance(1)
  }
  const endpoint = await fixture.endpoint((await startReceiver()).url)
  const now = fixture.clock.now()
  const first = firstIdAt(from_at.getTime())
  await insertReplay(database.pool, {
    id: newId(bucketOf(endpoint), now.getTime()),
    bucket: bucketOf(endpoint),
    environment_id: fixture.environmentId,
    endpoint_id: endpoint,
    from_at,
    to_at: now,
    event_types: null,
    only_failed: false,
    status: 'running',
    batch_from: first,
    done_to: first,
    replayed: 0,
    created_at: now,
    ended_at: null,
  })
  const app = { pool: database.pool, clock: fixture.clock, wakeDispatcher() {} }
  // A process that ends in a step leaves nothing of that step.
  await expect(runReplays({ ...app, pool: endingAfter('replay-events') })).rejects.toThrow('the process has ended')
  expect(await fixture.deliveries(endpoint)).toEqual([])
  const claimed: string[] = []
  for (let run = 0; run < 4; run++) {
    await runReplays(app)
    await runReplays(app)
    fixture.clock.advance(10)
    expect((await fixture.deliveries(endpoint)).filter(({ wait_s }) => wait_s <= 0).length).toBeLessThanOrEqual(500)
    for (;;) {
      const claim = await claimDeliveries(database.pool, fixture.clock.now())
      claimed.push(...claim.claimed.map(({ event_id }) => event_id).sort())
      if (claim.found === 0) break
    }
  }
  expect(claimed).toEqual(ids.toSorted())
  expect(await listRunningReplays(database.pool)).toEqual([])
  // They were claimed and never sent.
  await database.pool.query(
    "update webhook_delivery set status = 'cancelled', settled_at = now() where status = 'pending'",
  )
})

/** The pool, whose connections end when a statement has been carried out and before its commit. */
function endingAfter(statement: string): typeof database.pool {
  const connect = async () => {
    const connection = await database.pool.connect()
    return new Proxy(connection, {
      get(target, name) {
        const value = Reflect.get(target, name)
        if (name !== 'query') return typeof value === 'function' ? value.bind(target) : value
        return async (sent: { name?: string }, ...more: []) => {
          const result = await target.query(sent as never, ...more)
          if (sent.name?.startsWith(statement)) throw new Error('the process has ended')
          return result
        }
      },
    })
  }
  // Its own methods call each other, and connect with a callback.
  const { pool } = database
  return new Proxy(pool, {
    get(target, name) {
      const value = Reflect.get(target, name)
      if (name === 'connect') return connect
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
