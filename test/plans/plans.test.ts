import { readFileSync } from 'node:fs'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { generateAccounts, generatePayments, vacuumTables, withoutTimeout } from '../../bench/generate/generate.ts'
import { formatId, type Id } from '../../src/core/id/id.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { type SentStatement, statementsOf } from './recorded-statements.ts'

// Large enough that a walk over a table costs the planner fifty times what an index does; the plans at 1 M rows are the same.
// PLAN_ACCOUNTS=334000 makes the long form of a million payments and 668,000 bills.
const accounts = Number(process.env.PLAN_ACCOUNTS ?? 30_000)
const months = 3
const bills = 2 * accounts
const monthMs = 30 * 86_400_000

/** The tables that grow with the business. Merchants, keys and endpoints are few and may be read as a whole. */
const large = new Set([
  'customer',
  'account',
  'bill',
  'receivable',
  'external_reference',
  'payment',
  'payment_reference',
  'application',
  'idempotency_key',
  'idempotency_answer',
  'ledger_transaction',
  'ledger_entry',
  'event',
  'event_feed',
  'webhook_delivery',
  'webhook_attempt',
])

let database: TestDatabase
let server: TestServer
/** Connected with PostgreSQL's own settings: the server's would forbid what is to be found. */
let planner: pg.Client
let shown: Record<'customer' | 'account' | 'bill' | 'payment' | 'obligation' | 'event', string>
/** Partitions without a page: to read one as a whole is to read nothing. */
let empty: Set<string>
let pages: string[]
let cursor: string
let endpoint: string
let delivery: string

beforeAll(
  async () => {
    // The bills are made by hand, without the entries that raised them.
    database = await testDatabase({ verify: false })
    server = await testServer({ database })
    endpoint = (await server.api('POST', '/webhooks/endpoints', { url: 'http://127.0.0.1:9/hook' })).body.id
    await fill()
    const { rows } = await database.owner.query<{ name: string }>(
      'select relname as name from pg_class where relispartition and pg_relation_size(oid) = 0',
    )
    empty = new Set(rows.map(({ name }) => name))
    shown = await samples()
    pages = await Promise.all((['customer', 'account', 'bill'] as const).map(pageOf))
    cursor = (await server.api('GET', '/billing/payments?limit=100')).body.next_cursor
    delivery = (await server.api('GET', `/events/${shown.event}`)).body.deliveries[0]?.id
    planner = new pg.Client({ connectionString: database.url })
    await planner.connect()
  },
  120_000 + 4 * accounts,
)
afterAll(async () => {
  await planner?.end()
  await server.stop()
  await database.drop()
})

async function fill(): Promise<void> {
  const { rows } = await database.owner.query<{ id: number }>("select id from environment where mode = 'test'")
  const environment_id = rows[0]?.id as number
  const now = new Date()
  const start = new Date(now.getTime() - months * monthMs)
  await generateAccounts(database.owner, {
    environment_id,
    from: 1,
    to: accounts,
    start: new Date(start.getTime() - monthMs),
  })
  for (let month = 0; month < months; month++) {
    const from = new Date(start.getTime() + month * monthMs)
    await generatePayments(database.owner, { environment_id, start: from, duration_ms: monthMs, now })
  }
  const text = readFileSync(new URL('./bills.sql', import.meta.url), 'utf8')
  const values = [environment_id, bills, start.getTime()]
  await withoutTimeout(database.owner, (connection) => connection.query({ text, values }))
  await vacuumTables(database.owner)
}

async function samples(): Promise<typeof shown> {
  const one = async (kind: Parameters<typeof formatId>[0], table: string) => {
    const { rows } = await database.pool.query<{ id: Id }>(`select id from ${table} order by id offset 17 limit 1`)
    return formatId(kind, rows[0]?.id as Id)
  }
  return {
    customer: await one('customer', 'customer'),
    account: await one('account', 'account'),
    bill: await one('bill', 'bill'),
    payment: await one('payment', 'payment'),
    obligation: await one('obligation', 'application'),
    event: await one('event', 'event'),
  }
}

async function pageOf(kind: 'customer' | 'account' | 'bill'): Promise<string> {
  const { body } = await server.api('GET', `/billing/${kind}s/${shown[kind]}`)
  return new URL(body.presentment_url).pathname
}

