import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { type TestServer, testServer } from '../support/server.ts'

const start = new Date('2026-03-10T10:00:00.000Z')
const clock = settableClock(start)
let server: TestServer<typeof clock>
beforeAll(async () => {
  server = await testServer({ clock })
})
beforeEach(() => clock.set(start))
afterAll(() => server.stop())

async function call(method: string, path: string, body?: unknown, status = method === 'POST' ? 201 : 200) {
  const answer = await server.api(method, path, body)
  expect([answer.status, answer.text]).toEqual([status, expect.anything()])
  return answer.body
}
const get = (path: string) => call('GET', path)

let made = 0
const reference = (kind: string) => `${kind}-${++made}`

/** A bill of 1,000 on a customer of its own, unless `more` says otherwise. */
function raise(more: Record<string, unknown> = {}) {
  const external_reference = reference('bill')
  const customer = { external_reference: `${external_reference}-customer` }
  return call('POST', '/billing/bills', { external_reference, currency: 'ZAR', amount_due: 1_000, customer, ...more })
}

function pay(target: Record<string, unknown>, amount: number, received_at?: string, status = 201) {
  const body = { amount, currency: 'ZAR', channel: 'till', reference: reference('payment'), received_at, ...target }
  return call('POST', '/billing/payments', body, status)
}

type Bill = { id: string; customer_id: string }
const balanceAt = async ({ id }: Bill, at: string): Promise<number> =>
  (await get(`/billing/bills/${id}/balance?effective_at=${encodeURIComponent(at)}`)).balance
const entriesOf = async ({ id }: Bill) => (await get(`/billing/bills/${id}/entries?limit=100`)).data.toReversed()
const shortly = (entries: { kind: string; amount: number; effective_at: string }[]) =>
  entries.map(({ kind, amount, effective_at }) => [kind, amount, effective_at])

/** What the API cannot show: the entries of a payment's money in the system accounts, by when they count. */
async function systemEntries(source: string) {
  const { rows } = await server.database.pool.query<{ kind: string; account: string; amount: bigint; at: Date }>(
    `select t.kind, e.system_account as account, e.amount, t.effective_at as at
     from payment as p
     join application as a on a.payment_id = p.id
     join ledger_transaction as t on t.source_id in (p.id, a.id)
     join ledger_entry as e on e.transaction_id = t.id and e.system_account is not null
     where p.reference = $1 order by e.id`,
    [source],
  )
  return rows.map(({ kind, account, amount, at }) => [kind, account, Number(amount), at.toISOString()])
}

describe('nothing counts from a time to come', () => {
  const ahead = (ms: number) => new Date(start.getTime() + ms).toISOString()
  const minutes = 60_000

  test('of a payment and of an adjustment of a customer, an account and a bill: one bound, one answer', async () => {
    const bill = await raise({ account: { external_reference: reference('account'), currency: 'ZAR', balance: 10 } })
    await call('PATCH', `/billing/customers/${bill.customer_id}`, { balance: 10, currency: 'ZAR' })
    const kinds = { customers: bill.customer_id, accounts: bill.account_id, bills: bill.id }
    const late = ahead(5 * minutes + 1)
    const adjust = (path: string, effective_at: string, status: number) =>
      call('POST', `/billing/${path}/adjustments`, { amount: -1, reason: 'x', effective_at }, status)
    const refused = [await pay({ bill: bill.id }, 1, late, 400)]
    for (const [kind, id] of Object.entries(kinds)) refused.push(await adjust(`${kind}/${id}`, late, 400))
    for (const { code, errors } of refused) {
      expect([code, errors[0].detail]).toEqual(['invalid_request', 'It is in the future.'])
    }
    expect(refused.map(({ errors }) => errors[0].pointer)).toEqual([
      '/received_at',
      '/effective_at',
      '/effective_at',
      '/effective_at',
    ])
    for (const [kind, id] of Object.entries(kinds)) {
      const entered = await adjust(`${kind}/${id}`, ahead(5 * minutes), 201)
      expect(entered.effective_at).toBe(start.toISOString())
      const shown = await get(`/billing/${kind}/${id}`)
      const { balance } = await get(`/billing/${kind}/${id}/balance`)
      expect([kind, balance]).toEqual([kind, shown.balance ?? shown.amount_remaining])
    }
  })

  test('the money of a till whose clock is a little ahead takes effect now', async () => {
    const bill = await raise()
    const payment = await pay({ bill: bill.id }, 400, ahead(4 * minutes))
    expect(payment.received_at).toBe(ahead(4 * minutes))
    expect((await entriesOf(bill)).at(-1).effective_at).toBe(start.toISOString())
    expect((await get(`/billing/bills/${bill.id}/balance`)).balance).toBe(600)
  })
})

