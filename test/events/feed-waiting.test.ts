import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { FeedWaiters } from '../../src/events/feed/waiters.ts'
import { createMerchant } from '../../src/merchant/merchant.ts'
import { childServer } from '../support/child-server.ts'
import { eventually } from '../support/eventually.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { allSequenced, page } from './feed.ts'

let server: TestServer
/** A second process on the same database. */
let other: TestServer
/** How many requests wait in the first. */
let waiters = 0
beforeAll(async () => {
  server = await testServer()
  const { eventFeed } = server.app
  const { wait: original } = eventFeed
  eventFeed.wait = async (...wanted) => {
    waiters += 1
    const woken = await original(...wanted)
    waiters -= 1
    return woken
  }
  other = await testServer({ database: server.database })
})
afterAll(async () => {
  await other.stop()
  await server.stop()
})

let serial = 0
const asServer = () => ({ authorization: `Bearer ${server.key}` })
const create = (at: TestServer = server) =>
  at.api('POST', '/billing/customers', { external_reference: `C${++serial}` }, asServer())

let from: string
beforeEach(async () => {
  await allSequenced(server)
  from = (await page(server, 'cursor=latest')).next_cursor
})

/** Begins to wait; resolves with the page and how long it took. */
function wait(wait_s: number, query = '', at = server) {
  const began = performance.now()
  const answer = at.api('GET', `/events?cursor=${from}&wait_s=${wait_s}${query}`, undefined, asServer())
  return answer.then(({ status, body }) => ({ status, body, ms: performance.now() - began }))
}

const someWait = (count: number) => eventually(() => waiters === count, `${count} wait`)

describe('a poll that waits', () => {
  test('is answered when an event comes', async () => {
    const waiting = wait(30)
    await someWait(1)
    await create()
    const { status, body, ms } = await waiting
    expect([status, body.data.length, body.has_more]).toEqual([200, 1, false])
    expect(ms).toBeLessThan(5_000)
  })

  test('is answered when another process gives an event its position', async () => {
    const waiting = wait(30, '', other)
    await create()
    const { body, ms } = await waiting
    expect(body.data).toHaveLength(1)
    expect(ms).toBeLessThan(5_000)
  })

  test('ends at its time with an empty page and a cursor', async () => {
    const { status, body, ms } = await wait(1)
    expect([status, body]).toEqual([200, { data: [], has_more: false, next_cursor: from }])
    expect(ms).toBeGreaterThan(990)
    expect(ms).toBeLessThan(5_000)
  })

  test('waits on when what comes is of other types', async () => {
    const waiting = wait(30, '&types=bill.*')
    await someWait(1)
    await create()
    await allSequenced(server)
    await someWait(1)
    const owner = { customer: `C${serial}`, external_reference: 'B1', currency: 'ZAR', amount_due: 100 }
    await server.api('POST', '/billing/bills', owner)
    const { body } = await waiting
    expect(body.data).toMatchObject([{ type: 'bill.created' }])
  })

  test('holds no connection to the database: more wait than there are, and payments go on', async () => {
    const { pool } = server.database
    const polls = Array.from({ length: 20 }, () => wait(30))
    expect(pool.options.max).toBeLessThan(polls.length)
    await someWait(polls.length)
    await eventually(() => pool.idleCount === pool.totalCount, 'no connection is in use')
    // Of those who come when so many wait, each is answered at once.
    const more = await wait(30)
    expect([more.status, more.body.data, more.ms < 5_000]).toEqual([200, [], true])
    await create()
    const payments = Array.from({ length: 40 }, (_, index) => {
      const payment = { amount: 5, currency: 'ZAR', channel: 'till', reference: `W${index}`, customer: `C${serial}` }
      return server.api('POST', '/billing/payments', payment)
    })
    for (const { status } of await Promise.all(payments)) expect(status).toBe(201)
    for (const { body } of await Promise.all(polls)) expect(body.data.length).toBeGreaterThan(0)
  })

  test('ends when its client leaves', async () => {
    const leaving = new AbortController()
    const polls = Array.from({ length: 20 }, () =>
      fetch(`${server.url}/events?cursor=${from}&wait_s=30`, { headers: asServer(), signal: leaving.signal }),
    )
    await someWait(polls.length)
    leaving.abort()
    await Promise.allSettled(polls)
    await someWait(0)
  })

  test('is answered at once when the server stops', async () => {
    const child = await childServer({
      DATABASE_URL: server.database.url,
      TALLYSTICK_ENCRYPTION_KEY: 'an encryption key of the tests only',
      TALLYSTICK_DRAIN_S: '1',
    })
    const { test: key } = await createMerchant(server.database.pool, { name: 'Stop', slug: 'stop' }, new Date())
    const poll = fetch(`${child.url}/events?wait_s=30`, { headers: { authorization: `Bearer ${key}` } })
    await eventually(async () => (await fetch(`${child.url}/readyz`)).ok, 'it serves')
    const began = performance.now()
    const [response, code] = await Promise.all([poll, child.stop()])
    const answered = (await response.json()) as { data: unknown[] }
    expect([response.status, answered.data, code]).toEqual([200, [], 0])
    expect(performance.now() - began).toBeLessThan(10_000)
  })
})

describe('whoever waits', () => {
  const never = new AbortController().signal

  test('is woken by what comes for its environment, or by what another process did', async () => {
    const waiters = new FeedWaiters()
    waiters.advance(5n, 5n, [])
    const [one, two] = [waiters.wait(1, 5n, 10_000, never), waiters.wait(2, 5n, 10_000, never)]
    waiters.advance(6n, 5n, [1])
    expect(await one).toBe(true)
    // Somebody else gave the position 7.
    waiters.advance(8n, 7n, [1])
    expect(await two).toBe(true)
    expect(await waiters.wait(1, 7n, 10_000, never)).toBe(true)
  })

  test('is sent away when too many wait, of all or of its environment', async () => {
    const waiters = new FeedWaiters({ all_max: 3, of_environment_max: 2 })
    const held = [1, 1, 2].map((environment) => waiters.wait(environment, 0n, 10_000, never))
    expect(await waiters.wait(1, 0n, 10_000, never)).toBe(false)
    expect(await waiters.wait(3, 0n, 10_000, never)).toBe(false)
    waiters.end()
    expect(await Promise.all(held)).toEqual([false, false, false])
    expect(await waiters.wait(3, 0n, 10_000, never)).toBe(false)
  })
})
