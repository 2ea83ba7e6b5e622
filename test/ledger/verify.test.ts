import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { checks } from '../../src/ledger/verify/checks.ts'
import { type CheckResult, showResult, verifyBooks } from '../../src/ledger/verify/verify.ts'
import { runTallystick } from '../support/command.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { webhookReceiver } from '../support/receiver.ts'
import { testServer } from '../support/server.ts'
import { expectCleanBooks } from '../support/verify.ts'

let database: TestDatabase

/** Books made by real operations: every kind of debt, payment, correction and delivery that there is. */
async function makeBooks(): Promise<void> {
  const clock = settableClock(new Date())
  const receiver = await webhookReceiver()
  const server = await testServer({ clock, database })
  const post = async (path: string, body: unknown) => {
    const answer = await server.api('POST', path, body)
    expect([answer.status, answer.text]).toEqual([201, expect.anything()])
    return answer.body
  }
  await post('/webhooks/endpoints', { url: receiver.url })
  clock.advance(120_000)
  const customer = { external_reference: 'someone', name: 'Someone', currency: 'ZAR', balance: 500 }
  const account = await post('/billing/accounts', { customer, external_reference: 'A', currency: 'ZAR', balance: 900 })
  const bill = (reference: string) =>
    post('/billing/bills', {
      account: account.id,
      external_reference: reference,
      currency: 'ZAR',
      amount_due: 700,
      bill_date: '2026-01-01',
    })
  const paid = await bill('paid')
  await bill('unpaid')
  await server.api('POST', `/billing/bills/${(await bill('voided')).id}/void`)
  const payment = { currency: 'ZAR', channel: 'till' }
  await post('/billing/payments', { ...payment, amount: 400, reference: '1', account: account.id })
  const second = await post('/billing/payments', { ...payment, amount: 300, reference: '2', account: account.id })
  await post('/billing/payments', { ...payment, amount: 950, reference: '3', bill: paid.id })
  await post('/billing/payments', { ...payment, amount: 50, reference: 'unapplied', bill: paid.id })
  await post('/billing/accounts', { customer: 'someone', external_reference: 'without-balance' })
  await post(`/billing/payments/${second.id}/reversals`, { amount: 200, reason: 'bounced' })
  await server.api('PATCH', `/billing/accounts/${account.id}`, { balance: 800 })
  await eventually(async () => {
    const { rows } = await database.pool.query("select 1 from webhook_delivery where status = 'pending'")
    return rows.length === 0
  }, 'everything is delivered')
  await server.stop()
  await receiver.close()
}

beforeAll(async () => {
  database = await testDatabase()
  await makeBooks()
  // What the owner took from itself, so that a test can break what nobody may.
  await database.owner.query('grant update, delete on ledger_transaction, ledger_entry, event to tallystick_owner')
})
afterAll(() => database.drop())

const brokenOf = (results: CheckResult[]) => results.filter(({ violations }) => violations > 0n)

/** Breaks the books by one statement, gives what verify says of it, and mends the tables that were changed. */
async function breaking(tables: string[], statement: string): Promise<{ invariants: string[]; lines: string }> {
  const { owner, pool } = database
  for (const table of tables) await owner.query(`create table saved_${table} as select * from ${table}`)
  try {
    const { rowCount } = await owner.query(statement)
    expect(rowCount).toBeGreaterThan(0)
    const broken = brokenOf(await verifyBooks(pool))
    const invariants = new Set(broken.map(({ invariant }) => invariant))
    return { invariants: [...invariants], lines: broken.map(showResult).join('\n') }
  } finally {
    for (const table of tables) {
      await owner.query(`delete from ${table}`)
      await owner.query(`insert into ${table} select * from saved_${table}`)
      await owner.query(`drop table saved_${table}`)
    }
  }
}

describe('books that real operations made', () => {
  test('are right, and every check has looked at something', async () => {
    const results = await verifyBooks(database.pool)
    expect(brokenOf(results).map(showResult)).toEqual([])
    const idle = results.filter(({ examined }) => examined === 0n).map(({ invariant }) => invariant)
    // Nothing is pending, so nothing can be passed over.
    expect(idle).toEqual(['I12'])
    expect(results.map(({ invariant }) => invariant)).toEqual(
      'I2 I3 I4 I5 I5 I5 I5 I6 I7 I7 I10 I11 I12 I14 I14 I14'.split(' '),
    )
  })

  test('are read in one snapshot, beside a transaction that changes them', async () => {
    const writer = await database.owner.connect()
    await writer.query('begin')
    await writer.query('update receivable set balance = balance + 1 where id = (select id from receivable limit 1)')
    expect(brokenOf(await verifyBooks(database.pool))).toEqual([])
    await writer.query('rollback')
    writer.release()
  })
})

