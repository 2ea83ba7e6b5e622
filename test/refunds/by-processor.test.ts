import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import * as simulatorRefund from '../../src/payments/processor/simulator/refund.ts'
import { syncDueRefunds } from '../../src/payments/refund/sync-due-refunds.ts'
import { type TestServer, testServer } from '../support/server.ts'

const clock = settableClock(new Date())
let server: TestServer
const logged: string[] = []
beforeAll(async () => {
  const log = {
    debug() {},
    info() {},
    warn() {},
    error: (_facts: object, message: string) => void logged.push(message),
  }
  server = await testServer({ clock, log })
})
afterAll(() => server.stop())
afterEach(() => vi.restoreAllMocks())

let serial = 0

const post = (path: string, body?: unknown, headers?: Record<string, string>) => server.api('POST', path, body, headers)
const get = async (path: string) => (await server.api('GET', path)).body

/** A customer with a bill of 1,000, paid on a page; its refunds become what `refunds` says. */
async function paid(refunds?: string, amount = 1_000) {
  const name = `page-${++serial}`
  await post('/billing/customers', { external_reference: name })
  const owed = { customer: name, external_reference: name, currency: 'ZAR', amount_due: 1_000 }
  const bill = (await post('/billing/bills', owed)).body
  const payment = await post('/test/payments', { bill: bill.id, amount, outcome: 'succeeded', refunds })
  expect(payment.status).toBe(201)
  return { name, bill, payment: payment.body }
}

const refund = (payment: { id: string }, more: object = {}, headers?: Record<string, string>) =>
  post(`/collect/payments/${payment.id}/refunds`, { reason: 'Cancelled', ...more }, headers)

/** Some seconds later the job comes by. */
async function later(seconds: number) {
  clock.advance(seconds * 1_000)
  await syncDueRefunds(server.app)
}

const amountsOf = async (payment: { id: string }) => {
  const { applied_amount, unapplied_amount, refunded_amount, direct_amount } = await get(
    `/billing/payments/${payment.id}`,
  )
  return [applied_amount, unapplied_amount, refunded_amount, direct_amount]
}

const remainingOf = async (bill: { id: string }) => (await get(`/billing/bills/${bill.id}`)).amount_remaining

/** What was told of a refund, in order. */
async function toldOf({ id }: { id: string }) {
  const { rows } = await server.database.pool.query<{ body: string }>(
    'select body from event where body::text like $1 order by id',
    [`%"id":"${id}"%`],
  )
  return rows.map((row) => JSON.parse(row.body))
}

