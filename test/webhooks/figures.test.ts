import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId, randomBucket } from '../../src/core/id/id.ts'
import { readFigures } from '../../src/webhooks/endpoint/figures.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { deliveryFixture } from './delivery-fixture.ts'
import { startReceiver } from './receivers.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

test('the figures of an endpoint are of its own latest attempts, and of what waits for it', async () => {
  const fixture = await deliveryFixture(database)
  let status = 200
  const receiver = await startReceiver((_request, response) => response.writeHead(status).end())
  const endpoint = await fixture.endpoint(receiver.url)
  const other = await fixture.endpoint(receiver.url)
  const figures = (id: string) => readFigures(database.pool, { id, environment_id: fixture.environmentId })
  await fixture.events(3)
  await fixture.dispatcher().idle()
  const succeeded = { attempts: 3, last_success_at: fixture.clock.now().toISOString(), consecutive_failures: 0 }
  expect(await figures(endpoint)).toEqual({
    ...succeeded,
    p50_ms: expect.any(Number),
    p99_ms: expect.any(Number),
    pending_deliveries: 0,
  })
  fixture.clock.advance(60_000)
  status = 500
  const since = fixture.clock.now().toISOString()
  await fixture.events(2)
  await fixture.dispatcher().idle()
  expect(await figures(endpoint)).toMatchObject({
    ...succeeded,
    attempts: 5,
    consecutive_failures: 2,
    pending_deliveries: 2,
    oldest_pending_at: since,
  })
  expect(await figures(other)).toMatchObject({ attempts: 5, pending_deliveries: 2 })
  expect(await readFigures(database.pool, { id: endpoint, environment_id: 999 })).toMatchObject({ attempts: 0 })
})

// The bound holds with any number of rows; the time is printed, since a shared machine has no limit that can be relied on.
test('an endpoint that is never called costs no more than one that is, however many rows there are', async () => {
  const { owner, pool } = database
  const fixture = await deliveryFixture(database)
  const busy = await fixture.endpoint('https://example.com/')
  const idle = await fixture.endpoint('https://example.com/')
  const ids = Array.from({ length: 60_000 }, () => newId(randomBucket(), fixture.clock.now().getTime()))
  const values = [ids, busy, fixture.environmentId, fixture.clock.now()]
  await owner.query(
    `insert into webhook_delivery (event_id, endpoint_id, bucket, environment_id, next_attempt_at)
     select id, $2, 1, $3, $4 from unnest($1::uuid[]) as id`,
    values,
  )
  await owner.query(
    `insert into webhook_attempt (event_id, endpoint_id, number, bucket, environment_id, started_at, duration_ms, status_code)
     select id, $2, 1, 1, $3, $4, 5, 200 from unnest($1::uuid[]) as id`,
    values,
  )
  const started = performance.now()
  const read = await readFigures(pool, { id: idle, environment_id: fixture.environmentId })
  console.log(`figures of an idle endpoint beside 60,000 rows: ${Math.round(performance.now() - started)} ms`)
  expect(read).toEqual({ attempts: 0, consecutive_failures: 0 })
  expect(await readFigures(pool, { id: busy, environment_id: fixture.environmentId })).toMatchObject({ attempts: 100 })
  // They are of no event.
  await owner.query('delete from webhook_delivery where endpoint_id = $1', [busy])
  await owner.query('delete from webhook_attempt where endpoint_id = $1', [busy])
}, 60_000)
