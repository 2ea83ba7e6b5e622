import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { lookIntoCallbacks } from '../../src/payments/callbacks/look-into.ts'
import { syncDueRefunds } from '../../src/payments/refund/sync-due-refunds.ts'
import { syncDueDisputes } from '../../src/payments/session/sync-due-disputes.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { expectCleanBooks } from '../support/verify.ts'

const clock = settableClock(new Date())
let server: TestServer
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(async () => {
  await expectCleanBooks(server.database)
  await server.stop()
})
afterEach(() => vi.restoreAllMocks())

let serial = 0

const post = (path: string, body?: unknown, headers?: Record<string, string>) => server.api('POST', path, body, headers)
const get = async (path: string) => (await server.api('GET', path)).body

/** A customer with a bill of 1,000, paid on a page; `later` is what becomes of the money. */
async function paid(later: string | undefined, more: object = {}) {
  const name = `payer-${++serial}`
  await post('/billing/customers', { external_reference: name })
  const owed = { customer: name, external_reference: name, currency: 'ZAR', amount_due: 1_000 }
  const bill = (await post('/billing/bills', owed)).body
  const payment = await post('/test/payments', { bill: bill.id, amount: 1_000, outcome: 'succeeded', later, ...more })
  expect([payment.status, payment.body]).toEqual([201, expect.anything()])
  return { name, bill, payment: payment.body }
}

/** Some seconds later the jobs come by. */
async function later(seconds: number) {
  clock.advance(seconds * 1_000)
  await lookIntoCallbacks(server.app)
}

const amountsOf = async (payment: { id: string }) => {
  const { applied_amount, unapplied_amount, reversed_amount, refunded_amount, direct_amount } = await get(
    `/billing/payments/${payment.id}`,
  )
  return [applied_amount, unapplied_amount, reversed_amount, refunded_amount, direct_amount]
}
const remainingOf = async (bill: { id: string }) => (await get(`/billing/bills/${bill.id}`)).amount_remaining
const disputesOf = async ({ id }: { id: string }) => (await get(`/collect/disputes?payment=${id}`)).data

/** What was told of a payment, in order. */
async function toldOf(payment: { id: string }, type = '') {
  const { rows } = await server.database.pool.query<{ body: string }>(
    'select body from event where body::text like $1 order by id',
    [`%"${payment.id}"%`],
  )
  return rows.map((row) => JSON.parse(row.body)).filter((event) => event.type.startsWith(type))
}
const typesOf = async (payment: { id: string }, type = '') => (await toldOf(payment, type)).map((event) => event.type)

