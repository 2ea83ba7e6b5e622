import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { totalClearing } from '../../src/ledger/settlements/clearing.ts'
import { createMerchant } from '../../src/merchant/merchant.ts'
import { readDueSettlements } from '../../src/payments/settlement/read-due-settlements.ts'
import { type TestServer, testServer } from '../support/server.ts'

const dayMs = 86_400_000
const clock = settableClock(new Date('2026-11-23T08:00:00Z'))
let server: TestServer
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(() => server.stop())

let serial = 0

const post = (path: string, body?: unknown, headers?: Record<string, string>) => server.api('POST', path, body, headers)
const get = async (path: string) => (await server.api('GET', path)).body
const read = () => readDueSettlements(server.app)

/** A payment through the simulator. Every one is made at an instant of its own. */
async function pay(amount: number, more: object = {}) {
  clock.advance(1_000)
  const name = `settled-${++serial}`
  await post('/billing/customers', { external_reference: name, currency: 'ZAR', balance: amount })
  const { status, body } = await post('/test/payments', { customer: name, amount, outcome: 'succeeded', ...more })
  expect(status).toBe(201)
  return body
}

async function settle() {
  clock.advance(1_000)
  const { status, body } = await post('/test/settlements')
  expect(status).toBe(201)
  clock.advance(1_000)
  return body.data
}

/** What the simulator owes at the end of a day. */
async function owed(asOf?: string) {
  const { data } = await get(`/collect/balances${asOf === undefined ? '' : `?as_of=${asOf}`}`)
  return data.find((one: { processor: string; currency: string }) => one.currency === 'ZAR')
}

describe('the simulator settles', () => {
  test('by the clock: at midnight what it took on a day, which arrives a day later', async () => {
    await read()
    const payment = await pay(1_000)
    const odd = await pay(50)
    expect((await get(`/billing/payments/${payment.id}`)).fee).toBeUndefined()
    expect(await owed()).toMatchObject({ charged: 1_050, fees: 0, settled: 0, owed: 1_050 })
    clock.set(new Date('2026-11-24T08:00:00Z'))
    await read()
    const { data } = await get('/collect/settlements')
    expect(data).toMatchObject([
      {
        processor: 'simulator',
        status: 'pending',
        currency: 'ZAR',
        // 2.9 % of 1,000 is 29; of 50 it is 1.45, which is 1.
        amount: 1_020,
        gross: 1_050,
        fee: 30,
        line_count: 2,
        lines_complete: true,
        unexplained_amount: 0,
        made_at: '2026-11-24T00:00:00.000Z',
        arrives_at: '2026-11-25T00:00:00.000Z',
      },
    ])
    expect(await owed()).toMatchObject({ charged: 1_050, fees: 30, settled: 0, owed: 1_020 })
    expect(await get(`/billing/payments/${payment.id}`)).toMatchObject({ fee: 29, net: 971 })
    expect(await get(`/billing/payments/${odd.id}`)).toMatchObject({ fee: 1, net: 49 })
    clock.set(new Date('2026-11-25T08:00:00Z'))
    await read()
    expect(await get(`/collect/settlements/${data[0].id}`)).toMatchObject({ status: 'paid', amount: 1_020 })
    expect(await owed()).toMatchObject({ charged: 1_050, fees: 30, settled: 1_020, owed: 0 })
  })

  test('and what it owed stands for every day', async () => {
    expect(await owed('2026-11-22')).toBeUndefined()
    expect(await owed('2026-11-23')).toMatchObject({ charged: 1_050, fees: 30, settled: 0, owed: 1_020 })
    // It arrived at two in the morning there.
    expect(await owed('2026-11-24')).toMatchObject({ settled: 0, owed: 1_020 })
    expect(await owed('2026-11-25')).toMatchObject({ settled: 1_020, owed: 0 })
    const before = await get('/collect/balances?as_of=2026-11-24')
    await totalClearing(server.app.pool, new Date(clock.now().getTime() + dayMs))
    expect(await get('/collect/balances?as_of=2026-11-24')).toEqual(before)
    await totalClearing(server.app.pool, new Date(clock.now().getTime() + dayMs))
    expect(await owed()).toMatchObject({ charged: 1_050, fees: 30, settled: 1_020, owed: 0 })
  })

  test('at once when it is told to, refunds and all, and each line says what it is about', async () => {
    clock.set(new Date('2026-11-27T08:00:00Z'))
    const payment = await pay(2_000)
    const refund = (await post(`/collect/payments/${payment.id}/refunds`, { amount: 500, reason: 'Cancelled' })).body
    const [settlement, ...others] = await settle()
    expect(others).toEqual([])
    expect(settlement).toMatchObject({ status: 'paid', amount: 1_442, gross: 1_500, fee: 58, line_count: 2 })
    const { data } = await get(`/collect/settlements/${settlement.id}/lines`)
    const status = 'matched'
    expect(data).toHaveLength(2)
    expect(data).toContainEqual(
      expect.objectContaining({ kind: 'charge', status, gross: 2_000, fee: 58, net: 1_942, payment_id: payment.id }),
    )
    expect(data).toContainEqual(
      expect.objectContaining({ kind: 'refund', status, gross: -500, fee: 0, net: -500, refund_id: refund.id }),
    )
    expect(await get(`/billing/payments/${payment.id}`)).toMatchObject({ fee: 58, net: 1_442 })
    expect(await owed()).toMatchObject({ charged: 3_050, refunded: 500, fees: 88, settled: 2_462, owed: 0 })
    expect(await settle()).toEqual([])
  })

  test('less than nothing where it sent more back than it took', async () => {
    const payment = await pay(900)
    await settle()
    clock.advance(1_000)
    await post(`/collect/payments/${payment.id}/refunds`, { reason: 'Cancelled' })
    const [settlement] = await settle()
    expect(settlement).toMatchObject({ amount: -900, gross: -900, fee: 0, status: 'paid' })
    // What is kept of a charge that was sent back is kept.
    expect(await get(`/billing/payments/${payment.id}`)).toMatchObject({ fee: 26, net: -26 })
    expect(await owed()).toMatchObject({ owed: 0 })
  })

  test('each currency by itself', async () => {
    clock.advance(1_000)
    const dollars = { external_reference: 'in-dollars', currency: 'USD', balance: 700 }
    await post('/billing/customers', dollars)
    await post('/test/payments', { customer: 'in-dollars', amount: 700, outcome: 'succeeded' })
    await pay(100)
    const made: { currency: string; amount: number }[] = await settle()
    expect(made.map(({ currency, amount }) => [currency, amount]).sort()).toEqual([
      ['USD', 680],
      ['ZAR', 97],
    ])
  })
})