type Plan = { 'Node Type': string; 'Relation Name'?: string; Plans?: Plan[] }

/** The walks over large tables in the plans of what a request sends. */
async function walksOf(statements: SentStatement[]): Promise<string[]> {
  const found: string[] = []
  for (const { text, values } of statements) {
    // The dispatcher polls beside the requests, under settings of its own; test/webhooks/delivery-plans.test.ts holds its plans.
    if (text.includes('skip locked')) continue
    if (!/^\s*(--.*\n\s*)*(select|with|insert|update|delete)\b/i.test(text)) continue
    const { rows } = await planner.query({ text: `explain (format json) ${text}`, values })
    const plan = rows[0]['QUERY PLAN'][0].Plan as Plan
    for (const table of scanned(plan)) found.push(`${table} in ${text}`)
  }
  return found
}

function scanned(plan: Plan): string[] {
  const name = plan['Relation Name'] ?? ''
  const isLarge = large.has(name.replace(/_(\d{4}_\d{2}|default)$/, '')) && !empty.has(name)
  const here = plan['Node Type'] === 'Seq Scan' && isLarge ? [name] : []
  return [...here, ...(plan.Plans ?? []).flatMap(scanned)]
}

/** Sends a request and gives the walks that it would make. */
async function walks(method: string, path: string, body?: unknown): Promise<string[]> {
  let status = 0
  const statements = await statementsOf(async () => {
    const answer = await server.api(method, path, body)
    status = answer.status
  })
  expect(`${path} ${status}`).toBe(`${path} ${body === undefined ? 200 : status}`)
  expect(statements.length).toBeGreaterThan(0)
  return walksOf(statements)
}

