import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bucketOf, firstIdAt, formatId, type Id, newId } from '../../src/core/id/id.ts'
import { beginWaking, wakeDeliveries } from '../../src/webhooks/delivery/waking.ts'
import { runReplays } from '../../src/webhooks/replay/run.ts'
import { insertReplay, listRunningReplays } from '../../src/webhooks/replay/store.ts'
import { runUntilDeath } from '../support/child-server.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { countSessions } from '../support/locks.ts'
import { deliveryFixture, fixtureKey } from '../webhooks/delivery-fixture.ts'
import { type Received, startReceiver } from '../webhooks/receivers.ts'

let database: TestDatabase
let fixture: Awaited<ReturnType<typeof deliveryFixture>>
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  fixture = await deliveryFixture(database)
})

/** A server as an operator runs it sends what is due, until it is killed at this point. */
async function dieAt(point: string): Promise<void> {
  const settings = {
    DATABASE_URL: `${database.url}${database.url.includes('?') ? '&' : '?'}application_name=killed`,
    TALLYSTICK_HOST: '127.0.0.1',
    TALLYSTICK_ENCRYPTION_KEY: fixtureKey,
    TALLYSTICK_WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
  }
  await runUntilDeath(settings, point)
  // What it has locked is skipped until PostgreSQL has read all that it sent, and has seen that it is gone.
  await eventually(async () => (await countSessions(database.pool, 'killed')) === 0, 'its sessions have ended')
}

/** By now every claim of the process that was killed has expired. */
const later = () => fixture.clock.set(new Date(Math.max(fixture.clock.now().getTime(), Date.now()) + 60_000))

/** How often each event was sent; those that were sent twice had the same bytes. */
function timesSent(received: readonly Received[]): Map<string, number> {
  const bodies = new Map<string, string>()
  const times = new Map<string, number>()
  for (const { headers, body } of received) {
    const id = String(headers['webhook-id'])
    expect(body).toBe(bodies.get(id) ?? body)
    bodies.set(id, body)
    times.set(id, (times.get(id) ?? 0) + 1)
  }
  return times
}

function expectAllOnceOrTwice(received: readonly Received[], ids: readonly Id[]): void {
  const times = timesSent(received)
  expect(ids.filter((id) => !times.has(formatId('event', id)))).toEqual([])
  expect([...times].filter(([, count]) => count > 2)).toEqual([])
}

const app = () => ({ pool: database.pool, clock: fixture.clock, wakeDispatcher() {} })

describe('a server that is killed between a claim and its mark: nothing is lost, and at most one more is sent', {
  timeout: 60_000,
}, () => {
  test.each([
    ['uncommitted:claim-deliveries', 0, 0],
    ['committed:claim-deliveries', 0, 0],
    ['channel:undici:request:bodySent', 0, 1],
    ['channel:undici:request:headers', 1, 1],
    ['channel:undici:request:trailers', 1, 1],
    ['before:record-outcomes', 1, 1],
    ['uncommitted:record-outcomes', 1, 1],
    ['committed:record-outcomes', 1, 1],
  ])('%s', async (point, sentLeast, sentMost) => {
    const receiver = await startReceiver()
    const endpoint = await fixture.endpoint(receiver.url)
    const [id] = (await fixture.events()) as [Id]
    await dieAt(point)
    const sent = receiver.received.length
    expect(sent).toBeGreaterThanOrEqual(sentLeast)
    expect(sent).toBeLessThanOrEqual(sentMost)
    later()
    await fixture.dispatcher().idle()
    expect(await fixture.deliveries(endpoint)).toMatchObject([{ status: 'delivered' }])
    expectAllOnceOrTwice(receiver.received, [id])
    // What is marked is not sent again; what is not, is.
    expect(receiver.received).toHaveLength(point === 'committed:record-outcomes' ? 1 : sent + 1)
  })
})