describe('a bill counts', () => {
  test('from the beginning of its date, where its merchant is', async () => {
    await call('PATCH', '/settings', { time_zone: 'Africa/Johannesburg' })
    const bill = await raise({ bill_date: '2026-03-01' })
    await call('PATCH', '/settings', { time_zone: 'UTC' })
    expect(shortly(await entriesOf(bill))).toEqual([['bill_raised', 1_000, '2026-02-28T22:00:00.000Z']])
    expect([await balanceAt(bill, '2026-02-28T21:59:59.999Z'), await balanceAt(bill, '2026-02-28T22:00:00Z')]).toEqual([
      0, 1_000,
    ])
  })

  test('from its entry where its date is later, and from the beginning of today without one', async () => {
    const later = await raise({ bill_date: '2026-03-11', due_date: '2026-03-31' })
    expect(shortly(await entriesOf(later))).toEqual([['bill_raised', 1_000, start.toISOString()]])
    const today = await raise()
    expect(shortly(await entriesOf(today))).toEqual([['bill_raised', 1_000, '2026-03-10T00:00:00.000Z']])
  })

  test('without a date, it is of the earlier of today and the day on which it is due', async () => {
    expect(await raise({ due_date: '2026-03-09' })).toMatchObject({ bill_date: '2026-03-09', due_date: '2026-03-09' })
    expect(await raise({ due_date: '2026-03-11' })).toMatchObject({ bill_date: '2026-03-10', due_date: '2026-03-11' })
    expect(await raise()).toMatchObject({ bill_date: '2026-03-10' })
  })

  test('it is not due before its own date', async () => {
    const sent = { external_reference: reference('bill'), customer: { external_reference: reference('customer') } }
    const body = { ...sent, currency: 'ZAR', amount_due: 5, bill_date: '2026-05-02', due_date: '2026-05-01' }
    const refused = await call('POST', '/billing/bills', body, 422)
    expect(refused).toMatchObject({ code: 'invalid_dates', errors: [{ pointer: '/due_date' }] })
    await call('POST', '/billing/bills', { ...body, due_date: '2026-05-02' })
  })

  test.each(['0001-01-01', '1899-12-31'])('%s is the date of no bill', async (date) => {
    for (const member of ['bill_date', 'due_date']) {
      const answer = await server.api('POST', '/billing/bills', {
        external_reference: reference('bill'),
        customer: { external_reference: reference('customer') },
        currency: 'ZAR',
        amount_due: 5,
        [member]: date,
      })
      expect([answer.status, answer.body.errors[0].pointer]).toEqual([400, `/${member}`])
    }
  })
})

