import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RequestContext, RequestEnvironment } from '../../src/context.ts'
import { Problem } from '../../src/core/problem.ts'
import { oneNode } from '../../src/database/shard-map.ts'
import { createPaymentQueue } from '../../src/ledger/payments/queue.ts'
import { recordPayment } from '../../src/payments/recorded/record.ts'
import { type TestServer, testServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

let serial = 0
const unique = (prefix: string) => `${prefix}-${++serial}`
const post = (path: string, body: object, headers?: Record<string, string>) => server.api('POST', path, body, headers)
const record = (body: object, headers?: Record<string, string>) => post('/billing/payments', body, headers)
const get = async (path: string) => (await server.api('GET', path)).body
const reverse = (id: string, amount?: number) =>
  post(`/billing/payments/${id}/reversals`, { reason: 'debit returned', ...(amount !== undefined && { amount }) })

/** A debit of an account, as it is presented; `recorded` and returned unless it says otherwise. */
async function prepare({ returned = true } = {}) {
  const customer = (await post('/billing/customers', { external_reference: unique('C') })).body.id
  const open = { customer, external_reference: unique('A'), currency: 'ZAR', balance: 100_000 }
  const account = (await post('/billing/accounts', open)).body.id as string
  const debit = {
    amount: 5_000,
    currency: 'ZAR',
    channel: 'debit_order',
    reference: unique('MANDATE'),
    received_at: '2025-10-01T08:00:00Z',
    account,
  }
  const first = (await record(debit)).body.id as string
  if (returned) await reverse(first)
  return { account, debit, first }
}

const balanceOf = async (account: string) => (await get(`/billing/accounts/${account}`)).balance
const november = { received_at: '2025-11-01T08:00:00Z' }

describe('a returned payment that is presented again', () => {
  test('is a new payment, which the reference names from then on; the old one is found by its id', async () => {
    const { account, debit, first } = await prepare()
    const again = { ...debit, ...november, replaces: first }
    const made = await record(again)
    expect([made.status, made.body.replaces, made.body.applied_amount]).toEqual([201, first, 5_000])
    const shown = { ...made.body, receipt_url: expect.any(String) }
    expect(await get(`/billing/payments/${made.body.id}`)).toEqual(shown)
    const { data } = await get(`/billing/payments?channel=debit_order&reference=${debit.reference}`)
    expect(data.map(({ id }: { id: string }) => id)).toEqual([made.body.id])
    expect(await get(`/billing/payments/${first}`)).toMatchObject({
      reversed_amount: 5_000,
      reference: debit.reference,
    })
    expect(await balanceOf(account)).toBe(95_000)
  })

  test('may be sent again, and so may the first; neither happens twice', async () => {
    const { account, debit, first } = await prepare()
    const again = { ...debit, ...november, replaces: first }
    const made = await record(again)
    const sent = await Promise.all([record(again), record(debit), record({ ...again, received_at: undefined })])
    expect(sent.map(({ status, body }) => [status, body.id])).toEqual([
      [200, made.body.id],
      [200, first],
      [200, made.body.id],
    ])
    expect(await balanceOf(account)).toBe(95_000)
  })

  test('may be returned and presented any number of times', async () => {
    const { account, debit, first } = await prepare()
    const ids = [first]
    for (const month of ['11', '12']) {
      const replaced = ids.at(-1) as string
      const body = { ...debit, received_at: `2025-${month}-01T08:00:00Z`, replaces: replaced }
      const made = await record(body)
      expect(made.status).toBe(201)
      ids.push(made.body.id)
      expect(await balanceOf(account)).toBe(95_000)
      if (month === '11') await reverse(made.body.id)
    }
    const november_again = await record({ ...debit, ...november, replaces: first })
    expect([november_again.status, november_again.body.id]).toEqual([200, ids[1]])
    expect(await balanceOf(account)).toBe(95_000)
  })

  test('replays under its key, byte for byte', async () => {
    const { debit, first } = await prepare()
    const key = { 'idempotency-key': randomUUID() }
    const again = { ...debit, ...november, replaces: first }
    const [made, replayed] = [await record(again, key), await record(again, key)]
    expect([made.status, replayed.status, replayed.text]).toEqual([201, 201, made.text])
    expect(replayed.headers.get('idempotent-replayed')).toBe('true')
  })

  test('is made once, however many processes are asked for it at once', async () => {
    const { account, debit, first } = await prepare()
    const { app, database } = server
    const environment = (
      await database.pool.query<RequestEnvironment>("select * from environment where mode = 'test' order by id desc")
    ).rows[0] as RequestEnvironment
    const queues = Array.from({ length: 3 }, () =>
      createPaymentQueue({ shards: oneNode(database.pool), now: () => app.clock.now() }),
    )
    const context = { environment, actor: 'command:test', request_id: 'req_1', instance: '/' } as const
    const ask = (amount: number) =>
      recordPayment(
        { ...app, payments: queues[amount % queues.length] as (typeof queues)[0] },
        { ...context, now: app.clock.now() } satisfies RequestContext,
        { ...debit, ...november, amount, replaces: first },
      ).then(
        ({ status }) => status,
        (error: unknown) => (error instanceof Problem ? error.code : error),
      )
    const outcomes = await Promise.all(Array.from({ length: 24 }, (_, at) => ask(100 + at)))
    expect(outcomes.filter((outcome) => outcome === 201)).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'payment_state')).toHaveLength(23)
    const { data } = await get(`/billing/payments?channel=debit_order&reference=${debit.reference}`)
    expect(await balanceOf(account)).toBe(100_000 - data[0].amount)
  })
})

