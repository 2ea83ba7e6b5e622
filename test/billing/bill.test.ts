import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { wholeBody } from '../../src/events/personal.ts'
import { type TestServer, testServer } from '../support/server.ts'

const start = new Date('2026-03-31T21:30:00Z')
const clock = settableClock(start)
let server: TestServer
beforeAll(async () => {
  server = await testServer({ clock })
})
beforeEach(() => clock.set(start))
afterAll(() => server.stop())

let count = 0
/** Raises a bill of 2000 ZAR on a customer of its own; `more` changes what is sent. */
async function raise(more: Record<string, unknown> = {}) {
  const reference = `b${++count}`
  const customer = { external_reference: `${reference}-customer` }
  const sent = { external_reference: reference, currency: 'ZAR', amount_due: 2000, customer, ...more }
  const answer = await server.api('POST', '/billing/bills', sent)
  expect([answer.status, answer.text]).toEqual([201, answer.text])
  return answer.body
}

/** Records a payment that goes to one bill. */
async function pay(bill: { id: string; currency: string }, amount: number) {
  const sent = { amount, currency: bill.currency, channel: 'till', reference: `pay-${++count}`, bill: bill.id }
  const answer = await server.api('POST', '/billing/payments', sent)
  expect(answer.status).toBe(201)
  return answer.body
}

async function eventsOf(bill: { id: string }) {
  const { rows } = await server.database.pool.query<{ type: string; body: string; personal: string | null }>(
    'select type, body, personal from event order by id',
  )
  return rows
    .map((row) => JSON.parse(wholeBody(row)))
    .filter(({ data }) => data.id === bill.id || data.bill_id === bill.id)
}

describe('dates are dates in the time zone of the environment', () => {
  test('a bill without a date is dated today there; it is overdue from the midnight after its due date', async () => {
    await server.api('PATCH', '/settings', { time_zone: 'Africa/Johannesburg' })
    const bill = await raise({ due_date: '2026-03-31' })
    expect(bill).toMatchObject({ bill_date: '2026-03-31', overdue: false, days_until_due: 0 })
    clock.set(new Date('2026-03-31T21:59:59.999Z'))
    expect((await server.api('GET', `/billing/bills/${bill.id}`)).body.overdue).toBe(false)
    clock.set(new Date('2026-03-31T22:00:00Z'))
    const late = (await server.api('GET', `/billing/bills/${bill.id}`)).body
    expect(late).toMatchObject({ status: 'unpaid', overdue: true, days_until_due: -1 })
    expect(await raise()).toMatchObject({ bill_date: '2026-04-01' })
    await server.api('PATCH', '/settings', { time_zone: 'UTC' })
    expect((await server.api('GET', `/billing/bills/${bill.id}`)).body.overdue).toBe(false)
  })

  test('a bill without a due date is never overdue, and neither is a paid one', async () => {
    const never = await raise()
    const paid = await raise({ due_date: '2020-01-01' })
    await pay(paid, 2000)
    for (const { id } of [never, paid]) {
      const shown = (await server.api('GET', `/billing/bills/${id}`)).body
      expect(shown.overdue).toBe(false)
      expect(shown).not.toHaveProperty('days_until_due')
    }
  })
})