describe('a refund through the processor', () => {
  test('is sent at once, and told when it was', async () => {
    const { bill, payment } = await paid()
    const { status, body } = await refund(payment, { amount: 400 })
    expect(status).toBe(201)
    expect(body).toMatchObject({ method: 'processor', status: 'succeeded', amount: 400, unapplied_amount: 0 })
    expect(await remainingOf(bill)).toBe(400)
    expect(await amountsOf(payment)).toEqual([600, 0, 400, 0])
    expect(await get(`/billing/refunds/${body.id}`)).toEqual(body)
    expect((await toldOf(body)).map(({ type }) => type)).toEqual(['payment.refunded'])
    expect(await get(`/collect/payments/${payment.id}`)).toMatchObject({ refunded: false, partially_refunded: true })
  })

  test('that is pending takes the money at once, and is told when it succeeds', async () => {
    const { bill, payment } = await paid('pending_succeeded')
    const { body } = await refund(payment)
    expect(body.status).toBe('pending')
    expect(await remainingOf(bill)).toBe(1_000)
    expect(await amountsOf(payment)).toEqual([0, 0, 1_000, 0])
    expect(await toldOf(body)).toEqual([])
    await later(2)
    expect((await get(`/billing/refunds/${body.id}`)).status).toBe('pending')
    await later(10)
    expect((await get(`/billing/refunds/${body.id}`)).status).toBe('succeeded')
    await later(100_000)
    expect((await toldOf(body)).map(({ type }) => type)).toEqual(['payment.refunded'])
    expect(await amountsOf(payment)).toEqual([0, 0, 1_000, 0])
  })

  test('that is refused comes back to what it was taken from, and says why', async () => {
    const { bill, payment } = await paid('refused')
    const { status, body } = await refund(payment, { amount: 300 })
    expect([status, body.status, body.failure]).toEqual([
      201,
      'failed',
      { code: 'refused', message: 'The refund was refused.' },
    ])
    expect(await remainingOf(bill)).toBe(0)
    expect(await amountsOf(payment)).toEqual([1_000, 0, 0, 0])
    const told = await toldOf(body)
    expect(told.map(({ type }) => type)).toEqual(['payment.refund_failed'])
    expect(told[0].data).toMatchObject({ amount: 300, failure: { code: 'refused' } })
    // The next one is another refund.
    expect((await refund(payment, { amount: 300 })).body.id).not.toBe(body.id)
  })

  test.each([
    ['later', 'pending_failed', 10],
    ['days after it had succeeded', 'succeeded_failed', 2 * 86_400],
  ])(
    'that fails %s is applied again as far as is still owed, and the rest is unapplied',
    async (_when, refunds, wait) => {
      const { name, bill, payment } = await paid(refunds)
      const { body } = await refund(payment, { amount: 800 })
      // Somebody has paid most of the bill meanwhile.
      const cash = { amount: 500, currency: 'ZAR', channel: 'till', reference: name, bill: bill.id }
      expect((await post('/billing/payments', cash)).status).toBe(201)
      await later(wait)
      expect(await get(`/billing/refunds/${body.id}`)).toMatchObject({
        status: 'failed',
        failure: { code: 'account_closed' },
      })
      expect(await remainingOf(bill)).toBe(0)
      expect(await amountsOf(payment)).toEqual([500, 500, 0, 0])
      const { rows } = await server.database.pool.query<{ body: string }>(
        'select body from event where bucket = (select bucket from event where body::text like $1 limit 1) order by id desc limit 4',
        [`%"id":"${body.id}"%`],
      )
      const told = rows.map((row) => JSON.parse(row.body))
      expect(told.map(({ type }) => type).sort()).toEqual([
        'bill.paid',
        'obligation.amount_applied',
        'payment.amount_unapplied',
        'payment.refund_failed',
      ])
      expect(told.find(({ type }) => type === 'obligation.amount_applied').data).toMatchObject({
        amount: 300,
        cause: 'refund_failed',
        balance_after: 0,
      })
      expect(told.find(({ type }) => type === 'payment.amount_unapplied').data).toMatchObject({ amount: 500 })
    },
  )

  test('that fails after the bill was voided stays unapplied, and takes its customer out of the archive', async () => {
    const { name, bill, payment } = await paid('pending_failed')
    await refund(payment)
    expect((await post(`/billing/bills/${bill.id}/void`)).status).toBe(200)
    expect((await post(`/billing/customers/${name}/archive`)).status).toBe(200)
    await later(10)
    expect(await amountsOf(payment)).toEqual([0, 1_000, 0, 0])
    expect((await get(`/billing/customers/${name}`)).archived_at).toBeUndefined()
  })

  test('that fails when the customer was pseudonymised keeps the money', async () => {
    const { name, payment } = await paid('pending_failed')
    await refund(payment, { amount: 10 })
    expect((await post(`/billing/customers/${name}/pseudonymise`)).status).toBe(200)
    await later(10)
    expect(await amountsOf(payment)).toEqual([1_000, 0, 0, 0])
  })

  test.each(['succeeded', 'pending_failed'])('of direct money lessens what is direct (%s)', async (refunds) => {
    const asked = { amount: 700, currency: 'ZAR', external_reference: `direct-${++serial}` }
    const request = (await post('/collect/payment_requests', asked)).body
    const { body: payment } = await post('/test/payments', {
      payment_request: request.id,
      outcome: 'succeeded',
      refunds,
    })
    expect(await amountsOf(payment)).toEqual([0, 0, 0, 700])
    const { body } = await refund(payment, { amount: 200 })
    expect(body).toMatchObject({ amount: 200, unapplied_amount: 0, direct_amount: 200 })
    expect(body.customer_id).toBeUndefined()
    expect(await amountsOf(payment)).toEqual([0, 0, 200, 500])
    await later(10)
    expect(await amountsOf(payment)).toEqual(refunds === 'succeeded' ? [0, 0, 200, 500] : [0, 0, 0, 700])
  })

  test('of more than is left is refused, and of an unsettled or a recorded payment', async () => {
    const { payment } = await paid()
    const more = await refund(payment, { amount: 1_001 })
    expect([more.status, more.body.code]).toEqual([422, 'amount_exceeds_remaining'])
    const name = `recorded-${++serial}`
    await post('/billing/customers', { external_reference: name })
    const cash = { amount: 5, currency: 'ZAR', channel: 'till', reference: name, customer: name }
    const recorded = await refund((await post('/billing/payments', cash)).body)
    expect([recorded.status, recorded.body.code]).toEqual([409, 'payment_state'])
    expect(recorded.body.detail).toContain('POST /billing/payments/{payment}/refunds')
    const waiting = { bill: (await paid(undefined, 1)).bill.id, amount: 9, outcome: 'pending_succeeded' }
    const unsettled = await refund((await post('/test/payments', waiting)).body)
    expect([unsettled.status, unsettled.body.code]).toEqual([409, 'payment_state'])
  })

  test('two at once for all that is left: one is sent', async () => {
    const { payment } = await paid()
    const answers = await Promise.all([refund(payment), refund(payment), refund(payment, { amount: 1 })])
    expect(answers.map(({ status }) => status).sort()).toSatisfy((all: number[]) => all.includes(409))
    const [, , refunded] = await amountsOf(payment)
    expect(refunded).toBe((await get(`/billing/refunds?payment=${payment.id}`)).data.reduce(sumOf, 0))
  })

  test('is refused where what it says contradicts itself, and where a balance cannot hold it', async () => {
    const { payment } = await paid()
    const one = { obligation: payment.obligations[0].id, amount: 10 }
    const twice = await refund(payment, { from: [one, one] })
    expect([twice.status, twice.body.code]).toEqual([422, 'invalid_allocation'])
    const balance = 1_000_000_000_000_000
    const customer = { external_reference: `full-${++serial}`, currency: 'ZAR', balance }
    const { id } = (await post('/billing/customers', customer)).body
    const full = (await post('/test/payments', { customer: id, amount: 1_000, outcome: 'succeeded' })).body
    await server.api('PATCH', `/billing/customers/${id}`, { balance })
    const over = await refund(full)
    expect([over.status, over.body.code]).toEqual([422, 'amount_out_of_range'])
  })

  test('is refused where the processor cannot send money back', async () => {
    const { payment } = await paid()
    await server.database.owner.query(
      "update payment set processor = 'gone' where id = (select max(id::text)::uuid from payment)",
    )
    const answer = await refund(payment)
    await server.database.owner.query("update payment set processor = 'simulator' where processor = 'gone'")
    expect([answer.status, answer.body.code]).toEqual([422, 'processor_limit'])
    expect(await amountsOf(payment)).toEqual([1_000, 0, 0, 0])
  })
})

