import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { totalLedger } from '../../src/ledger/totals.ts'
import { eventually } from '../support/eventually.ts'
import { type Merchant, ofCurrency, type Row, reportedMerchant, sumOf } from './merchant.ts'

let merchant: Merchant
let server: Merchant['server']
beforeAll(async () => {
  merchant = await reportedMerchant()
  server = merchant.server
})
afterAll(() => server.stop())

const call: Merchant['call'] = (path, headers) => merchant.call(path, headers)
const get: Merchant['get'] = (path) => merchant.get(path)

async function everyReport(): Promise<Row> {
  return {
    trial: (await get('/reports/trial_balance')).data,
    earlier: (await get('/reports/trial_balance?as_of=2026-11-02')).data,
    known: (await get('/reports/trial_balance?as_of=2026-11-02&known_at=2026-11-03T12:00:00Z')).data,
    day: (await get('/reports/receipts?from=2026-10-01&to=2026-11-30&by=day')).data,
    channel: (await get('/reports/receipts?from=2026-10-01&to=2026-11-30&by=channel')).data,
    account: (await get('/reports/receipts?from=2026-10-01&to=2026-11-30&by=account')).data,
    ageing: (await get('/reports/ageing')).data,
  }
}

/** As an instant of another day is, so that all that was entered is totalled. */
const totalled = () => totalLedger(server.app.pool, new Date('2026-11-06T00:00:00Z'))