const first = (table: string, where = 'true') => `(select id from ${table} where ${where} order by id limit 1)`
const account = first('receivable', "kind = 'account'")
const delivery = '(select event_id from webhook_delivery order by event_id limit 1)'

type Break = [what: string, invariants: string, tables: string, statement: string]

const ledgerBreaks: Break[] = [
  [
    'an entry of another amount',
    'I2',
    'ledger_entry',
    "update ledger_entry set amount = amount + 1 where house_account = 'sales'",
  ],
  [
    'entries without their transaction',
    'I2',
    'ledger_transaction',
    `delete from ledger_transaction where source_id = ${first('payment', "reference = 'unapplied'")}`,
  ],
  [
    'a version that is off by one',
    'I3',
    'receivable',
    `update receivable set version = version - 1 where id = ${account}`,
  ],
  [
    // It contradicts the entries, and what was entered by hand less what was applied.
    'a balance that is off by one',
    'I3 I5',
    'receivable',
    `update receivable set balance = balance + 1 where id = ${account}`,
  ],
  [
    'a balance_after that does not follow',
    'I4',
    'ledger_entry',
    `update ledger_entry set balance_after = balance_after + 1 where receivable_id = ${account} and version = 2`,
  ],
  [
    'a gap in the versions',
    'I4',
    'ledger_entry',
    `update ledger_entry set version = version + 1 where receivable_id = ${account} and version > 2`,
  ],
  [
    'a version that is there twice',
    'I4',
    'ledger_entry',
    `update ledger_entry set version = 2 where receivable_id = ${account} and version = 3`,
  ],
  ['a bill that is due for more', 'I5', 'bill', 'update bill set amount_due = amount_due + 1'],
  [
    'an application that payments and balances do not know',
    'I5',
    'application',
    `update application set amount = amount + 1 where id = ${first('application', 'reversed_amount = 0')}`,
  ],
  [
    'an application of another payment',
    'I5',
    'application',
    `update application set payment_id = ${first('payment', "reference = 'unapplied'")}
      where payment_id = ${first('payment', "reference = '1'")}`,
  ],
  [
    'a payment that says it applied less',
    'I5',
    'payment',
    `update payment set applied_amount = applied_amount - 1, unapplied_amount = unapplied_amount + 1
      where reference = '1'`,
  ],
  ['a reversal of another amount', 'I5', 'payment_reversal', 'update payment_reversal set amount = amount + 1'],
  [
    'money in another clearing account',
    'I5',
    'ledger_entry',
    "update ledger_entry set house_account = 'clearing:bank' where house_account = 'clearing:till'",
  ],
]

const eventBreaks: Break[] = [
  [
    'an application without its event',
    'I6',
    'event',
    `update event set type = 'bill.updated' where id = ${first('event', "type = 'obligation.amount_applied'")}`,
  ],
  [
    'two events of one application',
    'I6',
    'event',
    `update event set subject_id = ${first('application')} where type = 'obligation.amount_applied'`,
  ],
  [
    'a reversal without its event',
    'I6',
    'event',
    "update event set type = 'bill.updated' where type = 'obligation.amount_reversed'",
  ],
  [
    'an event that was not delivered to an endpoint',
    'I7',
    'webhook_delivery webhook_attempt',
    `with attempts as (delete from webhook_attempt where event_id = ${delivery})
     delete from webhook_delivery where event_id = ${delivery}`,
  ],
  [
    'a delivery that no attempt delivered',
    'I7',
    'webhook_attempt',
    `update webhook_attempt set status_code = 500 where event_id = ${delivery}`,
  ],
  [
    'an attempt that was not counted',
    'I7',
    'webhook_attempt',
    `update webhook_attempt set number = 2 where event_id = ${delivery}`,
  ],
  [
    'a delivery that was passed over',
    'I12',
    'webhook_delivery',
    `update webhook_delivery set status = 'pending', settled_at = null, next_attempt_at = now() - interval '3 hours'
      where event_id = ${delivery}`,
  ],
  [
    'a delivery that was settled at no time',
    'I14',
    'webhook_delivery',
    `update webhook_delivery set settled_at = null where event_id = ${delivery}`,
  ],
]

