import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { integerArray } from '../../src/database/arrays.ts'
import { transaction } from '../../src/database/transaction.ts'
import { holdBooksSql } from '../../src/ledger/journal.ts'
import { eventually } from '../support/eventually.ts'
import { countWaiting } from '../support/locks.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { type Merchant, ofCurrency, type Row, reportedMerchant, sumOf, till } from './merchant.ts'

let merchant: Merchant
let server: Merchant['server']
beforeAll(async () => {
  merchant = await reportedMerchant()
  server = merchant.server
})
afterAll(() => server.stop())

const openFrom = '2026-10-31T22:00:00.000Z'
const before = '2026-10-31T21:59:59.999Z'

/** How many transactions count before the books are open. */
async function countClosed(from = openFrom): Promise<bigint | undefined> {
  const { rows } = await server.database.pool.query<{ count: bigint }>(
    'select count(*) from ledger_transaction where effective_at < $1',
    [from],
  )
  return rows[0]?.count
}

describe('closed books', () => {
  test('are closed day by day, once the day has been over for ten minutes', async () => {
    const close = (books_closed_until: string | null, more: object = {}) =>
      merchant.patch('/settings', { books_closed_until, ...more })
    server.clock.set(new Date('2026-11-04T22:09:59Z'))
    for (const day of ['2026-11-04', '2026-11-05', '2027-01-01']) {
      const { status, body } = await close(day)
      expect([status, body.code, body.errors[0].pointer]).toEqual([422, 'day_not_over', '/books_closed_until'])
    }
    server.clock.set(new Date('2026-11-04T22:10:00Z'))
    expect((await close('2026-11-04')).body.books_closed_until).toBe('2026-11-04')
    const opened = await close('2026-10-31')
    expect([opened.status, opened.body.errors[0].pointer]).toEqual([400, '/books_closed_reason'])
    expect((await merchant.get('/settings')).books_closed_until).toBe('2026-11-04')
    expect((await close(null, { books_closed_reason: 'Too early' })).body.books_closed_until).toBeUndefined()
    expect((await close('2026-10-31')).body.books_closed_until).toBe('2026-10-31')
    // Sent again it changes nothing.
    expect((await close('2026-10-31')).status).toBe(200)
    const { rows } = await server.database.pool.query(
      'select closed_until, open_from, reason from books_closing order by id',
    )
    expect(rows).toEqual([
      { closed_until: '2026-11-04', open_from: new Date('2026-11-04T22:00:00Z'), reason: null },
      { closed_until: null, open_from: null, reason: 'Too early' },
      { closed_until: '2026-10-31', open_from: new Date(openFrom), reason: null },
    ])
    server.clock.set(new Date('2026-11-05T08:00:00Z'))
  })

  test('refuse every date of a caller, with its place, and write nothing', async () => {
    const opening = (effective_at: string) => ({ currency: 'ZAR', opening: { balance: 10, effective_at } })
    const c2 = (await merchant.get('/billing/customers/c2')).id
    const paid = await merchant.post('/billing/payments', {
      ...till,
      amount: 10,
      reference: 'to-refund',
      customer: 'c2',
      received_at: before,
    })
    const bill = { currency: 'ZAR', amount_due: 10 }
    const sent: [path: string, pointer: string, body: (at: string, name: string) => object][] = [
      ['/billing/customers', '/opening/effective_at', (at, name) => ({ ...opening(at), external_reference: name })],
      ...[c2, 'c2', { external_reference: 'nested' }].map((customer): (typeof sent)[number] => [
        '/billing/accounts',
        '/opening/effective_at',
        (at, name) => ({ ...opening(at), customer, external_reference: name }),
      ]),
      [
        '/billing/bills',
        '/account/opening/effective_at',
        (at, name) => ({
          ...bill,
          account: { ...opening(at), customer: 'c2', external_reference: name },
          external_reference: name,
        }),
      ],
      [
        '/billing/bills',
        '/bill_date',
        (at, name) => ({
          ...bill,
          customer: 'c2',
          external_reference: name,
          bill_date: at === before ? '2026-10-31' : '2026-11-01',
        }),
      ],
      ...['customers/c1', 'accounts/a1', 'bills/b0'].map((of): (typeof sent)[number] => [
        `/billing/${of}/adjustments`,
        '/effective_at',
        (effective_at) => ({ amount: 1, reason: 'Late', effective_at }),
      ]),
      [
        `/billing/payments/${paid.id}/refunds`,
        '/refunded_at',
        (refunded_at, name) => ({ amount: 1, channel: 'cash', reference: name, reason: 'x', refunded_at }),
      ],
    ]
    let serial = 0
    for (const [path, pointer, body] of sent) {
      const closed = await countClosed()
      const name = `closed-${++serial}`
      const refused = await server.api('POST', path, body(before, name))
      expect([path, refused.status, refused.body.code, refused.body.errors?.[0].pointer]).toEqual([
        path,
        422,
        'period_closed',
        pointer,
      ])
      expect(refused.body.detail).toContain(`until 2026-10-31: send a date from ${openFrom} on`)
      expect(await countClosed()).toBe(closed)
      // The first open instant is open, and what was refused took no name.
      const made = await server.api('POST', path, body(openFrom, name))
      expect([path, made.status, made.text]).toEqual([path, 201, expect.anything()])
      expect(await countClosed()).toBe(closed)
    }
    const rows = [{ external_reference: 'row', ...opening(before) }]
    const { body } = await server.api('POST', '/billing/customers/batch', { rows })
    expect(body.data[0]).toMatchObject({ status: 422, body: { code: 'period_closed' } })
  })

  test('take what has happened: money keeps its date and counts from the first open instant', async () => {
    const closed = await countClosed()
    const known = await merchant.get('/reports/receipts?from=2026-10-01&to=2026-10-31&by=day')
    const received_at = '2026-09-15T10:00:00.000Z'
    const payment = await merchant.post('/billing/payments', {
      ...till,
      amount: 11,
      reference: 'old',
      account: 'a1',
      received_at,
    })
    expect(payment.received_at).toBe(received_at)
    const unknown = { ...till, amount: 13, reference: 'old-unknown', unidentified: true, received_at }
    const { id } = await merchant.post('/billing/payments', unknown)
    await merchant.post(`/billing/payments/${id}/assignments`, { to: { customer: 'c2' } })
    await merchant.post(`/billing/payments/${payment.id}/reversals`, { amount: 1, reason: 'bounced' })
    // A bill whose date is only implied by when it was due.
    const due = {
      customer: 'c2',
      external_reference: 'due-long-ago',
      currency: 'ZAR',
      amount_due: 5,
      due_date: '2026-08-31',
    }
    expect(await merchant.post('/billing/bills', due)).toMatchObject({ bill_date: '2026-08-31' })
    await merchant.post('/billing/payments', {
      ...till,
      amount: 5,
      reference: 'old-2',
      bill: 'due-long-ago',
      received_at,
    })
    expect(await countClosed()).toBe(closed)
    expect(await merchant.get('/reports/receipts?from=2026-10-01&to=2026-10-31&by=day')).toEqual(known)
    const { data } = await merchant.get('/reports/receipts?from=2026-11-01&to=2026-11-01&by=day')
    // 50 of before, 10 that was received and sent back, and what was received just now.
    expect(data).toEqual([{ day: '2026-11-01', currency: 'ZAR', count: 5, amount: 50 + 10 + 11 + 13 + 5 }])
    for (const currency of ['USD', 'ZAR']) {
      const trial = await merchant.get('/reports/trial_balance?as_of=2026-11-01')
      expect(sumOf(ofCurrency(trial.data, currency), 'balance')).toBe(0)
    }
  })

  test('hold for whatever is done, in any order and at any date', async () => {
    const random = seededRandom(56)
    const closed = await countClosed()
    const dates = [before, openFrom, '2026-10-15T12:00:00Z', '2026-11-03T12:00:00Z', '2025-01-01T00:00:00Z']
    const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T
    const paid: string[] = []
    for (let step = 0; step < 60; step++) {
      const at = pick(dates)
      const name = `random-${step}`
      const money = { ...till, amount: 1 + Math.floor(random() * 20), reference: name, received_at: at }
      const acts: (() => Promise<{ status: number; body: Row }>)[] = [
        () => server.api('POST', '/billing/payments', { ...money, account: pick(['a1', 'usd']), currency: 'ZAR' }),
        () => server.api('POST', '/billing/payments', { ...money, bill: pick(['b0', 'b1', 'due-long-ago']) }),
        () => server.api('POST', '/billing/payments', { ...money, unidentified: true }),
        () => server.api('POST', '/billing/accounts/a1/adjustments', { amount: 1, reason: 'x', effective_at: at }),
        () => server.api('POST', '/billing/bills/b1/adjustments', { amount: 2, reason: 'x', effective_at: at }),
        () =>
          server.api('POST', '/billing/bills', {
            customer: 'c2',
            external_reference: name,
            currency: 'ZAR',
            amount_due: 9,
            due_date: at.slice(0, 10),
          }),
        () => server.api('PATCH', '/billing/accounts/a1', { balance: step }),
        () => server.api('POST', `/billing/payments/${pick(paid)}/reversals`, { amount: 1, reason: 'x' }),
        () =>
          server.api('POST', `/billing/payments/${pick(paid)}/refunds`, {
            amount: 1,
            channel: 'c',
            reference: name,
            reason: 'x',
            refunded_at: at,
          }),
        () => server.api('POST', `/billing/payments/${pick(paid)}/assignments`, { to: { customer: 'c2' } }),
        () => server.api('POST', '/billing/bills/b0/void'),
        () => server.api('POST', '/test/payments', { account: 'usd', amount: 1, outcome: 'succeeded' }),
        () => {
          // Each settlement is named by its second.
          server.clock.advance(1_000)
          return server.api('POST', '/test/settlements')
        },
      ]
      const { status, body } = await pick(acts)()
      expect([name, status < 500]).toEqual([name, true])
      if (status === 201 && /^pay_/.test(body.id ?? '')) paid.push(body.id)
      expect([name, await countClosed()]).toEqual([name, closed])
    }
    expect(paid.length).toBeGreaterThan(5)
  })

  test('are closed behind what is under way: a payment that began before counts before, or in the open', async () => {
    const { rows } = await server.database.pool.query<{ id: number }>("select id from environment where mode = 'test'")
    const held = Promise.withResolvers<void>()
    const underWay = transaction(server.app.pool, async (connection) => {
      await connection.query({ ...holdBooksSql, values: [integerArray([rows[0]?.id as number])] })
      await held.promise
    })
    let answered = false
    const closing = merchant.patch('/settings', { books_closed_until: '2026-11-01' }).then((answer) => {
      answered = true
      return answer
    })
    await eventually(async () => (await countWaiting(server.database.owner)) > 0, 'the closing waits')
    expect(answered).toBe(false)
    held.resolve()
    await underWay
    expect((await closing).status).toBe(200)
    const closed = await countClosed('2026-11-01T22:00:00Z')
    const received_at = '2026-11-02T12:00:00Z'
    const pay = (reference: string) =>
      server.api('POST', '/billing/payments', { ...till, amount: 1, reference, account: 'a1', received_at })
    const payments = Array.from({ length: 40 }, (_, index) => pay(`race-${index}`))
    const answer = await merchant.patch('/settings', { books_closed_until: '2026-11-02' })
    const atClosing = await countClosed('2026-11-02T22:00:00Z')
    for (const { status } of await Promise.all(payments)) expect(status).toBe(201)
    expect([answer.status, await countClosed('2026-11-02T22:00:00Z')]).toEqual([200, atClosing])
    expect(await countClosed('2026-11-01T22:00:00Z')).toBe(closed)
  })
})
