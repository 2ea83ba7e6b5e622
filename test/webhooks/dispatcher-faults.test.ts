import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { formatId } from '../../src/core/id/id.ts'
import type { Pool } from '../../src/database/pool.ts'
import { createAddressGuard } from '../../src/net/address-guard.ts'
import { createHttpClient, type HttpClient, type HttpResult } from '../../src/net/http-client.ts'
import {
  type ClaimedDelivery,
  claimDeliveries,
  type DeliveryOutcome,
  recordOutcomes,
  renewClaims,
} from '../../src/webhooks/delivery/store.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { startDispatching } from '../support/jobs.ts'
import { deliveryFixture } from './delivery-fixture.ts'
import { closedPort, startReceiver } from './receivers.ts'

let database: TestDatabase
let fixture: Awaited<ReturnType<typeof deliveryFixture>>
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  fixture = await deliveryFixture(database)
})

/** A client that sends, and then holds each result back until `release`: the worker that dies before it marks. */
function heldClient() {
  const guard = createAddressGuard({ allow_loopback: true, allowed_hosts: [] })
  const client = createHttpClient({ guard, clock: fixture.clock })
  const held: (() => void)[] = []
  const holding: HttpClient = {
    async post(...request) {
      const result = await client.post(...request)
      await new Promise<void>((resolve) => held.push(resolve))
      return { ...result, status_code: 500 } satisfies HttpResult
    },
    close: () => client.close(),
  }
  return { client: holding, held }
}

test('a worker that ends after sending and before marking: the same id and bytes are sent again, by another', async () => {
  const receiver = await startReceiver()
  const endpoint = await fixture.endpoint(receiver.url)
  await fixture.events()
  const { client, held } = heldClient()
  const killed = fixture.dispatcher({ client })
  killed.wake()
  await eventually(() => held.length === 1, 'the first worker has sent')
  const other = fixture.dispatcher()
  await other.idle()
  expect(receiver.received).toHaveLength(1)
  fixture.clock.advance(20_000)
  await other.idle()
  expect(receiver.received).toHaveLength(2)
  const [first, second] = receiver.received
  expect([second?.body, second?.headers['webhook-id']]).toEqual([first?.body, first?.headers['webhook-id']])
  expect(await fixture.deliveries(endpoint)).toMatchObject([{ status: 'delivered', attempts: 2 }])

  // The first worker was only slow: its result comes now, is kept as an attempt, and changes no delivery.
  held[0]?.()
  await killed.idle()
  expect(await fixture.deliveries(endpoint)).toMatchObject([{ status: 'delivered', attempts: 2 }])
  expect((await fixture.attempts(endpoint)).map(({ status_code }) => status_code)).toEqual([500, 200])
})

test('an attempt that takes long, and what waits behind it, stay with the worker that has them', async () => {
  const answers: (() => void)[] = []
  const receiver = await startReceiver((_request, response) => answers.push(() => response.end()))
  const endpoint = await fixture.endpoint(receiver.url)
  await fixture.events(3)
  const dispatcher = fixture.dispatcher()
  await dispatcher.look()
  await eventually(() => answers.length === 1, 'the first is sent')
  const other = fixture.dispatcher()
  for (let seconds = 0; seconds < 40; seconds += 5) {
    fixture.clock.advance(5_000)
    await dispatcher.look()
    await eventually(
      async () => (await fixture.deliveries(endpoint)).every(({ wait_s }) => wait_s > 10),
      'the claims are renewed',
    )
    await other.idle()
  }
  for (let sent = 0; sent < 3; sent++) {
    await eventually(() => answers.length > sent, 'it is sent')
    answers[sent]?.()
  }
  await dispatcher.idle()
  expect(receiver.received).toHaveLength(3)
  expect(await fixture.deliveries(endpoint)).toMatchObject(Array(3).fill({ status: 'delivered', attempts: 1 }))
})

test('a claim that has become another worker’s is not renewed, and an outcome that was written is left alone', async () => {
  const endpoint = await fixture.endpoint(await closedPort())
  await fixture.events(2)
  const { claimed } = await claimDeliveries(database.pool, fixture.clock.now())
  const [first, second] = claimed as [ClaimedDelivery, ClaimedDelivery]
  const outcome: DeliveryOutcome = {
    delivery: first,
    status: 'pending',
    next_attempt_at: new Date(fixture.clock.now().getTime() + 3_600_000),
    attempt: undefined,
    gone: false,
  }
  await recordOutcomes(database.pool, [outcome], fixture.clock.now())
  fixture.clock.advance(20_001)
  await claimDeliveries(database.pool, fixture.clock.now())
  await renewClaims(database.pool, claimed, fixture.clock.now())
  expect(await fixture.deliveries(endpoint)).toMatchObject([
    { attempts: 0, wait_s: expect.closeTo(3_580, 0) },
    { attempts: 2, wait_s: 20 },
  ])
  expect([first.until, second.until]).toEqual([new Date(0), new Date(0)])
})