describe('a dispute', () => {
  test('takes the money with its reason and deadline, and the bill is open again; lost, it stays so', async () => {
    const { name, bill, payment } = await paid('dispute_lost')
    await later(1)
    expect(await disputesOf(payment)).toEqual([])
    await later(1)
    const [dispute] = await disputesOf(payment)
    expect(dispute).toMatchObject({
      payment_id: payment.id,
      customer_id: payment.customer_id,
      processor: 'simulator',
      amount: 1_000,
      currency: 'ZAR',
      reason: 'fraudulent',
      status: 'needs_response',
      respond_by: expect.any(String),
      reversal_id: expect.stringMatching(/^rev_/),
    })
    expect(await get(`/collect/disputes/${dispute.id}`)).toEqual(dispute)
    expect([await remainingOf(bill), await amountsOf(payment)]).toEqual([1_000, [0, 0, 1_000, 0, 0]])
    expect(await get(`/collect/payments/${payment.id}`)).toMatchObject({ status: 'succeeded', reversed: true })
    await later(2)
    await later(2)
    expect(await get(`/collect/disputes/${dispute.id}`)).toMatchObject({
      status: 'lost',
      closed_at: expect.any(String),
      reversal_id: dispute.reversal_id,
    })
    expect(await amountsOf(payment)).toEqual([0, 0, 1_000, 0, 0])
    const told = await toldOf(payment, 'dispute.')
    expect(told.map(({ type, data }) => [type, data.status, data.object_version])).toEqual([
      ['dispute.created', 'needs_response', 1],
      ['dispute.updated', 'under_review', 2],
      ['dispute.closed', 'lost', 3],
    ])
    const [reversed] = await toldOf(payment, 'payment.reversed')
    expect(reversed.data).toMatchObject({
      id: dispute.reversal_id,
      amount: 1_000,
      unapplied_amount: 0,
      reason: 'fraudulent',
    })
    expect(reversed.data).not.toHaveProperty('uncovered_amount')
    expect((await get(`/collect/disputes?customer=${name}&status=lost`)).data).toHaveLength(1)
    expect((await get(`/collect/disputes?customer=${name}&status=won`)).data).toEqual([])
  })

  test('that is won brings the money back to its bill', async () => {
    const { bill, payment } = await paid('dispute_won')
    await later(2)
    expect(await remainingOf(bill)).toBe(1_000)
    await later(4)
    const [dispute] = await disputesOf(payment)
    expect(dispute).toMatchObject({ status: 'won', reinstated_at: expect.any(String), closed_at: expect.any(String) })
    expect([await remainingOf(bill), await amountsOf(payment)]).toEqual([0, [1_000, 0, 0, 0, 0]])
    expect(await get(`/collect/payments/${payment.id}`)).toMatchObject({ reversed: false, partially_reversed: false })
    const applied = (await toldOf(payment, 'obligation.amount_applied')).at(-1)
    expect(applied.data).toMatchObject({ amount: 1_000, cause: 'dispute_won', balance_after: 0 })
    expect(await typesOf(payment, 'payment.amount_unapplied')).toEqual([])
  })

  test('that is won when the bill was paid otherwise stays unapplied, and is told', async () => {
    const { name, bill, payment } = await paid('dispute_won')
    await later(2)
    const cash = { amount: 700, currency: 'ZAR', channel: 'till', reference: name, bill: bill.id }
    expect((await post('/billing/payments', cash)).status).toBe(201)
    await later(4)
    expect([await remainingOf(bill), await amountsOf(payment)]).toEqual([0, [300, 700, 0, 0, 0]])
    const [told] = await toldOf(payment, 'payment.amount_unapplied')
    expect(told.data).toMatchObject({ amount: 700, customer_id: payment.customer_id })
  })

  test('that was a warning moves nothing', async () => {
    const { bill, payment } = await paid('dispute_warning')
    await later(2)
    const [dispute] = await disputesOf(payment)
    expect(dispute.status).toBe('warning')
    expect(dispute).not.toHaveProperty('reversal_id')
    await later(4)
    expect((await disputesOf(payment))[0].status).toBe('closed')
    expect([await remainingOf(bill), await amountsOf(payment)]).toEqual([0, [1_000, 0, 0, 0, 0]])
    expect(await typesOf(payment, 'payment.reversed')).toEqual([])
    expect(await typesOf(payment, 'dispute.')).toEqual(['dispute.created', 'dispute.closed'])
  })

  test('that is called about twice, and its end first, gives the same books', async () => {
    const { bill, payment } = await paid('dispute_jumbled')
    for (let second = 0; second < 8; second++) await later(1)
    expect(await typesOf(payment, 'dispute.')).toEqual(['dispute.created', 'dispute.closed'])
    expect(await typesOf(payment, 'payment.reversed')).toHaveLength(1)
    expect([await remainingOf(bill), await amountsOf(payment)]).toEqual([0, [1_000, 0, 0, 0, 0]])
  })

  test('that nobody looked at until it was won has moved nothing', async () => {
    const { bill, payment } = await paid('dispute_won')
    await later(100)
    expect(await typesOf(payment, 'dispute.')).toEqual(['dispute.created', 'dispute.closed'])
    expect((await disputesOf(payment))[0]).toMatchObject({ status: 'won' })
    expect(await typesOf(payment, 'payment.reversed')).toEqual([])
    expect([await remainingOf(bill), await amountsOf(payment)]).toEqual([0, [1_000, 0, 0, 0, 0]])
  })

  test('whose callbacks are lost is asked about by the job until it is over', async () => {
    const { bill, payment } = await paid('dispute_won')
    await later(2)
    const { pool } = server.database
    await pool.query('update processor_callback set next_try_at = null where next_try_at is not null')
    clock.advance(3_600_000)
    await syncDueDisputes(server.app)
    expect([(await disputesOf(payment))[0].status, await remainingOf(bill)]).toEqual(['won', 0])
    const { rows } = await pool.query('select from dispute where next_check_at is not null and closed_at is not null')
    expect(rows).toEqual([])
  })

  test('of money for nothing in Billing takes what is direct, and brings it back', async () => {
    const asked = { amount: 700, currency: 'ZAR', external_reference: `direct-${++serial}` }
    const request = (await post('/collect/payment_requests', asked)).body
    const played = { payment_request: request.id, outcome: 'succeeded', later: 'dispute_won' }
    const { body: payment } = await post('/test/payments', played)
    await later(2)
    expect(await amountsOf(payment)).toEqual([0, 0, 700, 0, 0])
    expect((await disputesOf(payment))[0]).not.toHaveProperty('customer_id')
    await later(4)
    expect(await amountsOf(payment)).toEqual([0, 0, 0, 0, 700])
  })

  test('takes unapplied money first', async () => {
    const { name, payment } = await paid('dispute_lost')
    const obligation = payment.obligations[0].id
    await post(`/billing/obligations/${obligation}/reversals`, { amount: 400, reason: 'mistake' })
    const bill = { customer: name, external_reference: `${name}-2`, currency: 'ZAR', amount_due: 100 }
    const second = (await post('/billing/bills', bill)).body
    await post('/billing/obligations', { payment: payment.id, bill: second.id, amount: 100 })
    await later(2)
    const [reversed] = await toldOf(payment, 'payment.reversed')
    expect(reversed.data.unapplied_amount).toBe(300)
    expect(reversed.data.obligations.map(({ amount }: { amount: number }) => amount)).toEqual([100, 600])
  })
})