describe('amount_paid is the total; its difference is a manual adjustment', () => {
  test('the difference is entered and told by bill.updated, without a link', async () => {
    const bill = await raise({ metadata: { order: '7' } })
    await server.api('PATCH', `/billing/bills/${bill.id}`, { amount_paid: 1500 })
    clock.advance(1)
    await server.api('PATCH', `/billing/bills/${bill.id}`, { amount_paid: 400 })
    const same = await server.api('PATCH', `/billing/bills/${bill.id}`, { amount_paid: 400, metadata: { order: '8' } })
    expect(same.body).toMatchObject({ amount_paid: 400, amount_remaining: 1600, metadata: { order: '8' } })
    const events = await eventsOf(bill)
    expect(events.map(({ type, data }) => [type, data.amount_paid])).toEqual([
      ['bill.created', 0],
      ['bill.updated', 1500],
      ['bill.updated', 400],
      ['bill.updated', 400],
    ])
    expect(events[1].data).toMatchObject({ external_reference: bill.external_reference, metadata: { order: '7' } })
    expect(JSON.stringify(events)).not.toContain('/p/')
    const { rows } = await server.database.pool.query(
      `select t.kind, l.amount, l.balance_after, t.request_id is not null as asked from ledger_entry as l
       join ledger_transaction as t on t.id = l.transaction_id where l.receivable_id is not null
         and l.receivable_id = (select id from bill where external_reference = $1) order by l.version`,
      [bill.external_reference],
    )
    expect(rows.map(({ kind, amount, balance_after, asked }) => [kind, amount, balance_after, asked])).toEqual([
      ['bill_raised', 2000n, 2000n, true],
      ['amount_paid_set', -1500n, 500n, true],
      ['amount_paid_set', 1100n, 1600n, true],
    ])
  })

  test('it goes to zero and to amount_due, not over it, and not below what payments applied', async () => {
    const bill = await raise()
    const over = await server.api('PATCH', `/billing/bills/${bill.id}`, { amount_paid: 2001 })
    expect([over.status, over.body.code, over.body.errors[0].pointer]).toEqual([
      422,
      'amount_exceeds_remaining',
      '/amount_paid',
    ])
    await pay(bill, 700)
    const under = await server.api('PATCH', `/billing/bills/${bill.id}`, { amount_paid: 699 })
    expect([under.status, under.body.code]).toEqual([409, 'amount_paid_below_applied'])
    expect((await server.api('PATCH', `/billing/bills/${bill.id}`, { amount_paid: 2000 })).body.status).toBe('paid')
    const back = await server.api('PATCH', `/billing/bills/${bill.id}`, { amount_paid: 700 })
    expect(back.body).toMatchObject({ status: 'unpaid', amount_paid: 700, amount_remaining: 1300 })
  })

  test('money that was taken back no longer holds it up', async () => {
    const bill = await raise()
    const payment = await pay(bill, 700)
    const [{ id }] = payment.obligations
    await server.api('POST', `/billing/obligations/${id}/reversals`, { amount: 300, reason: 'mistake' })
    expect((await server.api('PATCH', `/billing/bills/${bill.id}`, { amount_paid: 399 })).status).toBe(409)
    expect((await server.api('PATCH', `/billing/bills/${bill.id}`, { amount_paid: 400 })).status).toBe(200)
  })

  test('the currency is the one it was raised in', async () => {
    const bill = await raise()
    expect((await server.api('PATCH', `/billing/bills/${bill.id}`, { currency: 'ZAR' })).status).toBe(200)
    const other = await server.api('PATCH', `/billing/bills/${bill.id}`, { currency: 'USD' })
    expect([other.status, other.body.code, other.body.errors[0].pointer]).toEqual([409, 'currency_fixed', '/currency'])
  })
})

