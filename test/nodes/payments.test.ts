import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openPool } from '../../src/database/pool.ts'
import { createPaymentQueue, type PaymentQueue } from '../../src/ledger/payments/queue.ts'
import { settleReservations } from '../../src/ledger/payments/reservations/settle.ts'
import { recorder } from '../support/record-payment.ts'
import type { TestServer } from '../support/server.ts'
import { type TwoNodes, textOn, twoNodes } from '../support/two-nodes.ts'

let nodes: TwoNodes
beforeAll(async () => {
  nodes = await twoNodes()
})
afterAll(() => nodes.stop())

let serial = 0

const cases = [0, 1].flatMap((customer) =>
  [0, 1].flatMap((reference) => [0, 1].map((key) => ({ customer, reference, key }))),
)

async function debtor(server: TestServer, balance = 1_000): Promise<string> {
  const body = { external_reference: `c${++serial}`, currency: 'ZAR', balance }
  const made = await server.api('POST', '/billing/customers', body)
  expect([made.status, made.body.detail]).toEqual([201, undefined])
  return made.body.id
}

test.each(cases)(
  'a customer on $customer, a reference on $reference and a key on $key: paid once, and answered the same',
  async ({ customer: on, reference, key }) => {
    const server = nodes.servers[on as 0 | 1]
    const customer = await debtor(server)
    const payment = { amount: 300, currency: 'ZAR', channel: 'till', reference: textOn(reference, 'till\n'), customer }
    const headers = { 'idempotency-key': textOn(key) }
    const pay = (more: object = {}, sent: Record<string, string> = headers) =>
      server.api('POST', '/billing/payments', { ...payment, ...more }, sent)
    const first = await pay()
    expect([first.status, first.body.detail]).toEqual([201, undefined])
    expect(first.headers.get('idempotent-replayed')).toBe(null)
    const again = await pay()
    expect([again.status, again.text]).toEqual([201, first.text])
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect((await pay({}, {})).status).toBe(200)
    expect((await pay({}, {})).body.id).toBe(first.body.id)
    expect((await pay({}, { 'idempotency-key': textOn(key) })).body.id).toBe(first.body.id)
    expect((await pay({ amount: 301 }, {})).body.code).toBe('payment_reference_conflict')
    expect((await pay({ amount: 301 })).body.code).toBe('idempotency_key_reused')
    expect((await server.api('GET', `/billing/customers/${customer}`)).body.balance).toBe(700)
  },
)

/** Both orders of a customer and its names: on one machine, and on two. */
const places = [
  { on: 0, names: 1 },
  { on: 1, names: 1 },
] as const

type Sent = { reference: string; customer: string; amount?: number } & Record<string, unknown>
const pay = (server: TestServer, { amount = 300, ...rest }: Sent, key?: string) =>
  server.api(
    'POST',
    '/billing/payments',
    { amount, currency: 'ZAR', channel: 'till', ...rest },
    key === undefined ? {} : { 'idempotency-key': key },
  )

test.each(places)(
  'a refusal on $on is kept under its key, and gives its reference on $names up',
  async ({ on, names }) => {
    const server = nodes.servers[on]
    const customer = await debtor(server)
    const [reference, key] = [textOn(names, 'till\n'), textOn(names)]
    const allocate = (amount: number, sent?: string) => {
      const headers = sent === undefined ? {} : { 'idempotency-key': sent }
      const body = { amount, currency: 'ZAR', channel: 'till', reference, allocations: [{ customer, amount }] }
      return server.api('POST', '/billing/payments', body, headers)
    }
    const refused = await allocate(1_001, key)
    expect([refused.status, refused.body.code]).toEqual([422, 'amount_exceeds_remaining'])
    const again = await allocate(1_001, key)
    expect([again.status, again.text, again.headers.get('idempotent-replayed')]).toEqual([422, refused.text, 'true'])
    const right = await allocate(1_000)
    expect(right.status).toBe(201)
    expect((await allocate(1_001)).body.code).toBe('payment_reference_conflict')
  },
)

