import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCustomer } from '../../src/billing/customer/service.ts'
import type { RequestContext } from '../../src/context.ts'
import { loadSql } from '../../src/database/sql.ts'
import { transaction } from '../../src/database/transaction.ts'
import { createEventFeed } from '../../src/events/feed/sequencer.ts'
import { testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { allSequenced, expectInOrder, page, readToEnd } from './feed.ts'

const sequenceEvents = loadSql(import.meta.url, '../../src/events/feed/sql/sequence-events.sql')

let server: TestServer
let environment: RequestContext['environment']
beforeAll(async () => {
  server = await testServer()
  const { rows } = await server.database.pool.query<{ id: number }>("select id from environment where mode = 'test'")
  const names = { merchant_name: 'Acme Water', merchant_slug: 'acme', time_zone: 'UTC' }
  environment = { id: rows[0]?.id ?? 0, mode: 'test', ...names, payment_rules: {}, credit: 'manual' }
})
afterAll(() => server.stop())

const create = (external_reference: string) => server.api('POST', '/billing/customers', { external_reference })

async function end(): Promise<string> {
  await allSequenced(server)
  return (await page(server, 'cursor=latest')).next_cursor
}

/** Fails unless the positions are those from 1 to the place, without gaps, each once. */
async function expectDense(database = server.database) {
  const { rows } = await database.pool.query(
    `select (select position from feed_place) as place, count(*) as events, count(distinct position) as positions,
      max(position) as highest from event_feed`,
  )
  const { place, events, positions, highest } = rows[0]
  expect([events, positions, highest]).toEqual([place, place, place])
}

describe('an event has its position', () => {
  test('behind those that were committed before it, however long ago it was written: a reader misses nothing', async () => {
    const from = await end()
    const released = Promise.withResolvers<void>()
    const written = Promise.withResolvers<void>()
    const now = new Date()
    const context: RequestContext = { environment, actor: 'command:test', request_id: 'req_test', now, instance: '/' }
    const held = transaction(server.database.pool, async (connection) => {
      await createCustomer(connection, context, { external_reference: 'held' })
      written.resolve()
      await released.promise
    })
    await written.promise
    for (const reference of ['later-1', 'later-2', 'later-3']) await create(reference)
    await allSequenced(server)
    const early = await readToEnd(server, from)
    expect(early.events).toHaveLength(3)
    released.resolve()
    await held
    await allSequenced(server)
    const late = await readToEnd(server, early.cursor)
    expect(late.events).toMatchObject([{ data: { external_reference: 'held' } }])
    // In the order of the ids it would have come first, where nobody looks any more.
    expect((await readToEnd(server, from)).events).toEqual([...early.events, ...late.events])
  })

  test('once, when a sequencer is killed before its commit', async () => {
    const { pool } = server.database
    const from = await end()
    const killed = await pool.connect()
    await killed.query('begin')
    await killed.query('select from feed_place for update')
    await create('while-sequenced')
    await eventually(async () => {
      const { rows } = await killed.query(sequenceEvents)
      return rows[0].sequenced === 1
    }, 'it was given a position')
    killed.release(true)
    await allSequenced(server)
    expect((await readToEnd(server, from)).events).toHaveLength(1)
    await expectDense()
  })

  test('once, when several sequencers run at the same time', async () => {
    const from = await end()
    const feeds = [1, 2, 3].map(() => createEventFeed(server.database.pool))
    let ended = false
    const looking = feeds.map(async (feed) => {
      while (!ended) await feed.look()
    })
    await Promise.all(Array.from({ length: 60 }, (_, index) => create(`at-once-${index}`)))
    await allSequenced(server)
    ended = true
    await Promise.all(looking)
    await Promise.all(feeds.map((feed) => feed.stop()))
    expect((await readToEnd(server, from)).events).toHaveLength(60)
    await expectDense()
  })

  test('in the order of what happened to one object, also when many change it at the same time', async () => {
    const from = await end()
    await server.api('POST', '/billing/customers', { external_reference: 'hot', currency: 'ZAR', balance: 1_000_000 })
    const bills = ['hot-1', 'hot-2', 'hot-3']
    const raise = (external_reference: string) =>
      server.api('POST', '/billing/bills', { customer: 'hot', external_reference, currency: 'ZAR', amount_due: 40 })
    for (const bill of bills) await raise(bill)
    const writers = Array.from({ length: 24 }, async (_, writer) => {
      const payment = { amount: 1, currency: 'ZAR', channel: 'till' }
      const bill = bills[writer % bills.length]
      for (let count = 0; count < 5; count++) {
        const reference = `hot-${writer}-${count}`
        await server.api('POST', '/billing/payments', { ...payment, reference, customer: 'hot' })
        await server.api('POST', '/billing/payments', { ...payment, reference: `${reference}-bill`, bill })
        await server.api('PATCH', `/billing/bills/${bill}`, {
          metadata: { writer: String(writer), count: String(count) },
        })
        await server.api('PATCH', '/billing/customers/hot', {
          metadata: { writer: String(writer), count: String(count) },
        })
      }
    })
    await Promise.all(writers)
    await allSequenced(server)
    const { events } = await readToEnd(server, from)
    expect(events.filter(({ type }) => type === 'bill.paid')).toHaveLength(3)
    expectInOrder(events)
  })
})

test('after a long stop what waits gets its positions step by step, in the order of its numbers', async () => {
  const database = await testDatabase({ verify: false })
  await database.owner.query(`insert into unsequenced_event (number, event_id, bucket, environment_id)
    select 25001 - n, id_at(now()), n, 1 from generate_series(1, 25000) as n`)
  const feed = createEventFeed(database.pool)
  await feed.look()
  await allSequenced({ database })
  await feed.stop()
  await expectDense(database)
  const { rows } = await database.pool.query(
    'select count(*)::integer as placed from event_feed where position = 25001 - bucket',
  )
  expect(rows[0].placed).toBe(25_000)
  await database.drop()
})