describe('money that came before its bill', () => {
  test('is unapplied until the bill counts, and is then applied by a transaction of its own', async () => {
    const bill = await raise({ bill_date: '2026-03-05' })
    const payment = await pay({ bill: bill.id }, 1_000, '2026-03-01T08:00:00Z')
    expect(payment).toMatchObject({
      received_at: '2026-03-01T08:00:00.000Z',
      applied_amount: 1_000,
      unapplied_amount: 0,
    })
    expect(await get(`/billing/bills/${bill.id}`)).toMatchObject({ status: 'paid', amount_paid: 1_000 })
    const [raised, applied] = await entriesOf(bill)
    expect(shortly([raised, applied])).toEqual([
      ['bill_raised', 1_000, '2026-03-05T00:00:00.000Z'],
      ['application', -1_000, '2026-03-05T00:00:00.000Z'],
    ])
    expect(applied.source).toBe(payment.obligations[0].id)
    expect(await systemEntries(payment.reference)).toEqual([
      ['payment', 'clearing:till', 1_000, '2026-03-01T08:00:00.000Z'],
      ['application', 'unapplied', 1_000, '2026-03-05T00:00:00.000Z'],
      ['payment', 'unapplied', -1_000, '2026-03-01T08:00:00.000Z'],
    ])
    for (const at of [
      '2026-03-01T08:00:00Z',
      '2026-03-04T23:59:59.999Z',
      '2026-03-05T00:00:00Z',
      start.toISOString(),
    ]) {
      expect([at, await balanceAt(bill, at)]).toEqual([at, 0])
    }
  })

  test('tells of it by the same events as ever', async () => {
    const bill = await raise()
    const payment = await pay({ bill: bill.id }, 400, '2026-03-01T08:00:00Z')
    const { rows } = await server.database.pool.query<{ type: string }>(
      `select type from event where body like '%' || $1 || '%' order by id`,
      [payment.id],
    )
    expect(rows.map(({ type }) => type)).toEqual(['obligation.amount_applied'])
  })

  test('is one transaction with what counts already, and with what stays unapplied', async () => {
    const customer = { external_reference: reference('customer'), currency: 'ZAR', balance: 300 }
    const early = await raise({ customer, bill_date: '2026-02-01', due_date: '2026-02-28' })
    const late = await raise({ customer: early.customer_id, bill_date: '2026-03-09', due_date: '2026-03-31' })
    const payment = await pay({ customer: early.customer_id }, 2_600, '2026-02-10T00:00:00Z')
    expect(payment).toMatchObject({ applied_amount: 2_300, unapplied_amount: 300 })
    expect((await entriesOf(early)).at(-1)).toMatchObject({ kind: 'payment', effective_at: '2026-02-10T00:00:00.000Z' })
    expect((await entriesOf(late)).at(-1)).toMatchObject({
      kind: 'application',
      effective_at: '2026-03-09T00:00:00.000Z',
    })
    // A balance may be below zero: what came before it was opened was credit.
    const { data } = await get(`/billing/customers/${early.customer_id}/entries`)
    expect(data[0]).toMatchObject({ kind: 'payment', amount: -300, effective_at: '2026-02-10T00:00:00.000Z' })
    expect((await systemEntries(payment.reference)).slice(-1)).toEqual([
      ['payment', 'unapplied', -1_300, '2026-02-10T00:00:00.000Z'],
    ])
  })

  test('in the usual case is one transaction, also where it is of the morning of the day', async () => {
    const bill = await raise()
    const payment = await pay({ bill: bill.id }, 400, '2026-03-10T06:00:00Z')
    expect(shortly((await entriesOf(bill)).slice(1))).toEqual([['payment', -400, '2026-03-10T06:00:00.000Z']])
    expect(await systemEntries(payment.reference)).toEqual([
      ['payment', 'clearing:till', 400, '2026-03-10T06:00:00.000Z'],
    ])
  })

  test('can be taken back and moved like any other', async () => {
    const bill = await raise()
    const payment = await pay({ bill: bill.id }, 1_000, '2026-03-01T08:00:00Z')
    const [obligation] = payment.obligations
    const account = {
      customer: bill.customer_id,
      external_reference: reference('account'),
      currency: 'ZAR',
      balance: 50,
    }
    const to = { account: (await call('POST', '/billing/accounts', account)).id }
    await call('POST', `/billing/obligations/${obligation.id}/moves`, { to, amount: 50 })
    await call('POST', `/billing/obligations/${obligation.id}/reversals`, { reason: 'mistake', amount: 250 })
    await call('POST', `/billing/payments/${payment.id}/reversals`, { reason: 'bounced' })
    expect(await get(`/billing/bills/${bill.id}`)).toMatchObject({ amount_remaining: 1_000 })
    expect(await balanceAt(bill, '2026-03-10T09:59:59Z')).toBe(0)
  })
})

