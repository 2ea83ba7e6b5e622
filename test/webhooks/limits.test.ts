import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parseId } from '../../src/core/id/id.ts'
import type { EndpointLimits } from '../../src/webhooks/delivery/slots.ts'
import { wakeDeliveries } from '../../src/webhooks/delivery/waking.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { startDispatching } from '../support/jobs.ts'
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

const limit = (id: string, { max_in_flight = null, rate_per_s = null }: Partial<EndpointLimits>) =>
  database.owner.query('update webhook_endpoint set max_in_flight = $2, rate_per_s = $3 where id = $1', [
    id,
    max_in_flight,
    rate_per_s,
  ])

/** A receiver that notes at which time of the clock each event came, and in which order. */
async function timedReceiver() {
  const times: number[] = []
  const ids: string[] = []
  const receiver = await startReceiver((request, response) => {
    times.push(fixture.clock.now().getTime())
    ids.push(parseId('event', String(request.headers['webhook-id'])) as string)
    response.end()
  })
  return { url: receiver.url, times, ids }
}

/** The most that came within any second. */
const busiestSecond = (times: number[]) =>
  Math.max(...times.map((start) => times.filter((time) => time >= start && time < start + 1_000).length))

/** Lets the time pass in steps, and whatever is due in each be sent. */
async function pass(dispatcher: { idle(): Promise<void> }, steps: number, stepMs = 50) {
  for (let step = 0; step < steps; step++) {
    await dispatcher.idle()
    fixture.clock.advance(stepMs)
  }
  await dispatcher.idle()
}

const statuses = async (id: string) => (await fixture.deliveries(id)).map(({ status }) => status)

describe('an endpoint with a rate', () => {
  test('gets two hundred events at that rate, in their order, each with one attempt, while another gets them at once', async () => {
    const limited = await timedReceiver()
    const other = await timedReceiver()
    const endpoint = await fixture.endpoint(limited.url)
    await fixture.endpoint(other.url)
    await limit(endpoint, { rate_per_s: 20 })
    const events: string[] = []
    for (let count = 0; count < 200; count++) {
      events.push(...(await fixture.events()))
      fixture.clock.advance(1)
    }
    const dispatcher = fixture.dispatcher()
    await dispatcher.idle()
    expect(other.ids).toHaveLength(200)
    expect(limited.ids.length).toBeLessThanOrEqual(3)
    // What is put off stands in slots, and is no attempt.
    const waiting = (await fixture.deliveries(endpoint)).filter(({ status }) => status === 'pending')
    expect(new Set(waiting.map(({ attempts }) => attempts))).toEqual(new Set([0]))
    expect(new Set(waiting.map(({ wait_s }) => wait_s)).size).toBe(waiting.length)
    expect(Math.max(...waiting.map(({ wait_s }) => wait_s))).toBeLessThan(10.2)
    await pass(dispatcher, 100)
    const [later] = await fixture.events()
    await pass(dispatcher, 110)
    expect(busiestSecond(limited.times)).toBeLessThanOrEqual(23)
    // An event that happens meanwhile comes behind those that have slots.
    expect(limited.ids).toEqual([...events, later])
    expect(other.ids).toHaveLength(201)
    expect(await fixture.attempts(endpoint)).toHaveLength(201)
  }, 60_000)

  test('is woken for by itself, in time', async () => {
    const times: number[] = []
    const limited = await startReceiver((_request, response) => {
      times.push(performance.now())
      response.end()
    })
    const endpoint = await fixture.endpoint(limited.url)
    await limit(endpoint, { rate_per_s: 50 })
    const moving = { now: () => new Date() }
    await fixture.events(75)
    const dispatcher = fixture.dispatcher({ clock: moving })
    startDispatching(dispatcher)
    dispatcher.wake()
    const started = performance.now()
    await eventually(() => times.length === 75, 'all have come', 10_000)
    // 75 at 50 a second take 1.4 s without the burst of six; the jobs alone would look twice a second.
    expect(performance.now() - started).toBeGreaterThan(1_200)
    // A busy machine may bring some of them later than they were sent.
    expect(busiestSecond(times)).toBeLessThanOrEqual(65)
  }, 20_000)

  test('keeps to it in a new process, and after it was disabled and enabled', async () => {
    const limited = await timedReceiver()
    const endpoint = await fixture.endpoint(limited.url)
    await limit(endpoint, { rate_per_s: 10 })
    await fixture.events(60)
    const first = fixture.dispatcher()
    await pass(first, 20)
    await first.stop()
    const second = fixture.dispatcher()
    // It was not there for two seconds.
    fixture.clock.advance(2_000)
    await pass(second, 20)
    const set = (text: string) => database.owner.query(`update webhook_endpoint set ${text} where id = $1`, [endpoint])
    await set('disabled_at = now()')
    await pass(second, 40)
    const held = limited.ids.length
    await set("disabled_at = null, waking_since = '2100-01-01'")
    for (let batch = 0; batch < 8; batch++) {
      await wakeDeliveries({ pool: database.pool, clock: fixture.clock, wakeDispatcher: () => second.wake() })
      await pass(second, 20)
    }
    expect(held).toBeLessThan(40)
    expect(new Set(limited.ids).size).toBe(60)
    expect(busiestSecond(limited.times)).toBeLessThanOrEqual(12)
  }, 60_000)

  test('fills no queue: thousands of events for it hold up nobody', async () => {
    const limited = await timedReceiver()
    const other = await timedReceiver()
    const endpoint = await fixture.endpoint(limited.url)
    await limit(endpoint, { rate_per_s: 1 })
    await fixture.events(3_000)
    fixture.clock.advance(1)
    await fixture.endpoint(other.url)
    await fixture.events(10)
    await fixture.dispatcher().idle()
    expect([limited.ids.length, other.ids.length]).toEqual([1, 10])
  }, 30_000)
})

describe('an endpoint with few places', () => {
  test('never sees two attempts at once with one place, and gets all', async () => {
    let running = 0
    let most = 0
    const limited = await startReceiver((_request, response) => {
      most = Math.max(most, ++running)
      setTimeout(() => {
        running -= 1
        response.end()
      }, 5)
    })
    const endpoint = await fixture.endpoint(limited.url)
    await limit(endpoint, { max_in_flight: 1 })
    await fixture.events(300)
    const dispatcher = fixture.dispatcher({ clock: { now: () => new Date() } })
    startDispatching(dispatcher)
    await eventually(() => limited.received.length === 300, 'all have come', 20_000)
    await dispatcher.idle()
    expect(most).toBe(1)
    expect(new Set(await statuses(endpoint))).toEqual(new Set(['delivered']))
  }, 30_000)

  test('that is slow holds up nobody: what it cannot take soon is put off', async () => {
    const hanging = await startReceiver((_request, response) => setTimeout(() => response.end(), 400))
    const other = await timedReceiver()
    const endpoint = await fixture.endpoint(hanging.url)
    await limit(endpoint, { max_in_flight: 1 })
    await fixture.events(3_000)
    fixture.clock.advance(1)
    await fixture.endpoint(other.url)
    await fixture.events(10)
    const dispatcher = fixture.dispatcher()
    dispatcher.wake()
    await eventually(() => other.ids.length === 10, 'the other has its events', 5_000)
    expect(hanging.received.length).toBeLessThan(10)
  }, 30_000)
})