describe('no request walks over a table that grows', () => {
  const lists: [string, () => string][] = [
    ['customers', () => '/billing/customers?limit=50'],
    ['customers by reference', () => '/billing/customers?external_reference=C77'],
    ['customers by time', () => `/billing/customers?created_from=2020-01-01T00:00:00Z&created_to=2030-01-01T00:00:00Z`],
    ['who changed what', () => '/audit?limit=50'],
    ['what a job changed', () => '/audit?actor=job:none&from=2020-01-01T00:00:00Z'],
    ['who changed one object', () => `/audit?object=${shown.account}`],
    ['accounts', () => '/billing/accounts?limit=50'],
    ['accounts changed since', () => `/billing/accounts?updated_from=${new Date(Date.now() - 60_000).toISOString()}`],
    ['accounts of a customer', () => `/billing/accounts?customer=${shown.customer}`],
    ['accounts by reference', () => '/billing/accounts?external_reference=A77'],
    ['accounts by currency', () => '/billing/accounts?currency=ZAR'],
    ['bills', () => '/billing/bills?limit=50'],
    ['bills of an account', () => `/billing/bills?account=${shown.account}`],
    ['bills of a customer', () => `/billing/bills?customer=${shown.customer}`],
    ['unpaid bills', () => '/billing/bills?status=unpaid'],
    ['overdue bills', () => '/billing/bills?overdue=true'],
    ['bills by due date', () => '/billing/bills?due_from=2026-03-01&due_to=2026-03-02'],
    ['bills by metadata', () => '/billing/bills?metadata[run]=17'],
    ['payments', () => '/billing/payments?limit=50'],
    ['the second page of payments', () => `/billing/payments?limit=100&cursor=${cursor}`],
    ['payments of a customer', () => `/billing/payments?customer=${shown.customer}`],
    ['payments of an account', () => `/billing/payments?account=${shown.account}`],
    [
      'payments of a customer changed since',
      () => `/billing/payments?customer=${shown.customer}&updated_from=2020-01-01T00:00:00Z`,
    ],
    ['payments by reference', () => '/billing/payments?channel=till&reference=R17-1-17'],
    ['obligations', () => '/billing/obligations?limit=50'],
    ['obligations of a payment', () => `/billing/obligations?payment=${shown.payment}`],
    ['obligations of an account', () => `/billing/obligations?account=${shown.account}`],
    ['obligations of a customer', () => `/billing/obligations?customer=${shown.customer}`],
    ['deliveries', () => '/webhooks/deliveries?limit=50'],
    ['deliveries of an endpoint that failed', () => `/webhooks/deliveries?endpoint=${endpoint}&status=exhausted`],
    ['deliveries of events of a time', () => '/webhooks/deliveries?from=2026-01-01T00:00:00Z&event_type=bill.paid'],
    ['events that are not posted', () => '/events/unposted?limit=50'],
    ['deliveries of events about an object', () => `/webhooks/deliveries?object=${shown.payment}`],
    ['the feed of events', () => '/events?limit=50'],
    ['the feed of events of a type', () => '/events?limit=50&types=payment.*'],
    ['entries of an account', () => `/billing/accounts/${shown.account}/entries`],
    ['the statement of an account', () => `/billing/accounts/${shown.account}/statement?from=2026-10-01&to=2026-11-20`],
    [
      'the balance of an account at an instant',
      () => `/billing/accounts/${shown.account}/balance?effective_at=2026-11-01T00:00:00Z`,
    ],
  ]
  test.each(lists)('list: %s', async (_name, path) => {
    expect(await walks('GET', path())).toEqual([])
  })

  const objects: [string, () => string][] = [
    ['a customer', () => `/billing/customers/${shown.customer}`],
    ['an account by its reference', () => '/billing/accounts/A77'],
    ['a bill', () => `/billing/bills/${shown.bill}`],
    ['a payment', () => `/billing/payments/${shown.payment}`],
    ['an event with its deliveries', () => `/events/${shown.event}`],
    ['a delivery with its attempts', () => `/webhooks/deliveries/${delivery}`],
    ['an obligation', () => `/billing/obligations/${shown.obligation}`],
    ['a look-up by reference', () => '/billing/lookups?reference=A77'],
    ['a look-up that finds nothing', () => '/billing/lookups?reference=nobody'],
    ['a look-up of a paycode', () => '/billing/lookups?reference=9000000000000000'],
  ]
  test.each(objects)('look-up: %s', async (_name, path) => {
    expect(await walks('GET', path())).toEqual([])
  })

  test('the pages of a customer, an account and a bill', async () => {
    for (const page of pages) expect(await walks('GET', page)).toEqual([])
  })

  test('writes: a payment by policy and one by allocation, an account, a bill', async () => {
    const payment = { amount: 100, currency: 'ZAR', channel: 'till', reference: 'P1' }
    const explicit = { ...payment, reference: 'P2', allocations: [{ account: shown.account, amount: 100 }] }
    expect(await walks('POST', '/billing/payments', { ...payment, customer: shown.customer })).toEqual([])
    expect(await walks('POST', '/billing/payments', explicit)).toEqual([])
    const account = { customer: shown.customer, external_reference: 'N1', currency: 'ZAR', balance: 5 }
    expect(await walks('POST', '/billing/accounts', account)).toEqual([])
    const bill = {
      account: shown.account,
      external_reference: 'N2',
      currency: 'ZAR',
      amount_due: 5,
      bill_date: '2026-11-01',
    }
    expect(await walks('POST', '/billing/bills', bill)).toEqual([])
  })

  test('writes: what settles, archives and reopens a bill, and what voids one', async () => {
    const owner = { external_reference: 'N3', customer: { external_reference: 'N3' }, currency: 'ZAR', balance: 0 }
    await server.api('POST', '/billing/accounts', owner)
    for (const external_reference of ['N4', 'N5']) {
      const bill = { account: 'N3', external_reference, currency: 'ZAR', amount_due: 5 }
      await server.api('POST', '/billing/bills', bill)
    }
    const path = '/billing/bills/N4'
    expect(await walks('POST', `${path}/adjustments`, { kind: 'write_off', amount: -5, reason: 'x' })).toEqual([])
    expect(await walks('POST', `${path}/archive`, {})).toEqual([])
    const nothingOwed = { amount: 1, currency: 'ZAR', channel: 'till', reference: 'P3', bill: 'N4' }
    expect(await walks('POST', '/billing/payments', nothingOwed)).toEqual([])
    const paid = { ...nothingOwed, reference: 'P4', bill: 'N5' }
    const { id } = (await server.api('POST', '/billing/payments', paid)).body
    expect(await walks('POST', `/billing/payments/${id}/reversals`, { reason: 'bounced' })).toEqual([])
    expect(await walks('POST', '/billing/bills/N5/void', {})).toEqual([])
  })
})