describe('what is owed again counts from then', () => {
  test('money from before that was not on it is applied from when the bill was open again', async () => {
    const bill = await raise({ bill_date: '2026-03-01' })
    const bounced = await pay({ bill: bill.id }, 1_000, '2026-03-05T00:00:00Z')
    clock.set(new Date('2026-03-12T10:00:00Z'))
    await call('POST', `/billing/payments/${bounced.id}/reversals`, { reason: 'bounced' })
    clock.set(new Date('2026-03-13T10:00:00Z'))
    await pay({ bill: bill.id }, 1_000, '2026-03-04T00:00:00Z')
    expect(shortly(await entriesOf(bill))).toEqual([
      ['bill_raised', 1_000, '2026-03-01T00:00:00.000Z'],
      ['payment', -1_000, '2026-03-05T00:00:00.000Z'],
      ['payment_reversal', 1_000, '2026-03-12T10:00:00.000Z'],
      ['application', -1_000, '2026-03-12T10:00:00.000Z'],
    ])
    const seen = []
    for (const day of ['04', '05', '12', '13']) seen.push(await balanceAt(bill, `2026-03-${day}T12:00:00Z`))
    expect(seen).toEqual([1_000, 0, 0, 0])
  })

  test('an adjustment that lessens a bill from before it was owed is refused; one that adds to it is not', async () => {
    const bill = await raise({ bill_date: '2026-03-05' })
    const adjust = (amount: number, effective_at: string, status = 201) =>
      call('POST', `/billing/bills/${bill.id}/adjustments`, { amount, reason: 'x', effective_at }, status)
    const refused = await adjust(-100, '2026-03-04T23:59:59.999Z', 422)
    expect(refused).toMatchObject({ code: 'invalid_dates', errors: [{ pointer: '/effective_at' }] })
    expect(refused.detail).toContain('2026-03-05T00:00:00.000Z')
    await adjust(-100, '2026-03-05T00:00:00Z')
    await adjust(60, '2026-03-08T00:00:00Z')
    await adjust(-10, '2026-03-07T00:00:00Z', 422)
    await adjust(-10, '2026-03-08T00:00:00Z')
    const seen = []
    for (const day of ['04', '06', '09']) seen.push(await balanceAt(bill, `2026-03-${day}T00:00:00Z`))
    expect(seen).toEqual([0, 900, 950])
  })

  test('of a customer or an account, any adjustment may count from any time that was', async () => {
    const account = {
      customer: { external_reference: reference('customer') },
      external_reference: reference('account'),
    }
    const { id } = await call('POST', '/billing/accounts', { ...account, currency: 'ZAR', balance: 100 })
    const at = '2020-01-01T00:00:00.000Z'
    const adjusted = await call('POST', `/billing/accounts/${id}/adjustments`, {
      amount: -100,
      reason: 'x',
      effective_at: at,
    })
    expect(adjusted.effective_at).toBe(at)
    expect((await get(`/billing/accounts/${id}/balance?effective_at=2021-01-01T00:00:00Z`)).balance).toBe(-100)
  })

  test('a clock that is behind makes no bill negative', async () => {
    const bill = await raise()
    const payment = await pay({ bill: bill.id }, 1_000)
    clock.advance(500)
    await call('POST', `/billing/payments/${payment.id}/reversals`, { reason: 'bounced' })
    clock.advance(-400)
    await call('PATCH', `/billing/bills/${bill.id}`, { amount_paid: 100 })
    await call('POST', `/billing/bills/${bill.id}/adjustments`, { amount: -100, reason: 'x' })
    const again = await pay({ bill: bill.id }, 300)
    await call('POST', `/billing/obligations/${again.obligations[0].id}/reversals`, { reason: 'x', amount: 100 })
    const applied = { payment: again.id, bill: bill.id, amount: 100 }
    await call('POST', '/billing/obligations', applied)
    const times = (await entriesOf(bill)).slice(2).map(({ effective_at }: { effective_at: string }) => effective_at)
    expect(new Set(times)).toEqual(new Set(['2026-03-10T10:00:00.500Z', '2026-03-10T10:00:00.100Z']))
  })
})