describe('voiding', () => {
  test('brings the balance to zero by an entry, tells it, and is final', async () => {
    const bill = await raise()
    const voided = await server.api('POST', `/billing/bills/${bill.id}/void`)
    expect(voided.body).toMatchObject({ status: 'voided', amount_paid: 0, amount_remaining: 2000, overdue: false })
    expect(voided.body).not.toHaveProperty('payment_rules')
    const { rows } = await server.database.pool.query(
      'select balance, status, version from receivable where id = (select id from bill where external_reference = $1)',
      [bill.external_reference],
    )
    expect(rows).toEqual([{ balance: 0n, status: 'voided', version: 2n }])
    expect((await eventsOf(bill)).map(({ type, data }) => [type, data.status])).toEqual([
      ['bill.created', 'unpaid'],
      ['bill.voided', 'voided'],
    ])
    for (const [method, path, body] of [
      ['POST', '/void', undefined],
      ['PATCH', '', { metadata: { a: 'b' } }],
      ['PATCH', '', { amount_paid: 1 }],
      ['POST', '/adjustments', { amount: 1, reason: 'x' }],
    ] as const) {
      const refused = await server.api(method, `/billing/bills/${bill.id}${path}`, body)
      expect([path, refused.status, refused.body.code]).toEqual([path, 409, 'bill_voided'])
    }
  })

  test('is refused while anything is paid, and possible when that was undone', async () => {
    const bill = await raise()
    await server.api('PATCH', `/billing/bills/${bill.id}`, { amount_paid: 1 })
    const refused = await server.api('POST', `/billing/bills/${bill.id}/void`)
    expect([refused.status, refused.body.code]).toEqual([409, 'bill_has_payments'])
    await server.api('PATCH', `/billing/bills/${bill.id}`, { amount_paid: 0 })
    expect((await server.api('POST', `/billing/bills/${bill.id}/void`)).status).toBe(200)
    const paid = await raise()
    await pay(paid, 2000)
    expect((await server.api('POST', `/billing/bills/${paid.id}/void`)).body.code).toBe('bill_has_payments')
  })
})

describe('whom a bill is for', () => {
  test('customer and account are taken together only when they belong together', async () => {
    const account = { external_reference: 'own', customer: { external_reference: 'owner' } }
    const { body } = await server.api('POST', '/billing/accounts', account)
    expect(await raise({ customer: 'owner', account: 'own' })).toMatchObject({ account_id: body.id })
    await server.api('POST', '/billing/customers', { external_reference: 'stranger' })
    for (const customer of ['stranger', { external_reference: 'born-for-it' }]) {
      const sent = { external_reference: 'mismatch', currency: 'ZAR', amount_due: 1, customer, account: 'own' }
      const refused = await server.api('POST', '/billing/bills', sent)
      expect([refused.status, refused.body.code, refused.body.errors[0].pointer]).toEqual([
        422,
        'customer_mismatch',
        '/customer',
      ])
    }
    expect((await server.api('GET', '/billing/customers/born-for-it')).status).toBe(404)
  })

  test('a new account belongs to the customer that it names, or to that of the bill', async () => {
    const bill = await raise({ customer: { external_reference: 'n1' }, account: { external_reference: 'n2' } })
    const account = await server.api('GET', '/billing/accounts/n2')
    expect([account.body.id, account.body.customer_id]).toEqual([bill.account_id, bill.customer_id])
    const both = await raise({ customer: 'n1', account: { external_reference: 'n3', customer: 'n1' } })
    expect(both.customer_id).toBe(bill.customer_id)
  })

  test('a composite create whose third part fails leaves nothing', async () => {
    await raise({ external_reference: 'taken' })
    const before = await counts()
    const refused = await server.api('POST', '/billing/bills', {
      external_reference: 'taken',
      currency: 'ZAR',
      amount_due: 5,
      account: {
        external_reference: 'left-1',
        currency: 'ZAR',
        balance: 7,
        customer: { external_reference: 'left-2' },
      },
    })
    expect([refused.status, refused.body.code, refused.body.errors[0].pointer]).toEqual([
      409,
      'external_reference_taken',
      '/external_reference',
    ])
    expect(await counts()).toEqual(before)
    const free = { external_reference: 'left-1', customer: { external_reference: 'left-2' } }
    expect((await server.api('POST', '/billing/accounts', free)).status).toBe(201)
  })
})

async function counts() {
  const tables = ['customer', 'account', 'bill', 'receivable', 'external_reference', 'ledger_entry', 'event']
  const { rows } = await server.database.pool.query(
    `select ${tables.map((table) => `(select count(*) from ${table}) as ${table}`).join(', ')}`,
  )
  return rows[0]
}