describe('reports', () => {
  test('are the same before and after the totals are made, by however many jobs at once, and are made once', async () => {
    const before = await everyReport()
    await Promise.all([totalled(), totalled()])
    expect(await everyReport()).toEqual(before)
    await totalled()
    expect(await everyReport()).toEqual(before)
    const { rows } = await server.database.pool.query<{ same: boolean }>(
      'select (select sum(entries) from ledger_total) = (select count(*) from ledger_entry) as same',
    )
    expect(rows).toEqual([{ same: true }])
  })

  test('the trial balance sums to zero in each currency, and names each account', async () => {
    const { as_of, known_at, time_zone, data } = await get('/reports/trial_balance')
    expect([as_of, known_at, time_zone]).toEqual(['2026-11-04', '2026-11-04T08:00:00.000Z', 'Africa/Johannesburg'])
    expect(data).toEqual([
      { account: 'adjustments', currency: 'ZAR', balance: -7 },
      { account: 'clearing:bank', currency: 'ZAR', balance: 90 },
      { account: 'clearing:simulator', currency: 'USD', balance: 20 },
      { account: 'clearing:till', currency: 'ZAR', balance: 520 },
      { account: 'discounts', currency: 'ZAR', balance: 5 },
      { account: 'opening_balances', currency: 'USD', balance: -70 },
      { account: 'opening_balances', currency: 'ZAR', balance: -1_100 },
      { account: 'receivables:account', currency: 'USD', balance: 50 },
      { account: 'receivables:account', currency: 'ZAR', balance: 1_002 },
      { account: 'receivables:bill', currency: 'ZAR', balance: 1_190 },
      { account: 'receivables:customer', currency: 'ZAR', balance: 100 },
      { account: 'sales', currency: 'ZAR', balance: -1_800 },
      { account: 'suspense', currency: 'ZAR', balance: 0 },
      { account: 'transfers', currency: 'ZAR', balance: 0 },
    ])
    for (const currency of ['USD', 'ZAR']) expect(sumOf(ofCurrency(data, currency), 'balance')).toBe(0)
  })

  test('the trial balance of a day is as it was known at an instant, for ever', async () => {
    const { earlier, known } = await everyReport()
    const balanceOf = (rows: Row[], account: string) =>
      rows.find((row) => row.account === account && row.currency === 'ZAR')?.balance
    // The adjustment of 4 November counts from 2 November, which was not known before.
    expect([balanceOf(known, 'adjustments'), balanceOf(earlier, 'adjustments')]).toEqual([undefined, -7])
    // Money of unknown payers counts where it belongs since it was received.
    expect([balanceOf(earlier, 'suspense'), balanceOf(earlier, 'clearing:bank')]).toEqual([0, 90])
    const then = '/reports/trial_balance?as_of=2026-11-02&known_at=2026-11-02T12:00:00Z'
    expect(balanceOf((await get(then)).data, 'suspense')).toBe(-90)
    for (const known_at of ['2026-11-02T08:00:00Z', '2026-11-02T07:59:59.999Z']) {
      const { data } = await get(`/reports/trial_balance?known_at=${known_at}`)
      expect([known_at, data.length > 0]).toEqual([known_at, known_at === '2026-11-02T08:00:00Z'])
      for (const currency of ['USD', 'ZAR']) expect(sumOf(ofCurrency(data, currency), 'balance')).toBe(0)
    }
  })

  test('receipts are by the local day of the money, and come to the same by channel and account', async () => {
    const { day, channel, account } = await everyReport()
    expect(day).toEqual([
      { day: '2026-10-31', currency: 'ZAR', count: 1, amount: 50 },
      { day: '2026-11-01', currency: 'ZAR', count: 1, amount: 50 },
      { day: '2026-11-02', currency: 'ZAR', count: 2, amount: 490 },
      { day: '2026-11-03', currency: 'USD', count: 1, amount: 20 },
      { day: '2026-11-03', currency: 'ZAR', count: 1, amount: 30 },
    ])
    expect(channel).toEqual([
      { channel: 'bank', currency: 'ZAR', count: 1, amount: 90 },
      { channel: 'simulator', currency: 'USD', count: 1, amount: 20 },
      { channel: 'till', currency: 'ZAR', count: 4, amount: 530 },
    ])
    const named = account.map(({ external_reference = null, currency, amount }: Row) => [
      external_reference,
      currency,
      amount,
    ])
    // The bills are on the account. What was unidentified when it arrived is of none.
    expect(named.toSorted()).toEqual([
      [null, 'ZAR', 90],
      ['a1', 'ZAR', 530],
      ['usd', 'USD', 20],
    ])
    expect((await get('/reports/receipts?from=2026-11-01&to=2026-11-01&by=account')).data).toMatchObject([
      { external_reference: 'a1', currency: 'ZAR', count: 1, amount: 50 },
    ])
  })

  test('ageing is what a statement of everything says, on any day', async () => {
    for (const day of ['2026-09-01', '2026-10-31', '2026-11-01', '2026-11-02', '2026-11-03', '2026-11-04']) {
      const { currencies } = await get(`/billing/customers/c1/statement?scope=all&from=2026-01-01&to=${day}`)
      const { data } = await get(`/reports/ageing?as_of=${day}`)
      const shown = data.map(({ customer_id: _, external_reference, currency, total, ...ageing }: Row) => {
        expect(external_reference).toBe('c1')
        return { currency, closing_balance: total, ageing }
      })
      // A currency of which nothing is owed is left out of the report.
      const owed = currencies.filter(({ ageing }: Row) => Object.values(ageing).some((amount) => amount !== 0))
      expect([day, shown]).toEqual([
        day,
        owed.map(({ currency, closing_balance, ageing }: Row) => ({ currency, closing_balance, ageing })),
      ])
    }
    expect((await get('/reports/ageing?as_of=2026-11-02')).data).toContainEqual(
      expect.objectContaining({ currency: 'ZAR', days_1_30: 600, days_31_60: 310, over_90: 0 }),
    )
  })

  test('the journal has each entry once, in the day on which it was written', async () => {
    const seen: Row[] = []
    for (const day of ['2026-11-01', '2026-11-02', '2026-11-03', '2026-11-04', '2026-11-05']) {
      const { data } = await get(`/reports/journal?from=${day}&to=${day}`)
      for (const { recorded_at } of data) expect(recorded_at.slice(0, 10)).toBe(day)
      seen.push(...data)
    }
    const { data } = await get('/reports/journal?from=2026-01-01&to=2026-11-05')
    expect(data).toEqual(seen)
    const { rows } = await server.database.pool.query<{ count: bigint }>('select count(*) from ledger_entry')
    expect([new Set(seen.map(({ entry }) => entry)).size, seen.length]).toEqual([Number(rows[0]?.count), seen.length])
    for (const [, entries] of Map.groupBy(seen, ({ transaction, currency }) => `${transaction} ${currency}`)) {
      expect(sumOf(entries, 'amount')).toBe(0)
    }
    const { data: balances } = await get('/reports/trial_balance')
    for (const { account, currency, balance } of balances) {
      expect([
        account,
        sumOf(
          ofCurrency(seen, currency).filter((row) => row.account === account),
          'amount',
        ),
      ]).toEqual([account, balance])
    }
  })

  test('the journal of a day that is not complete is refused', async () => {
    for (const day of ['2026-11-06', '2027-01-01']) {
      const { status, body } = await call(`/reports/journal?from=2026-11-01&to=${day}`)
      expect([status, body.code, body.errors[0].parameter]).toEqual([422, 'day_not_over', 'to'])
    }
  })
})

