import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { lookIntoCallbacks } from '../../src/payments/callbacks/look-into.ts'
import { syncDueRefunds } from '../../src/payments/refund/sync-due-refunds.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { expectCleanBooks } from '../support/verify.ts'
import { atDesk, hour } from './misposted.ts'

const clock = settableClock(new Date())
let server: TestServer
beforeAll(async () => {
  server = await testServer({ clock })
})
afterAll(async () => {
  await expectCleanBooks(server.database)
  await server.stop()
})

const { post, get, payment, made, next, owing, paidBy, transfer, transferred, told } = atDesk(() => server)
const reverse = (id: string, more: object = {}) =>
  post(`/billing/payments/${id}/reversals`, { reason: 'Returned by the bank', ...more })
const refund = (id: string, amount: number) =>
  made(`/billing/payments/${id}/refunds`, { amount, channel: 'cash', reference: `out-${next()}`, reason: 'Too much' })
const balanceOf = async ({ id }: { id: string }) => (await get(`/billing/customers/${id}`)).balance

describe('a reversal of money that went on', () => {
  test('takes what is left of the payment, then what is left of those that it became, newest first and deep, and is told once', async () => {
    const [a, b, c, d] = [await owing(40), await owing(100), await owing(100), await owing(10)]
    const first = await paidBy(a.id, 100)
    const toB = await transferred(first.id, b.id, 30)
    const toC = await transferred(first.id, c.id, 50)
    const toD = await transferred(toC.id, d.id, 20)
    // 20 are left of the first, 30 at C, 20 at D, then 30 at B.
    const { status, body } = await reverse(first.id, { amount: 85 })
    expect([status, body.amount, body.transferred_amount, body.uncovered_amount]).toEqual([201, 85, 65, undefined])
    expect(await payment(first.id)).toMatchObject({ reversed_amount: 85, transferred_amount: 15, applied_amount: 0 })
    expect(await payment(toC.id)).toMatchObject({ reversed_amount: 50, transferred_amount: 0, applied_amount: 0 })
    expect(await payment(toD.id)).toMatchObject({ reversed_amount: 20, unapplied_amount: 0, applied_amount: 0 })
    expect(await payment(toB.id)).toMatchObject({ reversed_amount: 15, applied_amount: 15 })
    expect([await balanceOf(a), await balanceOf(b), await balanceOf(c), await balanceOf(d)]).toEqual([40, 85, 100, 10])
    const events = (await told(body.id)).filter(({ type }) => type === 'payment.reversed')
    expect(events.map(({ data }) => data)).toMatchObject([
      {
        id: body.id,
        payment_id: first.id,
        customer_id: a.id,
        amount: 85,
        unapplied_amount: 0,
        transferred: [
          { payment_id: toC.id, customer_id: c.id, amount: 50, unapplied_amount: 0 },
          { payment_id: toD.id, customer_id: d.id, amount: 20, unapplied_amount: 10 },
          { payment_id: toB.id, customer_id: b.id, amount: 15, unapplied_amount: 0 },
        ],
      },
    ])
    expect(events[0]?.data.obligations).toHaveLength(4)
    const whole = await reverse(first.id)
    expect(whole.body).toMatchObject({ amount: 15, transferred_amount: 15 })
    const { reference } = first
    const again = { customer: a.id, amount: 90, currency: 'ZAR', channel: 'bank', reference, replaces: first.id }
    expect((await post('/billing/payments', again)).status).toBe(201)
  })

  test('of what was transferred twice and refunded once is booked, and says what was not covered', async () => {
    const [a, b, c] = [await owing(0), await owing(0), await owing(500)]
    const first = await paidBy(a.id, 500)
    const second = await transferred(first.id, b.id)
    const third = await transferred(second.id, c.id, 300)
    await refund(third.id, 120)
    const { status, body } = await reverse(first.id, { amount: 500 })
    expect([status, body.amount, body.transferred_amount, body.uncovered_amount]).toEqual([201, 500, 380, 120])
    expect(await payment(first.id)).toMatchObject({ reversed_amount: 380, transferred_amount: 120 })
    expect(await payment(third.id)).toMatchObject({ reversed_amount: 180, refunded_amount: 120, applied_amount: 0 })
    expect(await balanceOf(c)).toBe(500)
    const [event] = (await told(body.id)).filter(({ type }) => type === 'payment.reversed')
    expect(event?.data).toMatchObject({ amount: 500, uncovered_amount: 120 })
    expect((await reverse(first.id)).body).toMatchObject({ status: 409, code: 'payment_state' })
    expect((await reverse(first.id, { amount: 1 })).body).toMatchObject({ status: 409, code: 'payment_state' })
  })

  test('takes more than is left where some was refunded, and never more than came', async () => {
    const customer = await owing(0)
    const first = await paidBy(customer.id, 100)
    await refund(first.id, 100)
    const none = await reverse(first.id)
    expect(none.body).toMatchObject({ status: 409, code: 'payment_state' })
    expect(none.body.detail).toContain('send in amount')
    const more = await reverse(first.id, { amount: 101 })
    expect(more.body).toMatchObject({ code: 'amount_exceeds_remaining', errors: [{ pointer: '/amount' }] })
    expect((await reverse(first.id, { amount: 60 })).body).toMatchObject({ amount: 60, uncovered_amount: 60 })
    expect((await reverse(first.id, { amount: 41 })).body.code).toBe('amount_exceeds_remaining')
    expect((await reverse(first.id, { amount: 40 })).status).toBe(201)
  })

  test('is made at the payment that holds the reference, which the refusal names', async () => {
    const [a, b, c] = [await owing(0), await owing(0), await owing(0)]
    const first = await paidBy(a.id, 10)
    const second = await transferred(first.id, b.id)
    const third = await transferred(second.id, c.id)
    for (const { id } of [second, third]) {
      expect((await reverse(id)).body).toMatchObject({ status: 409, code: 'payment_state', payment_id: first.id })
    }
  })

  test('takes back unidentified money from the customer whom it was assigned to', async () => {
    const customer = await owing(30)
    const bank = { amount: 50, currency: 'ZAR', channel: 'bank', unidentified: true, reference: `line-${next()}` }
    const unknown = await made('/billing/payments', bank)
    const assigned = await made(`/billing/payments/${unknown.id}/assignments`, { to: { customer: customer.id } })
    expect((await reverse(unknown.id)).body).toMatchObject({ amount: 50, transferred_amount: 50 })
    expect(await payment(assigned.id)).toMatchObject({ reversed_amount: 50, applied_amount: 0, unapplied_amount: 0 })
    expect(await payment(unknown.id)).toMatchObject({ reversed_amount: 50, transferred_amount: 0, reversed: true })
    expect(await balanceOf(customer)).toBe(30)
  })

  test('follows the money at the same time as it goes on, once', async () => {
    const [a, b, c] = [await owing(0), await owing(300), await owing(300)]
    const first = await paidBy(a.id, 300)
    const second = await transferred(first.id, b.id)
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, () => transfer(second.id, c.id, { amount: 50 })),
      ...Array.from({ length: 4 }, () => reverse(first.id, { amount: 100 })),
      ...Array.from({ length: 4 }, () => transfer(second.id, a.id, { amount: 50 })),
    ])
    expect(answers.filter(({ status }) => status >= 500)).toEqual([])
    expect(answers.slice(4, 8).filter(({ status }) => status === 201)).toHaveLength(3)
    expect(await payment(first.id)).toMatchObject({ reversed_amount: 300, transferred_amount: 0 })
    expect([await balanceOf(b), await balanceOf(c)]).toEqual([300, 300])
  })
})