describe('what is taken beyond what is left', () => {
  test('is a loss, and told; won again, the loss is undone first', async () => {
    const { bill, payment } = await paid('dispute_won')
    await post(`/collect/payments/${payment.id}/refunds`, { amount: 600, reason: 'Cancelled' })
    await later(2)
    const [dispute] = await disputesOf(payment)
    expect(dispute).toMatchObject({ amount: 1_000, uncovered_amount: 600 })
    expect(await amountsOf(payment)).toEqual([0, 0, 400, 600, 0])
    expect(await remainingOf(bill)).toBe(1_000)
    const [reversed] = await toldOf(payment, 'payment.reversed')
    expect(reversed.data).toMatchObject({ amount: 1_000, uncovered_amount: 600, unapplied_amount: 0 })
    await later(4)
    expect(await amountsOf(payment)).toEqual([400, 0, 0, 600, 0])
    expect(await remainingOf(bill)).toBe(600)
    const [closed] = await toldOf(payment, 'dispute.closed')
    expect(closed.data).toMatchObject({ status: 'won', losses_amount: 600 })
    expect(closed.data).not.toHaveProperty('uncovered_amount')
  })

  test('of a payment of which nothing is left is a loss whole', async () => {
    const { payment } = await paid('late_failure')
    await post(`/collect/payments/${payment.id}/refunds`, { reason: 'Cancelled' })
    await later(2)
    expect(await amountsOf(payment)).toEqual([0, 0, 0, 1_000, 0])
    const [reversed] = await toldOf(payment, 'payment.reversed')
    expect(reversed.data).toMatchObject({ amount: 1_000, uncovered_amount: 1_000, obligations: [] })
  })

  test.each([
    ['dispute_lost', [0, 0, 1_000, 0, 0]],
    // Nothing of it had been taken from a debt: it is held.
    ['dispute_won', [0, 1_000, 0, 0, 0]],
  ])('is covered by a refund that comes back later (%s)', async (becomes, amounts) => {
    const { bill, payment } = await paid(becomes, { refunds: 'succeeded_failed' })
    const refund = await post(`/collect/payments/${payment.id}/refunds`, { amount: 1_000, reason: 'Cancelled' })
    expect(refund.body.status).toBe('succeeded')
    await later(2)
    expect((await disputesOf(payment))[0].uncovered_amount).toBe(1_000)
    clock.advance(2 * 86_400_000)
    await syncDueRefunds(server.app)
    expect((await get(`/billing/refunds/${refund.body.id}`)).status).toBe('failed')
    const [failed] = await toldOf(payment, 'payment.refund_failed')
    expect(failed.data).toMatchObject({ amount: 1_000, losses_amount: 1_000 })
    expect([await amountsOf(payment), await remainingOf(bill)]).toEqual([[0, 0, 1_000, 0, 0], 1_000])
    expect((await disputesOf(payment))[0]).not.toHaveProperty('uncovered_amount')
    await later(4)
    expect([await amountsOf(payment), await remainingOf(bill)]).toEqual([amounts, 1_000])
  })
})