test('a key that was used for anything else pays nothing, and one that has paid does nothing else', async () => {
  const [server] = nodes.servers
  const [first, second] = [textOn(0), textOn(0)]
  const headers = { 'idempotency-key': first }
  const body = { external_reference: `c${++serial}`, currency: 'ZAR', balance: 500 }
  const made = await nodes.servers[0].api(
    'POST',
    '/billing/accounts',
    { ...body, customer: await debtor(server) },
    headers,
  )
  expect(made.status).toBe(201)
  const sent = { reference: textOn(1, 'till\n'), customer: await debtor(server) }
  expect((await pay(server, sent, first)).body.code).toBe('idempotency_key_reused')
  expect((await pay(server, sent, second)).status).toBe(201)
  const other = { ...body, external_reference: `c${++serial}`, customer: sent.customer }
  const answer = await server.api('POST', '/billing/accounts', other, { 'idempotency-key': second })
  expect(answer.body.code).toBe('idempotency_key_reused')
})

/** A queue whose way to one of the machines is broken: what it has reserved elsewhere stays behind. */
async function dyingQueue(broken: number): Promise<PaymentQueue> {
  const nowhere = openPool({ connectionString: 'postgresql://127.0.0.1:9/nothing' }, 1, () => {})
  const pools = nodes.shards.nodes.map((pool, node) => (node === broken ? nowhere : pool))
  return createPaymentQueue({ shards: { ...nodes.shards, nodes: pools }, now: () => new Date() })
}

const reserved = async (node: 0 | 1, reference: string) => {
  const { rows } = await nodes.databases[node].owner.query<{ payment_id: string; holders: number | null }>(
    'select payment_id, holders from payment_reference where reference = $1',
    [reference],
  )
  return rows[0]
}

/** As if all that is reserved had been reserved eleven minutes before. */
async function letTimePass(): Promise<void> {
  for (const { owner } of nodes.databases) {
    for (const table of ['payment_reference', 'idempotency_key']) {
      await owner.query(
        `update ${table} set reserved_at = reserved_at - interval '11 minutes' where reserved_at is not null`,
      )
    }
  }
}

const record = recorder(() => nodes.servers[0])

test('what was reserved by a process that died is applied by whoever sends the same request, under the id that was reserved', async () => {
  const [server] = nodes.servers
  const customer = await debtor(server)
  const [reference, key] = [textOn(1, 'till\n'), textOn(1)]
  const target = { customer, policy: 'oldest_first' } as const
  await expect(record(await dyingQueue(0), target, 300, reference, key)).rejects.toThrow()
  const left = await reserved(1, reference)
  expect(left?.holders).toBe(1)
  const sent = { reference, customer }
  expect((await pay(server, { ...sent, amount: 301 })).body.code).toBe('idempotency_in_flight')
  expect((await server.api('GET', `/billing/customers/${customer}`)).body.balance).toBe(1_000)
  const { body } = await record(server.app.payments, target, 300, reference, key)
  const again = await record(server.app.payments, target, 300, reference, key)
  expect([again.body, again.replayed]).toEqual([body, true])
  const rows = await nodes.databases[0].owner.query('select id from payment where reference = $1', [reference])
  expect(rows.rows).toEqual([{ id: left?.payment_id }])
  expect((await server.api('GET', `/billing/customers/${customer}`)).body.balance).toBe(700)
})

test('nothing is applied by a reservation that is older than a minute; sent again, it is', async () => {
  const [server] = nodes.servers
  const customer = await debtor(server)
  const target = { customer, policy: 'oldest_first' } as const
  const [reference, key] = [textOn(1, 'till\n'), textOn(1)]
  const now = performance.now.bind(performance)
  // The first thing that a payment asks for here is since when it has its names.
  const clock = vi.spyOn(performance, 'now').mockImplementationOnce(() => now() - 61_000)
  const late = record(server.app.payments, target, 300, reference, key)
  await expect(late).rejects.toMatchObject({ code: 'overloaded', status: 503 })
  clock.mockRestore()
  expect(await reserved(1, reference)).toBe(undefined)
  expect((await server.api('GET', `/billing/customers/${customer}`)).body.balance).toBe(1_000)
  expect((await record(server.app.payments, target, 300, reference, key)).status).toBe(201)
})