const rowBreaks: Break[] = [
  [
    'a receivable in another currency than its entries',
    'I11',
    'receivable',
    "update receivable set currency = 'EUR' where status = 'voided'",
  ],
  [
    'a currency that there is not',
    'I11',
    'receivable',
    `insert into receivable (id, bucket, environment_id, kind, customer_id, account_id, currency, balance, version)
      select id, bucket, environment_id, 'account', customer_id, id, 'ZZZ', 0, 0 from account
      where external_reference = 'without-balance'`,
  ],
  ['a payment that arrived at no time', 'I14', 'payment', 'update payment set received_at = null'],
  [
    'an object whose reference is not kept',
    'I14',
    'external_reference',
    "delete from external_reference where kind = 'bill' and reference = 'paid'",
  ],
  [
    'a payment reference of another payment',
    'I14',
    'payment_reference',
    "update payment_reference set payment_id = gen_random_uuid() where reference = '1'",
  ],
  [
    'an application of a transaction that does not exist',
    'I14',
    'application',
    'update application set transaction_id = gen_random_uuid()',
  ],
  [
    'a receivable of nothing',
    'I14',
    'receivable',
    `insert into receivable (id, bucket, environment_id, kind, customer_id, currency, balance, version)
      select id, bucket, environment_id, 'customer', customer_id, currency, 0, 0 from payment limit 1`,
  ],
  [
    'a bucket that is not the one of its id',
    'I14',
    'event',
    `insert into event (id, bucket, environment_id, type, subject_id, body, created_at)
      select id, (bucket + 1) % 65536, environment_id, 'bill.updated', id, '{}', '2026-01-01' from payment`,
  ],
  [
    'a key that was claimed for no answer',
    'I14',
    'idempotency_key',
    `insert into idempotency_key (environment_id, key, fingerprint, answer_id, bucket)
      select id, 'claimed', '', id_at(now()), 0 from environment`,
  ],
]

describe('one change by hand is found, and named as what it breaks', () => {
  test.each([...ledgerBreaks, ...eventBreaks, ...rowBreaks])('%s: %s', async (_what, expected, tables, statement) => {
    const { invariants, lines } = await breaking(tables.split(' '), statement)
    expect(invariants, lines).toEqual(expected.split(' '))
  })

  test.each([
    'update on ledger_entry',
    'delete on event',
    'truncate on ledger_transaction',
    'update (amount) on ledger_entry',
    'delete on ledger_entry_default',
  ])('the right to %s: I10', async (right) => {
    await database.owner.query(`grant ${right} to tallystick_server`)
    const broken = brokenOf(await verifyBooks(database.pool))
    await database.owner.query(`revoke ${right} from tallystick_server`)
    expect(broken.map(({ invariant }) => invariant)).toEqual(['I10'])
    expect(broken[0]?.examples[0]).toContain('role tallystick_server may change')
  })
})

describe('tallystick verify', () => {
  const settings = () => ({ DATABASE_URL: database.url, TALLYSTICK_ENCRYPTION_KEY: 'x'.repeat(32) })

  test('prints a line and a count for each invariant, and exits with 0', async () => {
    const { code, stdout, stderr } = await runTallystick(['verify'], settings())
    expect([code, stderr]).toEqual([0, ''])
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(17)
    expect(lines[0]).toMatch(/^I2 {2}holds: Every ledger transaction .+ \(\d+ looked at, \d+ ms\)$/)
    expect(lines.at(-1)).toBe('The books are right.')
  })

  test('names what is broken by the ids of the API, and exits with 1', async () => {
    const change = (by: number) =>
      database.owner.query(`update receivable set balance = balance + ${by} where id = ${account}`)
    await change(1)
    const { code, stdout } = await runTallystick(['verify'], settings())
    await expect(expectCleanBooks(database)).rejects.toThrow(/not right\.\nI3 {2}BROKEN 1 times/)
    await change(-1)
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /^I3 {2}BROKEN 1 times: .+\n {6}bacc_\w{22}: balance 801 at version 5, but 5 entries sum to 800$/m,
    )
    expect(stdout).toContain('The books are NOT right')
  })
})

test('every table with an id and a bucket is among those whose buckets are checked', async () => {
  const { rows } = await database.owner.query<{ name: string }>(`
    select t.relname as name from pg_class as t
    where t.relnamespace = 'public'::regnamespace and t.relkind in ('r', 'p') and not t.relispartition
      and (select count(*) from pg_attribute as a where a.attrelid = t.oid
        and (a.attname = 'bucket' or a.attname in ('id', 'event_id') and a.atttypid = 'uuid'::regtype)) = 2`)
  const text = checks.find(({ sentence }) => sentence.includes('bucket'))?.text
  expect(rows.length).toBeGreaterThan(10)
  for (const { name } of rows) expect(text).toContain(` from ${name}\n`)
})