describe('a report', () => {
  test('is CSV for whoever prefers it, with a line of names, and cells that no spreadsheet calculates', async () => {
    const { headers, text } = await call('/reports/journal?from=2026-11-03&to=2026-11-03', { accept: 'text/csv' })
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
    const lines = text.split('\r\n')
    expect(lines[0]).toBe(
      'entry,transaction,kind,account,owner,currency,amount,effective_at,recorded_at,reason,label,reference,source,request_id,actor',
    )
    expect(text).toContain(`"'=HYPERLINK(""x""), bounced"`)
    expect(text).toContain(",A discount,'-5,,")
    // Amounts below zero stay numbers.
    expect(text).toMatch(/,ZAR,-90,/)
    const { data } = await get('/reports/journal?from=2026-11-03&to=2026-11-03')
    expect(lines.length).toBe(data.length + 2)
    const byDay = await call('/reports/receipts?from=2026-11-02&to=2026-11-02&by=day', {
      accept: 'text/csv, application/json;q=0.5',
    })
    expect(byDay.text).toBe('day,currency,count,amount\r\n2026-11-02,ZAR,2,490\r\n')
    const json = await call('/reports/ageing', { accept: 'application/json, text/csv;q=0.9, */*' })
    expect(json.headers.get('content-type')).toMatch(/json/)
  })

  test('has at most 366 days, in their order', async () => {
    for (const report of ['receipts?by=day&', 'journal?']) {
      const long = await call(`/reports/${report}from=2025-01-01&to=2026-01-02`)
      expect([long.status, long.body.code, long.body.errors[0].parameter]).toEqual([422, 'report_too_long', 'to'])
      expect((await call(`/reports/${report}from=2025-01-01&to=2026-01-01`)).status).toBe(200)
      const backwards = await call(`/reports/${report}from=2026-01-02&to=2026-01-01`)
      expect([backwards.status, backwards.body.code]).toEqual([400, 'invalid_request'])
    }
    const later = await call('/reports/trial_balance?known_at=2026-11-04T08:00:00.001Z')
    expect([later.status, later.body.errors[0].parameter]).toEqual([400, 'known_at'])
  })

  test('is one of two at a time; the next is told to wait, and the room is free again after each', async () => {
    const { running } = server.app.reports
    const paths = ['receipts?by=day&from=2026-11-01&to=2026-11-01', 'ageing', 'trial_balance']
    paths.push('journal?from=2026-11-01&to=2026-11-01')
    const held = Promise.withResolvers<void>()
    const both = [running.run(() => held.promise), running.run(() => held.promise)]
    for (const path of paths) {
      const { status, body, headers } = await call(`/reports/${path}`)
      expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'overloaded', '5'])
    }
    held.resolve()
    await Promise.all(both)
    for (let times = 0; times < 3; times++) for (const path of paths) await get(`/reports/${path}`)
    expect((await call('/reports/journal?from=2026-11-01&to=2027-01-01')).status).toBe(422)
    await eventually(() => running.free === 2, 'the room is free')
  })

  test('that its reader leaves gives back its room and its connection', async () => {
    const { running, pool } = server.app.reports
    const leaving = new AbortController()
    const path = `${server.url}/reports/journal?from=2026-11-01&to=2026-11-05`
    const answer = await fetch(path, { headers: { authorization: `Bearer ${server.key}` }, signal: leaving.signal })
    leaving.abort()
    await answer.text().catch(() => {})
    await eventually(() => running.free === 2 && pool.idleCount === pool.totalCount, 'both are free')
  })

  test('shows one environment only', async () => {
    const live = { authorization: `Bearer ${server.liveKey}` }
    for (const path of [
      'receipts?by=day&from=2026-01-01&to=2026-11-30',
      'receipts?by=channel&from=2026-01-01&to=2026-11-30',
      'receipts?by=account&from=2026-01-01&to=2026-11-30',
      'ageing',
      'trial_balance',
      'journal?from=2026-01-01&to=2026-11-04',
    ]) {
      expect((await call(`/reports/${path}`, live)).body.data).toEqual([])
    }
  })

  test('of sums beyond what JSON holds exactly is refused, not rounded', async () => {
    // Behind what was totalled.
    server.clock.set(new Date('2026-11-06T08:00:00Z'))
    const named = Array.from({ length: 10 }, (_, index) => `huge-${index}`)
    const huge = { customer: 'c2', currency: 'GBP', balance: 1_000_000_000_000_000 }
    for (const external_reference of named) await merchant.post('/billing/accounts', { ...huge, external_reference })
    for (const report of ['ageing', 'trial_balance']) {
      const { status, body } = await call(`/reports/${report}`)
      expect([status, body.code]).toEqual([422, 'amount_out_of_range'])
    }
    for (const name of named)
      expect((await merchant.patch(`/billing/accounts/${name}`, { balance: 0 })).status).toBe(200)
  })
})