describe('a late failure', () => {
  test('takes the money once, with its reason', async () => {
    const { bill, payment } = await paid('late_failure')
    await later(2)
    await later(10)
    expect([await remainingOf(bill), await amountsOf(payment)]).toEqual([1_000, [0, 0, 1_000, 0, 0]])
    const told = await toldOf(payment, 'payment.reversed')
    expect(told.map(({ data }) => [data.amount, data.reason])).toEqual([[1_000, 'account_closed']])
    expect(await disputesOf(payment)).toEqual([])
    expect((await get(`/billing/payments/${payment.id}`)).status).toBe('succeeded')
  })

  test('of a pending payment comes after it has succeeded', async () => {
    const { bill, payment } = await paid('late_failure', { outcome: 'pending_succeeded', method: 'instant_eft' })
    await later(4)
    expect(await remainingOf(bill)).toBe(1_000)
    await later(60)
    expect(await amountsOf(payment)).toEqual([0, 0, 1_000, 0, 0])
  })
})

describe('at once', () => {
  test.each(['dispute_lost', 'late_failure'])('several that look take the money once (%s)', async (becomes) => {
    const { payment } = await paid(becomes)
    clock.advance(2_000)
    const { pool } = server.database
    await Promise.all([1, 2, 3].map(() => lookIntoCallbacks(server.app)))
    await pool.query("update processor_callback set next_try_at = received_at where processor = 'simulator'")
    await Promise.all([lookIntoCallbacks(server.app), lookIntoCallbacks(server.app)])
    expect(await amountsOf(payment)).toEqual([0, 0, 1_000, 0, 0])
    expect(await typesOf(payment, 'payment.reversed')).toHaveLength(1)
  })

  test('a refund and a dispute never take the same money', async () => {
    const { payment } = await paid('dispute_lost')
    clock.advance(2_000)
    await Promise.all([
      post(`/collect/payments/${payment.id}/refunds`, { amount: 1_000, reason: 'Cancelled' }),
      lookIntoCallbacks(server.app),
    ])
    const [, , reversed = 0, refunded = 0] = await amountsOf(payment)
    expect(reversed + refunded).toBe(1_000)
  })
})

test('a test payment in which no money arrives has nothing to be taken back', async () => {
  const { bill } = await paid(undefined, { amount: 1 })
  const played = { bill: bill.id, amount: 5, outcome: 'declined', later: 'dispute_lost' }
  const { status, body } = await post('/test/payments', played)
  expect([status, body.errors[0].pointer]).toEqual([400, '/later'])
})

test('the disputes of one environment are not there for another', async () => {
  const { payment } = await paid('dispute_lost')
  await later(2)
  const [dispute] = await disputesOf(payment)
  const live = { authorization: `Bearer ${server.liveKey}` }
  expect((await server.api('GET', `/collect/disputes/${dispute.id}`, undefined, live)).status).toBe(404)
  expect((await server.api('GET', '/collect/disputes', undefined, live)).body.data).toEqual([])
  const wrong = await server.api('GET', `/collect/disputes/${payment.id}`)
  expect([wrong.status, wrong.body.detail]).toEqual([404, expect.stringContaining('dis_')])
})

test('the export of a customer has its disputes and what was told of them', async () => {
  const { name, payment } = await paid('dispute_lost')
  await later(2)
  await later(10)
  const { disputes, events } = await get(`/billing/customers/${name}/export`)
  expect(disputes).toEqual(await disputesOf(payment))
  const told = events.map(({ type }: { type: string }) => type).filter((type: string) => type.startsWith('dispute.'))
  expect(told.toSorted()).toEqual(['dispute.closed', 'dispute.created'])
})

test('the disputes of all are listed in pages, newest first', async () => {
  const first = await get('/collect/disputes?limit=2')
  expect(first.data).toHaveLength(2)
  const next = await get(`/collect/disputes?limit=2&cursor=${first.next_cursor}`)
  const ids = [...first.data, ...next.data].map(({ id }) => id)
  expect(ids).toEqual(ids.toSorted().toReversed())
  expect((await server.api('GET', '/collect/disputes?status=gone')).status).toBe(400)
})