test('a delivery that somebody has locked does not keep the outcomes of others from being written', async () => {
  const lock = await database.owner.connect()
  await lock.query('begin')
  let lockedId = ''
  const receiver = await startReceiver((request, response) => {
    const locking =
      request.headers['webhook-id'] === formatId('event', lockedId)
        ? lock.query('select from webhook_delivery where event_id = $1 for update', [lockedId])
        : Promise.resolve()
    locking.then(() => response.end())
  })
  const endpoint = await fixture.endpoint(receiver.url)
  const ids = await fixture.events(30)
  lockedId = ids[7] as string
  const dispatcher = fixture.dispatcher()
  dispatcher.wake()
  await eventually(
    async () => (await fixture.deliveries(endpoint)).filter(({ status }) => status === 'delivered').length === 29,
    'all but the locked one are written',
  )
  await lock.query('rollback')
  lock.release()
  await dispatcher.idle()
  expect(new Set((await fixture.deliveries(endpoint)).map(({ status }) => status))).toEqual(new Set(['delivered']))
  expect(receiver.received).toHaveLength(30)
  expect(fixture.log).toEqual([])
})

test('at the stop while the database is away it says once that what it sent is sent again', async () => {
  let away = false
  const answers: (() => void)[] = []
  const receiver = await startReceiver((_request, response) => answers.push(() => response.end()))
  for (let index = 0; index < 30; index++) await fixture.endpoint(`${receiver.url}${index}`)
  await fixture.events()
  const dispatcher = fixture.dispatcher({ pool: interrupted(database.pool, () => away) })
  dispatcher.wake()
  await eventually(() => answers.length === 30, 'all are sent')
  away = true
  const stopped = dispatcher.stop()
  for (const answer of answers) {
    answer()
    await nextTurn()
  }
  await stopped
  expect(fixture.log).toHaveLength(1)
  expect(fixture.log[0]?.message).toMatch(/sent again/)
})

test('a hundred endpoints that hang do not hold back one that answers', async () => {
  const hanging = await startReceiver(() => {})
  const dead = []
  for (let index = 0; index < 100; index++) dead.push(await fixture.endpoint(`${hanging.url}${index}`))
  await fixture.events(10)
  const receiver = await startReceiver()
  const healthy = await fixture.endpoint(receiver.url)
  const guard = createAddressGuard({ allow_loopback: true, allowed_hosts: [] })
  // With a deadline that does not come: what hangs, hangs for the whole test.
  const client = createHttpClient({ guard, clock: fixture.clock, deadline_ms: 60_000 })
  const dispatcher = fixture.dispatcher({ client })
  startDispatching(dispatcher)
  await eventually(() => hanging.received.length > 50, 'the dead endpoints hang')
  const events = await fixture.events(50)
  dispatcher.wake()
  await eventually(() => receiver.received.length === events.length, 'the healthy endpoint gets all')
  await eventually(
    async () => (await fixture.deliveries(healthy)).every(({ status }) => status === 'delivered'),
    'its deliveries are marked',
  )
  // Each dead endpoint has one attempt in flight; the rest was returned, not counted, and is claimed later.
  const rows = await fixture.deliveries(dead[0] as string)
  expect(rows.filter(({ attempts }) => attempts === 1)).toHaveLength(1)
  expect(rows.filter(({ attempts, wait_s }) => attempts === 0 && wait_s > 0).length).toBeGreaterThan(50)
  await client.close()
})

test('eighty endpoints that hang after a good beginning do not slow one that answers at the same host', async () => {
  let hang = false
  const arrived = new Map<string, number>()
  const receiver = await startReceiver((request, response) => {
    if (request.url === '/good') arrived.set(String(request.headers['webhook-id']), performance.now())
    else if (hang) return
    response.end()
  })
  for (let index = 0; index < 80; index++) await fixture.endpoint(`${receiver.url}hang/${index}`)
  const good = await fixture.endpoint(`${receiver.url}good`)
  const guard = createAddressGuard({ allow_loopback: true, allowed_hosts: [] })
  const client = createHttpClient({ guard, clock: fixture.clock, deadline_ms: 60_000 })
  const dispatcher = fixture.dispatcher({ client })
  await fixture.events(8)
  await dispatcher.idle()
  startDispatching(dispatcher)
  hang = true
  const waits: number[] = []
  for (let round = 0; round < 30; round++) {
    const ids = await fixture.events(5)
    const written = performance.now()
    dispatcher.wake()
    const names = ids.map((id) => formatId('event', id))
    await eventually(() => names.every((name) => arrived.has(name)), 'the good endpoint has the events', 20_000)
    waits.push(...names.map((name) => (arrived.get(name) as number) - written))
  }
  waits.sort((left, right) => left - right)
  expect(waits[waits.length >> 1]).toBeLessThan(1_000)
  await eventually(async () => {
    // On a busy machine one may have taken so long that others were put off.
    fixture.clock.advance(1_000)
    return (await fixture.deliveries(good)).every(({ status }) => status === 'delivered')
  }, 'its deliveries are marked')
  await client.close()
})