describe('a server that is killed while it pauses an endpoint: it is paused and told once, and nothing is lost', {
  timeout: 60_000,
}, () => {
  test.each([
    ['before:pause-endpoint', 2],
    ['uncommitted:pause-endpoint', 2],
    // Before the dispatcher was woken to tell of it.
    ['committed:pause-endpoint', 1],
  ])('%s', async (point, refusals) => {
    let status = 410
    const receiver = await startReceiver((_request, response) => response.writeHead(status).end())
    const endpoint = await fixture.endpoint(receiver.url)
    const others = await startReceiver()
    await fixture.endpoint(others.url)
    const ids = await fixture.events()
    await dieAt(point)
    later()
    await fixture.dispatcher().idle()
    expect(receiver.received).toHaveLength(refusals)
    const { rows } = await database.pool.query(
      `select disabled_reason,
         (select count(*)::integer from event where type = 'webhook_endpoint.paused' and subject_id = endpoint.id) as told
       from webhook_endpoint as endpoint where id = $1`,
      [endpoint],
    )
    expect(rows).toEqual([{ disabled_reason: 'gone', told: 1 }])
    expect([...timesSent(others.received).values()].reduce((most, count) => Math.max(most, count))).toBeLessThan(3)
    expect(others.received.filter(({ body }) => body.includes('webhook_endpoint.paused'))).toHaveLength(1)

    status = 204
    // Its next attempt may be as late as the schedule has it.
    fixture.clock.advance(400_000)
    receiver.received.length = 0
    await enable(endpoint)
    await flow(endpoint)
    expectAllOnceOrTwice(receiver.received, ids)
  })
})

async function enable(endpoint: Id): Promise<void> {
  await database.owner.query('update webhook_endpoint set disabled_at = null, disabled_reason = null where id = $1', [
    endpoint,
  ])
  await beginWaking(database.pool, fixture.environmentId, endpoint, fixture.clock.now())
}

/** Wakes, replays and sends, as the next process does, until nothing is left to do. */
async function flow(endpoint: Id): Promise<void> {
  const dispatcher = fixture.dispatcher()
  for (let run = 0; run < 20; run++) {
    await wakeDeliveries(app())
    await runReplays(app())
    fixture.clock.advance(1_000)
    await dispatcher.idle()
    const { rows } = await database.pool.query(
      'select from webhook_endpoint where id = $1 and waking_since is not null',
      [endpoint],
    )
    if (rows.length === 0 && (await listRunningReplays(database.pool)).length === 0) break
  }
  const left = (await fixture.deliveries(endpoint)).filter(({ status }) => status !== 'delivered')
  expect(left).toEqual([])
}

/** More than one batch. */
async function manyEvents(): Promise<Id[]> {
  const ids: Id[] = []
  for (let made = 0; made < 600; made += 100) {
    ids.push(...(await fixture.events(100)))
    fixture.clock.advance(1)
  }
  return ids
}

test.each(['uncommitted:wake-deliveries', 'committed:wake-deliveries'])(
  'a server that is killed while it wakes what waited: the next one goes on (%s)',
  { timeout: 60_000 },
  async (point) => {
    const receiver = await startReceiver()
    const endpoint = await fixture.endpoint(receiver.url)
    await database.pool.query("update webhook_endpoint set disabled_at = $2, disabled_reason = 'gone' where id = $1", [
      endpoint,
      fixture.clock.now(),
    ])
    const ids = await manyEvents()
    await fixture.dispatcher().idle()
    await enable(endpoint)
    await dieAt(point)
    later()
    await flow(endpoint)
    expectAllOnceOrTwice(receiver.received, ids)
  },
)

test.each(['uncommitted:replay-events', 'committed:replay-events'])(
  'a server that is killed while it replays events: the next one goes on (%s)',
  { timeout: 60_000 },
  async (point) => {
    const from_at = fixture.clock.now()
    const ids = await manyEvents()
    const receiver = await startReceiver()
    const endpoint = await fixture.endpoint(receiver.url)
    const now = fixture.clock.now()
    const first = firstIdAt(from_at.getTime())
    const bucket = bucketOf(endpoint)
    await insertReplay(database.pool, {
      id: newId(bucket, now.getTime()),
      bucket,
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
    await dieAt(point)
    later()
    await flow(endpoint)
    expectAllOnceOrTwice(receiver.received, ids)
  },
)