describe('only the caller says that a payment is presented again', () => {
  test('without a word it is another payment under a reference that is taken', async () => {
    const { account, debit, first } = await prepare()
    const { status, body } = await record({ ...debit, ...november })
    expect([status, body.code, body.payment_id]).toEqual([409, 'payment_reference_conflict', first])
    expect(await balanceOf(account)).toBe(100_000)
  })

  test('and of a payment that replaces, that it does is told as what differs', async () => {
    const { debit, first } = await prepare()
    const made = await record({ ...debit, ...november, replaces: first })
    const { status, body } = await record({ ...debit, ...november })
    expect([status, body.payment_id, body.errors.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([
      409,
      made.body.id,
      ['/replaces'],
    ])
  })
})

describe('a payment cannot be replaced', () => {
  const refused = async (body: object, payment_id: string) => {
    const answer = await record(body)
    expect([answer.status, answer.body.code, answer.body.payment_id]).toEqual([409, 'payment_state', payment_id])
    expect(answer.body.errors).toEqual([expect.objectContaining({ pointer: '/replaces' })])
  }

  test('before it is reversed, or only in part', async () => {
    const { account, debit, first } = await prepare({ returned: false })
    await refused({ ...debit, ...november, replaces: first }, first)
    await reverse(first, 4_999)
    await refused({ ...debit, ...november, replaces: first }, first)
    await reverse(first)
    expect((await record({ ...debit, ...november, replaces: first })).status).toBe(201)
    expect(await balanceOf(account)).toBe(95_000)
  })

  test('twice', async () => {
    const { account, debit, first } = await prepare()
    const made = (await record({ ...debit, ...november, replaces: first })).body.id
    await refused({ ...debit, received_at: '2025-12-01T08:00:00Z', replaces: first }, made)
    await reverse(made)
    await refused({ ...debit, received_at: '2025-12-01T08:00:00Z', replaces: first }, made)
    expect(await balanceOf(account)).toBe(100_000)
  })

  test('under another channel or reference, new or taken', async () => {
    const { account, debit, first } = await prepare()
    const other = await prepare()
    await refused({ ...debit, channel: 'cash', replaces: first }, first)
    await refused({ ...debit, reference: unique('NEW'), replaces: first }, first)
    await refused({ ...debit, reference: other.debit.reference, replaces: first }, first)
    expect((await record({ ...debit, channel: 'cash', reference: unique('NEW') })).status).toBe(201)
    expect(await balanceOf(account)).toBe(95_000)
  })

  test('that is not there, or of another environment', async () => {
    const { debit } = await prepare()
    const live = { authorization: `Bearer ${server.liveKey}` }
    const account = { customer: { external_reference: 'live' }, external_reference: 'L', currency: 'ZAR', balance: 9 }
    const opened = (await post('/billing/accounts', account, live)).body.id
    const paid = { ...debit, account: opened, amount: 5 }
    const theirs = (await record(paid, live)).body.id
    await post(`/billing/payments/${theirs}/reversals`, { reason: 'returned' }, live)
    for (const replaces of [theirs, 'pay_0000000000000000000000', 'nothing']) {
      const { status, body } = await record({ ...debit, ...november, replaces })
      expect([status, body.code, body.errors[0].pointer]).toEqual([404, 'not_found', '/replaces'])
    }
  })

  test('by amounts that cannot be applied as named: the reference stays with the first', async () => {
    const { account, debit, first } = await prepare()
    const { account: _, ...rest } = debit
    const again = { ...rest, ...november, replaces: first }
    const key = { 'idempotency-key': randomUUID() }
    const tooMuch = await record({ ...again, allocations: [{ account, amount: 5_001 }] }, key)
    expect([tooMuch.status, tooMuch.body.code]).toEqual([422, 'invalid_allocation'])
    expect((await record(debit)).body.id).toBe(first)
    expect((await record({ ...again, account })).status).toBe(201)
    expect(await balanceOf(account)).toBe(95_000)
  })
})