/** The pool, which fails like an unavailable database for as long as `isUnavailable()`. */
function interrupted(pool: Pool, isUnavailable: () => boolean): Pool {
  const connect = () =>
    isUnavailable()
      ? Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }))
      : pool.connect()
  return new Proxy(pool, { get: (target, name) => (name === 'connect' ? connect : Reflect.get(target, name, target)) })
}

test('while the database is unavailable it waits, says so once, and goes on afterwards', async () => {
  const receiver = await startReceiver()
  const endpoint = await fixture.endpoint(receiver.url)
  await fixture.events()
  let tries = 0
  const dispatcher = fixture.dispatcher({ pool: interrupted(database.pool, () => ++tries <= 3) })
  await dispatcher.idle()
  expect(await fixture.deliveries(endpoint)).toMatchObject([{ status: 'delivered', attempts: 1 }])
  expect(fixture.log.map(({ level }) => level)).toEqual(['warn', 'info'])
})

test('an outcome that comes while the database is unavailable is recorded afterwards: nothing is sent twice', async () => {
  let isUnavailable = false
  const receiver = await startReceiver((_request, response) => {
    isUnavailable = true
    response.end()
  })
  const endpoint = await fixture.endpoint(receiver.url)
  await fixture.events()
  const dispatcher = fixture.dispatcher({ pool: interrupted(database.pool, () => isUnavailable) })
  dispatcher.wake()
  await eventually(() => fixture.log.length > 0, 'the database is found to be unavailable')
  isUnavailable = false
  await dispatcher.idle()
  expect(await fixture.deliveries(endpoint)).toMatchObject([{ status: 'delivered', attempts: 1 }])
  expect(receiver.received).toHaveLength(1)
})

test('an outcome that cannot be written does not hold back the others', async () => {
  await database.owner.query('alter table webhook_attempt add constraint no_teapots check (status_code <> 418)')
  const teapot = await startReceiver((_request, response) => response.writeHead(418).end())
  const receiver = await startReceiver()
  const refused = await fixture.endpoint(teapot.url)
  const healthy = await fixture.endpoint(receiver.url)
  await fixture.events(20)
  await fixture.dispatcher().idle()
  await database.owner.query('alter table webhook_attempt drop constraint no_teapots')
  expect(new Set((await fixture.deliveries(healthy)).map(({ status }) => status))).toEqual(new Set(['delivered']))
  // Their claims lapse, so they are sent again.
  expect(new Set((await fixture.deliveries(refused)).map(({ status }) => status))).toEqual(new Set(['pending']))
  expect(fixture.log.filter(({ level }) => level === 'error').length).toBeGreaterThan(0)
})

test('at the stop attempts in flight end and are recorded, and waiting claims are returned for another process at once', async () => {
  const answers: (() => void)[] = []
  const receiver = await startReceiver((_request, response) => answers.push(() => response.end()))
  const endpoint = await fixture.endpoint(receiver.url)
  await fixture.events(10)
  const dispatcher = fixture.dispatcher()
  startDispatching(dispatcher)
  await eventually(() => answers.length === 1, 'the first attempt is in flight')
  const stopped = dispatcher.stop()
  answers[0]?.()
  await stopped
  const rows = await fixture.deliveries(endpoint)
  expect(rows.filter(({ status, attempts }) => status === 'delivered' && attempts === 1)).toHaveLength(1)
  expect(
    rows.filter(({ status, attempts, wait_s }) => status === 'pending' && attempts === 0 && wait_s <= 0),
  ).toHaveLength(9)
  await dispatcher.stop()
})

describe('while the database is unavailable, and the next look is three seconds away', { timeout: 60_000 }, () => {
  /** A dispatcher that has failed so often that it waits: after 0.1, 0.2, 0.4, 0.8, 1.6 and then 3.2 seconds. */
  async function waiting() {
    let tries = 0
    const dispatcher = fixture.dispatcher({ pool: interrupted(database.pool, () => ++tries > 0) })
    const jobs = startDispatching(dispatcher)
    await eventually(() => tries >= 6, 'it has tried six times', 40_000)
    return { dispatcher, jobs }
  }

  test('its job stops at once, though it was looking', async () => {
    const { jobs } = await waiting()
    const started = performance.now()
    await jobs.stop()
    expect(performance.now() - started).toBeLessThan(2_000)
  })

  test('it stops at once', async () => {
    const { dispatcher } = await waiting()
    const started = performance.now()
    await dispatcher.stop()
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})