describe('money of a page that went on', () => {
  /** A customer who has paid 100 on a page; `later` is what becomes of the money. */
  async function paidOnPage(later: string, refunds = 'succeeded') {
    const customer = await owing(100)
    const paid = { customer: customer.id, amount: 100, outcome: 'succeeded', later, refunds }
    return { customer, payment: await made('/test/payments', paid) }
  }
  const wait = async () => {
    clock.advance(2_000)
    await lookIntoCallbacks(server.app)
  }
  const disputeOf = async (id: string) => (await get(`/collect/disputes?payment=${id}`)).data[0]

  test('is taken by its processor from the customer who has it, and goes back there when the dispute is won', async () => {
    const { customer, payment: first } = await paidOnPage('dispute_won')
    const [b, c] = [await owing(30), await owing(500)]
    const second = await transferred(first.id, b.id, 80)
    const third = await transferred(second.id, c.id, 50)
    await wait()
    expect(await disputeOf(first.id)).toMatchObject({ status: 'needs_response', amount: 100 })
    expect(await payment(first.id)).toMatchObject({ reversed_amount: 100, transferred_amount: 0 })
    expect(await payment(second.id)).toMatchObject({ reversed_amount: 80, transferred_amount: 0 })
    expect([await balanceOf(customer), await balanceOf(b), await balanceOf(c)]).toEqual([100, 30, 500])
    // What is owed less meanwhile is paid less again: the rest is held for its customer.
    await server.api('PATCH', `/billing/customers/${c.id}`, { balance: 20 })
    await wait()
    await wait()
    const won = await disputeOf(first.id)
    expect(won).toMatchObject({ status: 'won' })
    expect(await payment(first.id)).toMatchObject({ reversed_amount: 0, applied_amount: 20, transferred_amount: 80 })
    expect(await payment(second.id)).toMatchObject({ reversed_amount: 0, applied_amount: 30, transferred_amount: 50 })
    expect(await payment(third.id)).toMatchObject({ reversed_amount: 0, applied_amount: 20, unapplied_amount: 30 })
    expect([await balanceOf(customer), await balanceOf(b), await balanceOf(c)]).toEqual([80, 0, 0])
    const closed = (await told(first.id)).find(({ type }) => type === 'dispute.closed')
    expect(closed?.data.transferred).toMatchObject([
      { payment_id: second.id, customer_id: b.id, amount: 80 },
      { payment_id: third.id, customer_id: c.id, amount: 50 },
    ])
    const held = (await told(third.id)).filter(({ type }) => type === 'payment.amount_unapplied')
    expect(held.map(({ data }) => data)).toMatchObject([{ amount: 30, customer_id: c.id }])
    // It counts for the next one from when it came again.
    const again = await transferred(third.id, b.id)
    expect(Date.parse(again.received_at)).toBe(clock.now().getTime())
  })

  test('fails late: what is refunded is lost, the rest is taken from where it is', async () => {
    const { payment: first } = await paidOnPage('late_failure')
    const b = await owing(0)
    const second = await transferred(first.id, b.id, 70)
    await refund(second.id, 25)
    await wait()
    expect(await payment(first.id)).toMatchObject({ reversed_amount: 75, transferred_amount: 25 })
    expect(await payment(second.id)).toMatchObject({ reversed_amount: 45, refunded_amount: 25, unapplied_amount: 0 })
    const [event] = (await told(first.id)).filter(({ type }) => type === 'payment.reversed')
    expect(event?.data).toMatchObject({ amount: 100, uncovered_amount: 25, transferred: [{ amount: 45 }] })
  })

  test('comes back first to what was lost of it: to a refund that failed after it was taken back', async () => {
    const { payment: first } = await paidOnPage('dispute_won', 'succeeded_failed')
    const b = await owing(0)
    const second = await transferred(first.id, b.id, 60)
    const sent = await post(`/collect/payments/${first.id}/refunds`, { amount: 40, reason: 'Cancelled' })
    expect(sent.body.status).toBe('succeeded')
    await wait()
    expect(await payment(first.id)).toMatchObject({ reversed_amount: 60, refunded_amount: 40, transferred_amount: 0 })
    expect(await payment(second.id)).toMatchObject({ reversed_amount: 60 })
    expect(await disputeOf(first.id)).toMatchObject({ uncovered_amount: 40 })
    clock.advance(48 * hour)
    await syncDueRefunds(server.app)
    expect(await payment(first.id)).toMatchObject({ reversed_amount: 100, refunded_amount: 0 })
    await wait()
    expect(await disputeOf(first.id)).toMatchObject({ status: 'won' })
    // What was taken of the other payment is back there; what the refund had covered is held for the first customer.
    expect(await payment(first.id)).toMatchObject({ reversed_amount: 0, unapplied_amount: 40, transferred_amount: 60 })
    expect(await payment(second.id)).toMatchObject({ reversed_amount: 0, unapplied_amount: 60 })
  })
})
