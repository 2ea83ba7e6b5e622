import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { payWith } from '../pages/payer.ts'
import { of, step, toldFixture, typesOf } from './told-fixture.ts'

// What a receiver of every event is told of the money of a payment, and nothing twice.

let fixture: Awaited<ReturnType<typeof toldFixture>>
beforeAll(async () => {
  fixture = await toldFixture()
})
beforeEach(() => fixture.told())
afterAll(() => fixture.stop())

const told = () => fixture.told()
const post: typeof fixture.post = (...sent) => fixture.post(...sent)
const get = (path: string) => fixture.get(path)
const makeCustomer: typeof fixture.makeCustomer = (more) => fixture.makeCustomer(more)
const makeBill: typeof fixture.makeBill = (customer, more) => fixture.makeBill(customer, more)
const pay: typeof fixture.pay = (amount, target) => fixture.pay(amount, target)

describe('a payment', () => {
  test('that is recorded is told by what it is applied to and what is left, and by nothing else', async () => {
    const customer = await makeCustomer({ balance: 300 })
    await told()
    const payment = await pay(1000, { customer: customer.id })
    const events = await told()
    expect(typesOf(events)).toEqual(['obligation.amount_applied', 'payment.amount_unapplied'])
    expect(of(events, 'obligation.amount_applied')).toMatchObject([
      { payment_id: payment.id, ...step(2, 300, 0, 'payment'), object_version: 1 },
    ])
    expect(of(events, 'payment.amount_unapplied')).toMatchObject([{ amount: 700, object_version: 1 }])
  })

  test('that is reversed is told once for each reversal, whole, with what was taken from where', async () => {
    const customer = await makeCustomer({ balance: 300 })
    const payment = await pay(1000, { customer: customer.id })
    await told()
    const first = await post(`/billing/payments/${payment.id}/reversals`, { amount: 600, reason: 'Returned' })
    const ofUnapplied = await told()
    expect(ofUnapplied.map(({ type, data }) => ({ type, ...data }))).toEqual([
      {
        type: 'payment.reversed',
        id: first.id,
        payment_id: payment.id,
        customer_id: customer.id,
        currency: 'ZAR',
        amount: 600,
        unapplied_amount: 600,
        reason: 'Returned',
        obligations: [],
        created_at: first.created_at,
        object_version: 2,
      },
    ])
    const second = await post(`/billing/payments/${payment.id}/reversals`, { reason: 'Returned' })
    const events = await told()
    const [obligation] = payment.obligations
    expect(typesOf(events)).toEqual(['obligation.amount_reversed', 'payment.reversed'])
    expect(of(events, 'payment.reversed')).toMatchObject([
      {
        id: second.id,
        amount: 400,
        unapplied_amount: 100,
        obligations: [{ id: obligation.id, amount: 300 }],
        object_version: 3,
      },
    ])
    expect(of(events, 'obligation.amount_reversed')).toMatchObject([
      { id: obligation.id, reversal_id: second.id, ...step(3, 0, 300, 'payment_reversal'), object_version: 2 },
    ])
  })

  test('whose money is moved is told at both balances', async () => {
    const customer = await makeCustomer({ balance: 300 })
    const bill = await makeBill(customer)
    const payment = await pay(300, { customer: customer.id, policy: 'oldest_first' })
    const [obligation] = payment.obligations
    await told()
    const moved = await post(`/billing/obligations/${obligation.id}/moves`, { to: { bill: bill.id } })
    const events = await told()
    expect(typesOf(events)).toEqual(['obligation.amount_applied', 'obligation.amount_reversed'])
    expect(of(events, 'obligation.amount_reversed')).toMatchObject([
      { id: obligation.id, customer_id: customer.id, ...step(3, 0, 300, 'application_reversal') },
    ])
    expect(of(events, 'obligation.amount_applied')).toMatchObject([
      { id: moved.id, bill_id: bill.id, ...step(2, 1000, 700, 'application') },
    ])
  })

  test('that a payer makes on the page is told when it succeeds, once', async () => {
    const customer = await makeCustomer()
    const bill = await makeBill(customer, { metadata: { order: '7' } })
    await told()
    await payWith(bill.presentment_url, '4242424242424242')
    const events = await told()
    expect(typesOf(events)).toEqual(['bill.paid', 'obligation.amount_applied', 'payment.succeeded'])
    const [applied] = of(events, 'obligation.amount_applied')
    const body = await get(`/billing/payments/${applied.payment_id}`)
    expect(of(events, 'payment.succeeded')).toEqual([
      {
        id: body.id,
        status: 'succeeded',
        customer_id: customer.id,
        channel: 'card',
        amount: 1000,
        currency: 'ZAR',
        applied_amount: 1000,
        unapplied_amount: 0,
        direct_amount: 0,
        payment_method_details: body.payment_method_details,
        metadata: body.metadata ?? {},
        mode: 'test',
        received_at: body.received_at,
        created_at: body.created_at,
        updated_at: body.updated_at,
        object_version: expect.any(Number),
      },
    ])
    expect(body.payment_method_details).toMatchObject({ card: { last4: '4242' } })
    await fixture.server.api('POST', `/billing/customers/${customer.id}/pseudonymise`)
    const { rows } = await fixture.server.database.pool.query(
      `select body, personal from event where type = 'payment.succeeded' and body like '%' || $1 || '%'`,
      [body.id],
    )
    expect([rows.length, rows[0].personal, rows[0].body.includes('4242')]).toEqual([1, null, false])
  })

  test('that was declined is told as an attempt that failed, once', async () => {
    const bill = await makeBill(await makeCustomer())
    await told()
    await payWith(bill.presentment_url, '4000000000000002')
    const events = await told()
    expect(typesOf(events)).toEqual(['payment.attempt_failed'])
    expect(of(events, 'payment.attempt_failed')[0]).toMatchObject({
      status: 'failed',
      amount: 1000,
      last_payment_error: { error_code: 'card_declined', decline_code: 'generic_decline' },
    })
  })
})