describe('whoever reads', () => {
  test('books nothing twice, however often and however many at once', async () => {
    const payment = await pay(4_000)
    await settle()
    const entries = async () =>
      (await server.database.pool.query('select count(*) as n from ledger_entry')).rows[0]?.n as bigint
    const before = await entries()
    await server.database.pool.query('update settlement_reader set read_until = null, next_read_at = $1', [clock.now()])
    await Promise.all([read(), read(), settle(), settle()])
    await server.database.pool.query('update settlement_reader set next_read_at = $1', [clock.now()])
    await Promise.all([read(), read()])
    expect(await entries()).toBe(before)
    expect(await get(`/billing/payments/${payment.id}`)).toMatchObject({ fee: 116, net: 3_884 })
  })

  test('is told of each settlement once', async () => {
    const { rows } = await server.database.pool.query<{ n: bigint; settlements: bigint }>(
      `select count(*) as n, (select count(*) from settlement) as settlements from event where type = 'settlement.created'`,
    )
    expect(rows[0]?.n).toBe(rows[0]?.settlements)
  })
})

describe('the lists', () => {
  test('go by pages and take filters', async () => {
    const first = await get('/collect/settlements?limit=2')
    expect(first.has_more).toBe(true)
    const second = await get(`/collect/settlements?limit=2&cursor=${first.next_cursor}`)
    const ids = [...first.data, ...second.data].map(({ id }) => id)
    expect(new Set(ids).size).toBe(4)
    expect((await get('/collect/settlements?to=2026-11-25')).data).toMatchObject([{ amount: 1_020 }])
    expect(
      (await get('/collect/settlements?from=2026-11-26&status=paid&processor=simulator')).data.length,
    ).toBeGreaterThan(2)
    expect((await get('/collect/settlements?processor=stripe')).data).toEqual([])
    const lines = await get(`/collect/settlements/${ids.at(-1)}/lines?limit=1&status=matched`)
    expect(lines.data).toHaveLength(1)
    expect((await get(`/collect/settlements/${ids[0]}/lines?status=unmatched`)).data).toEqual([])
  })

  test.each([
    ['/collect/settlements?processor=nobody', 'processor'],
    ['/collect/settlements?from=yesterday', 'from'],
    ['/collect/settlements?status=lost', 'status'],
    ['/collect/settlements?limit=0', 'limit'],
    ['/collect/settlements?colour=red', 'colour'],
    ['/collect/balances?as_of=2026-02-30', 'as_of'],
    ['/collect/balances?as_of=2026-11', 'as_of'],
  ])('refuse %s', async (path, parameter) => {
    const { status, body } = await server.api('GET', path)
    expect([status, body.errors[0].parameter]).toEqual([400, parameter])
  })

  test('refuse a cursor of another list', async () => {
    const { next_cursor } = await get('/collect/settlements?limit=1')
    const { status, body } = await server.api(
      'GET',
      `/collect/settlements?limit=1&processor=simulator&cursor=${next_cursor}`,
    )
    expect([status, body.code]).toEqual([400, 'invalid_cursor'])
  })

  test('show nothing of another environment', async () => {
    const other = await createMerchant(server.app.pool, { name: 'Other', slug: 'other-settled' }, clock.now())
    const [{ id }] = (await get('/collect/settlements?limit=1')).data
    for (const key of [other.test, other.live, server.liveKey]) {
      const authorization = { authorization: `Bearer ${key}` }
      const ask = (path: string) => server.api('GET', path, undefined, authorization)
      expect((await ask('/collect/settlements')).body.data).toEqual([])
      expect((await ask('/collect/balances')).body.data).toEqual([])
      expect((await ask(`/collect/settlements/${id}`)).status).toBe(404)
      expect((await ask(`/collect/settlements/${id}/lines`)).status).toBe(404)
    }
  })

  test('settle nothing for a live key', async () => {
    const { status, body } = await post('/test/settlements', undefined, { authorization: `Bearer ${server.liveKey}` })
    expect([status, body.code]).toEqual([404, 'not_found'])
  })
})