test('what was reserved and is not there after ten minutes is given up, and what is there is settled', async () => {
  const [server] = nodes.servers
  const customer = await debtor(server)
  const [lost, made] = [textOn(1, 'till\n'), textOn(1, 'till\n')]
  const target = { customer, policy: 'oldest_first' } as const
  await expect(record(await dyingQueue(0), target, 300, lost, textOn(1))).rejects.toThrow()
  const first = await record(server.app.payments, target, 200, made, 'kept')
  await settleReservations(nodes.shards)
  expect([(await reserved(1, lost))?.holders, (await reserved(1, made))?.holders]).toEqual([1, 1])
  await letTimePass()
  await settleReservations(nodes.shards)
  expect([await reserved(1, lost), (await reserved(1, made))?.holders]).toEqual([undefined, null])
  const { rows } = await nodes.databases[1].owner.query('select 1 from idempotency_key where reserved_at is not null')
  expect(rows).toEqual([])
  expect((await record(server.app.payments, target, 200, made, 'kept')).body).toEqual(first.body)
  expect((await pay(server, { reference: made, customer, amount: 200 })).status).toBe(409)
  expect((await pay(server, { reference: lost, customer, amount: 301 })).status).toBe(201)
})

test('what a machine that is down keeps to itself holds up nothing else', async () => {
  const [server] = nodes.servers
  const customer = await debtor(server)
  const reference = textOn(1, 'till\n')
  await record(server.app.payments, { customer, policy: 'oldest_first' }, 200, reference)
  await letTimePass()
  const [, second] = nodes.shards.nodes
  const nowhere = openPool({ connectionString: 'postgresql://127.0.0.1:9/nothing' }, 1, () => {})
  await expect(settleReservations({ ...nodes.shards, nodes: [nowhere, second ?? nowhere] })).rejects.toThrow()
  expect((await reserved(1, reference))?.holders).toBe(1)
  await settleReservations(nodes.shards)
  expect((await reserved(1, reference))?.holders).toBe(null)
})

describe('a payment that replaces a returned one', () => {
  /** A payment on one machine that was wholly returned. */
  async function returned(on: 0 | 1, reference: string): Promise<string> {
    const server = nodes.servers[on]
    const { body } = await pay(server, { reference, customer: await debtor(server) })
    const back = await server.api('POST', `/billing/payments/${body.id}/reversals`, { reason: 'returned' })
    expect(back.status).toBe(201)
    return body.id
  }

  test.each([0, 1] as const)('may be of a customer on another machine, with its reference on %i', async (names) => {
    const reference = textOn(names, 'till\n')
    const replaces = await returned(0, reference)
    const [, server] = nodes.servers
    const sent = { reference, customer: await debtor(server), replaces }
    const made = await pay(server, sent)
    expect([made.status, made.body.replaces]).toEqual([201, replaces])
    const again = await pay(server, sent)
    expect([again.status, again.body.id]).toEqual([200, made.body.id])
    expect((await pay(server, { ...sent, amount: 301 })).status).not.toBeLessThan(400)
  })

  test('is given up after ten minutes when its process died, and then the reference is of the returned one again', async () => {
    const reference = textOn(1, 'till\n')
    const replaces = await returned(1, reference)
    const before = await reserved(1, reference)
    const server = nodes.servers[0]
    const customer = await debtor(server)
    const { payments } = server.app
    server.app.payments = await dyingQueue(0)
    expect((await pay(server, { reference, customer, replaces })).status).toBe(503)
    server.app.payments = payments
    expect((await reserved(1, reference))?.payment_id).not.toBe(before?.payment_id)
    await letTimePass()
    await settleReservations(nodes.shards)
    expect(await reserved(1, reference)).toEqual({ payment_id: before?.payment_id, holders: null })
    expect((await pay(server, { reference, customer, replaces, amount: 299 })).status).toBe(201)
  })
})