const sumOf = (sum: number, { amount }: { amount: number }) => sum + amount

describe('a key', () => {
  test('gets the first response again, also when the refund has moved on since', async () => {
    const { payment } = await paid('pending_succeeded')
    const key = { 'idempotency-key': `processor-${++serial}` }
    const first = await refund(payment, { amount: 100 }, key)
    expect([first.status, first.body.status]).toEqual([201, 'pending'])
    await later(10)
    const second = await refund(payment, { amount: 100 }, key)
    expect([second.status, second.text, second.headers.get('idempotent-replayed')]).toEqual([201, first.text, 'true'])
    expect(await amountsOf(payment)).toEqual([900, 0, 100, 0])
    const other = await refund(payment, { amount: 101 }, key)
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused'])
  })

  test('keeps a refusal', async () => {
    const { payment } = await paid()
    const key = { 'idempotency-key': `processor-${++serial}` }
    const first = await refund(payment, { amount: 2_000 }, key)
    const second = await refund(payment, { amount: 2_000 }, key)
    expect([first.status, second.status, second.text]).toEqual([422, 422, first.text])
  })

  test('sent twice at once sends one refund', async () => {
    const { payment } = await paid()
    const key = { 'idempotency-key': `processor-${++serial}` }
    const answers = await Promise.all([1, 2, 3].map(() => refund(payment, { amount: 100 }, key)))
    for (const { status } of answers) expect([201, 409]).toContain(status)
    expect(await amountsOf(payment)).toEqual([900, 0, 100, 0])
  })
})

describe('a processor that does not answer', () => {
  test('leaves the refund pending, which is the response; it is asked again under the same id', async () => {
    const { payment } = await paid()
    const sent = vi.spyOn(simulatorRefund, 'sendSimulatorRefund').mockRejectedValueOnce(new Error('timed out'))
    const key = { 'idempotency-key': `processor-${++serial}` }
    const first = await refund(payment, { amount: 100 }, key)
    expect([first.status, first.body.status]).toEqual([201, 'pending'])
    expect(logged).toContain('a refund could not be sent yet')
    await later(40)
    expect((await get(`/billing/refunds/${first.body.id}`)).status).toBe('succeeded')
    expect(sent.mock.calls.map(([, { id }]) => id)).toHaveLength(2)
    expect(new Set(sent.mock.calls.map(([, { id }]) => id)).size).toBe(1)
    expect((await refund(payment, { amount: 100 }, key)).text).toBe(first.text)
    expect(await amountsOf(payment)).toEqual([900, 0, 100, 0])
  })

  test('after it has sent the money is asked again, and sends nothing twice', async () => {
    const { payment } = await paid()
    const send = simulatorRefund.sendSimulatorRefund
    vi.spyOn(simulatorRefund, 'sendSimulatorRefund').mockImplementationOnce(async (...call) => {
      await send(...call)
      throw new Error('timed out')
    })
    const { body } = await refund(payment, { amount: 100 })
    expect(body.status).toBe('pending')
    await later(40)
    expect((await get(`/billing/refunds/${body.id}`)).status).toBe('succeeded')
    const { rows } = await server.database.pool.query(
      'select amount from simulator_refund where charge_id = (select max(id::text)::uuid from payment)',
    )
    expect(rows).toEqual([{ amount: 100n }])
  })
})