describe('a statement of a day holds what happened on that local day', () => {
  test.each([
    ['Atlantic/Azores', '2025-10-26T00:30:00.000Z', '2025-10-26'],
    ['Atlantic/Azores', '2025-10-26T01:30:00.000Z', '2025-10-26'],
    ['America/Havana', '2025-11-02T04:30:00.000Z', '2025-11-02'],
    ['Asia/Amman', '2021-10-28T21:30:00.000Z', '2021-10-29'],
    ['America/Asuncion', '2023-10-01T04:00:00.000Z', '2023-10-01'],
    ['Europe/London', '2025-10-26T00:30:00.000Z', '2025-10-26'],
  ])('%s, %s: %s', async (time_zone, at, day) => {
    await call('PATCH', '/settings', { time_zone })
    const owner = { external_reference: reference('customer'), currency: 'ZAR', balance: 0 }
    const { id } = await call('POST', '/billing/customers', { ...owner, payment_rules: { overpayment_allowed: true } })
    await pay({ customer: id }, 1, at)
    const on = (from: string) => get(`/billing/customers/${id}/statement?from=${from}&to=${from}`)
    const away = (days: number) => new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10)
    expect((await on(day)).movements).toMatchObject([{ effective_at: at }])
    for (const days of [-1, 1]) expect((await on(away(days))).movements).toEqual([])
    await call('PATCH', '/settings', { time_zone: 'UTC' })
  })

  test('also of the first and the last day that there are', async () => {
    const owner = { external_reference: reference('customer'), currency: 'ZAR', balance: 7 }
    const { id } = await call('POST', '/billing/customers', owner)
    for (const time_zone of ['Pacific/Kiritimati', 'America/New_York', 'UTC']) {
      await call('PATCH', '/settings', { time_zone })
      const whole = await get(`/billing/customers/${id}/statement?from=0001-01-01&to=9999-12-31`)
      expect([whole.opening_balance, whole.closing_balance]).toEqual([0, 7])
    }
  })
})

describe('instants are taken in every form of RFC 3339', () => {
  test.each([
    ['2026-03-01t08:00:00z', '2026-03-01T08:00:00.000Z'],
    ['2026-03-01 08:00:00.123456789+01:30', '2026-03-01T06:30:00.123Z'],
    ['2026-03-01T08:00:00-00:00', '2026-03-01T08:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.999Z'],
  ])('%s is %s, in a body and in a query', async (sent, shown) => {
    const customer = { external_reference: reference('customer'), currency: 'ZAR', balance: 9 }
    const { id } = await call('POST', '/billing/customers', customer)
    const payment = await pay({ customer: id }, 1, sent)
    expect(payment.received_at).toBe(shown)
    const at = await get(`/billing/customers/${id}/balance?effective_at=${encodeURIComponent(sent)}`)
    expect(at).toMatchObject({ effective_at: shown, balance: -1 })
    expect((await get(`/billing/payments?customer=${id}&created_from=${encodeURIComponent(sent)}`)).data).toHaveLength(
      1,
    )
  })

  test.each([['2026-02-30T00:00:00Z'], ['2026-03-01T08:00:00'], ['2026-03-01'], ['1899-12-31T23:59:59Z']])(
    '%s is refused with its pointer',
    async (sent) => {
      const bill = await raise()
      const refused = await pay({ bill: bill.id }, 1, sent, 400)
      expect(refused).toMatchObject({ code: 'invalid_request', errors: [{ pointer: '/received_at' }] })
    },
  )
})
