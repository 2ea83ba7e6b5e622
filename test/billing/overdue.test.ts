import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { tellOverdue } from '../../src/billing/bill/tell-overdue.ts'
import { settableClock } from '../../src/core/clock.ts'
import { parseId } from '../../src/core/id/id.ts'
import { wholeBody } from '../../src/events/personal.ts'
import { eventually } from '../support/eventually.ts'
import { type TestServer, testServer } from '../support/server.ts'

// Half past nine in the evening in Johannesburg, where the tests of this file live.
const start = new Date('2026-03-31T19:30:00Z')
const midnight = new Date('2026-03-31T22:00:00Z')
const clock = settableClock(start)
let server: TestServer

beforeAll(async () => {
  server = await testServer({ clock })
  await server.api('PATCH', '/settings', { time_zone: 'Africa/Johannesburg' })
})
beforeEach(async () => {
  clock.set(start)
  await server.database.owner.query('delete from overdue_place')
  await tellOverdue(server.app)
})
afterAll(() => server.stop())

let count = 0
async function raise(due_date: string | undefined, more: object = {}) {
  const reference = `overdue-${++count}`
  const sent = {
    external_reference: reference,
    customer: { external_reference: `${reference}-customer` },
    currency: 'ZAR',
    amount_due: 2000,
    bill_date: '2026-03-01',
    due_date,
    ...more,
  }
  const answer = await server.api('POST', '/billing/bills', sent)
  expect([answer.status, answer.text]).toEqual([201, answer.text])
  return answer.body
}

async function told(bill: { id: string }) {
  const { rows } = await server.database.pool.query<{ body: string; personal: string | null }>(
    "select body, personal from event where type = 'bill.overdue' order by id",
  )
  return rows.map((row) => JSON.parse(wholeBody(row)).data).filter(({ id }) => id === bill.id)
}

const atMidnight = (ms = 60_000) => clock.set(new Date(midnight.getTime() + ms))

describe('a bill that is unpaid when its day ends', () => {
  test('is told to be overdue at midnight there, once, also by several processes and after a restart', async () => {
    const bill = await raise('2026-03-31')
    await tellOverdue(server.app)
    atMidnight(59_999)
    await tellOverdue(server.app)
    expect(await told(bill)).toEqual([])
    atMidnight()
    await Promise.all([tellOverdue(server.app), tellOverdue(server.app), tellOverdue(server.app)])
    await tellOverdue(server.app)
    clock.advance(40 * 86_400_000)
    await tellOverdue(server.app)
    expect(await told(bill)).toMatchObject([
      { status: 'unpaid', overdue: true, days_until_due: -1, amount_remaining: 2000 },
    ])
  })

  test('is told with all others, over many batches and days that nobody looked', async () => {
    const days = ['2026-03-31', '2026-04-01', '2026-04-04']
    const bills = await Promise.all(Array.from({ length: 450 }, (_, at) => raise(days[at % days.length])))
    clock.set(new Date('2026-04-06T12:00:00Z'))
    await Promise.all([tellOverdue(server.app), tellOverdue(server.app)])
    const { rows } = await server.database.pool.query<{ times: bigint }>(
      `select count(*) as times from event where type = 'bill.overdue' and subject_id = any ($1) group by subject_id`,
      [bills.map(({ id }) => parseId('bill', id))],
    )
    expect(rows.map(({ times }) => times)).toEqual(bills.map(() => 1n))
  })

  test('is not told when it is paid, voided, due later, or never due', async () => {
    const paid = await raise('2026-03-31')
    const payment = { amount: 2000, currency: 'ZAR', channel: 'till', reference: 'overdue-paid', bill: paid.id }
    expect((await server.api('POST', '/billing/payments', payment)).status).toBe(201)
    const voided = await raise('2026-03-31')
    await server.api('POST', `/billing/bills/${voided.id}/void`)
    const others = [paid, voided, await raise('2026-04-01'), await raise(undefined)]
    atMidnight()
    await tellOverdue(server.app)
    for (const bill of others) expect(await told(bill)).toEqual([])
  })

  test('is told again when it is given another date and that passes too', async () => {
    const bill = await raise('2026-03-31')
    atMidnight()
    await tellOverdue(server.app)
    await server.api('PATCH', `/billing/bills/${bill.id}`, { due_date: '2026-04-02' })
    await tellOverdue(server.app)
    expect(await told(bill)).toHaveLength(1)
    clock.set(new Date('2026-04-03T12:00:00Z'))
    await tellOverdue(server.app)
    expect((await told(bill)).map(({ due_date }) => due_date)).toEqual(['2026-03-31', '2026-04-02'])
  })

  test('is not told when a request made it overdue: the event of the request says so', async () => {
    const late = await raise('2026-03-20')
    const moved = await raise('2026-04-20')
    const patched = await server.api('PATCH', `/billing/bills/${moved.id}`, { due_date: '2026-03-21' })
    expect([late.overdue, patched.body.overdue]).toEqual([true, true])
    atMidnight()
    await tellOverdue(server.app)
    expect([...(await told(late)), ...(await told(moved))]).toEqual([])
  })

  test('waits for a payment of it that is being written, and is not told when that pays it', async () => {
    const bill = await raise('2026-03-31')
    atMidnight()
    const payment = { amount: 2000, currency: 'ZAR', channel: 'till', reference: 'overdue-race', bill: bill.id }
    await Promise.all([server.api('POST', '/billing/payments', payment), tellOverdue(server.app)])
    const types = await eventually(async () => {
      const { rows } = await server.database.pool.query<{ type: string }>(
        `select type from event_feed join event on id = event_id
         where type in ('bill.overdue', 'bill.paid') and subject_id = $1 order by position`,
        [parseId('bill', bill.id)],
      )
      return rows.some(({ type }) => type === 'bill.paid') && rows.map(({ type }) => type)
    }, 'the bill is told to be paid')
    expect([['bill.paid'], ['bill.overdue', 'bill.paid']]).toContainEqual(types)
  })

  test('a new environment begins with the day before, and its merchant is told of no other merchant', async () => {
    const { rows } = await server.database.pool.query<{ environment_id: number; due_date: string }>(
      'select environment_id, due_date from overdue_place order by environment_id',
    )
    expect(rows.map(({ due_date }) => due_date)).toEqual(rows.map(() => '2026-03-30'))
    const bill = await raise('2026-03-31')
    atMidnight()
    await tellOverdue(server.app)
    const live = await server.api('GET', '/events?types=bill.overdue', undefined, {
      authorization: `Bearer ${server.liveKey}`,
    })
    expect(live.body.data).toEqual([])
    expect(await told(bill)).toHaveLength(1)
  })
})
