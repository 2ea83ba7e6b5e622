import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { CheckResult } from '../../src/ledger/verify/check.ts'
import { checks } from '../../src/ledger/verify/checks.ts'
import { formatResult, verifyBooks } from '../../src/ledger/verify/verify.ts'
import { runTallystick } from '../support/command.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { expectCleanBooks } from '../support/verify.ts'
import { makeBooks } from './books.ts'
import { account, ledgerBreaks, pairBreaks, rowBreaks } from './breaks.ts'
import { bucketBreaks } from './bucket-breaks.ts'
import { captureBreaks } from './capture-breaks.ts'
import { checkoutBreaks } from './checkout-breaks.ts'
import { creditBreaks } from './credit-breaks.ts'
import { deskBreaks } from './desk-breaks.ts'
import { disputeBreaks } from './dispute-breaks.ts'
import { eventBreaks } from './event-breaks.ts'
import { noticeBreaks } from './notice-breaks.ts'
import { receiptBreaks } from './receipt-breaks.ts'
import { refundBreaks } from './refund-breaks.ts'
import { reportBreaks } from './report-breaks.ts'
import { settlementBreaks } from './settlement-breaks.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
  await makeBooks(database)
  // What the owner took from itself, so that a test can break what nobody may.
  await database.owner.query(
    'grant update, delete on ledger_transaction, ledger_entry, event, event_feed to tallystick_owner',
  )
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
    return { invariants: [...invariants], lines: broken.map(formatResult).join('\n') }
  } finally {
    for (const table of tables) {
      await owner.query(`delete from ${table}`)
      await owner.query(`insert into ${table} select * from saved_${table}`)
      await owner.query(`drop table saved_${table}`)
    }
  }
}

describe('books that real operations made', () => {
  test('are right, and every check has examined something', async () => {
    const results = await verifyBooks(database.pool)
    expect(brokenOf(results).map(formatResult)).toEqual([])
    const idle = results.filter(({ examined }) => examined === 0n).map(({ invariant }) => invariant)
    // Nothing is sealed, and nothing is pending, so nothing can be skipped.
    expect(idle).toEqual(['I10', 'I10', 'I12'])
    expect(results.map(({ invariant }) => invariant)).toEqual(
      'I2 I3 I4 I5 I5 I5 I5 I5 I5 I5 I5 I5 I5 I5 I5 I5 I5 I5 I6 I6 I6 I7 I7 I10 I10 I10 I11 I12 I14 I14 I14 I14 I14 I14 I14 I14 I14 I14'.split(
        ' ',
      ),
    )
  })

  test('tell of each step of a balance and each reversal by an event of its id, so that a second one cannot be written', async () => {
    const { rows } = await database.pool.query<{ type: string; named: boolean | null }>(
      `select type, case when bool_and(named) then true when bool_or(named) then null else false end as named
       from (
         select e.type, exists (select from application where id = e.id)
           or exists (select from application_reversal where id = e.id)
           or exists (select from payment_reversal where id = e.id)
           or exists (select from payment_transfer where transaction_id = e.id)
           or exists (select from ledger_transaction where source_id = e.id or id = e.id) as named
         from event as e
       ) as told
       group by type order by type`,
    )
    // An object that is created or changed may have a balance that moves with it, or none.
    expect(rows).toEqual([
      { type: 'account.archived', named: false },
      { type: 'account.balance_adjusted', named: true },
      { type: 'account.created', named: null },
      { type: 'account.updated', named: true },
      { type: 'bill.archived', named: false },
      { type: 'bill.balance_adjusted', named: true },
      { type: 'bill.created', named: true },
      { type: 'bill.paid', named: false },
      { type: 'bill.updated', named: true },
      { type: 'bill.voided', named: true },
      { type: 'bill.written_off', named: true },
      { type: 'customer.created', named: null },
      { type: 'customer.pseudonymised', named: false },
      { type: 'dispute.closed', named: null },
      { type: 'dispute.created', named: false },
      { type: 'dispute.updated', named: false },
      { type: 'obligation.amount_applied', named: true },
      { type: 'obligation.amount_reversed', named: true },
      { type: 'payment.amount_unapplied', named: false },
      { type: 'payment.captured', named: true },
      { type: 'payment.refund_failed', named: true },
      { type: 'payment.refunded', named: true },
      { type: 'payment.reversed', named: true },
      { type: 'payment.succeeded', named: false },
      { type: 'payment.transferred', named: true },
      { type: 'payment.voided', named: false },
      { type: 'payment_request.created', named: false },
      { type: 'payment_request.paid', named: false },
      { type: 'payment_session.completed', named: false },
      { type: 'payment_session.created', named: false },
      { type: 'payment_session.updated', named: false },
      { type: 'settlement.created', named: true },
      { type: 'transfer_notice.settled', named: false },
    ])
    const again = database.pool.query("insert into event select * from event where type = 'obligation.amount_applied'")
    await expect(again).rejects.toMatchObject({ code: '23505' })
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

describe('one change by hand is found, and named as what it breaks', () => {
  const breaks = [
    ledgerBreaks,
    eventBreaks,
    receiptBreaks,
    noticeBreaks,
    refundBreaks,
    settlementBreaks,
    reportBreaks,
    disputeBreaks,
    captureBreaks,
    deskBreaks,
    creditBreaks,
    rowBreaks,
    pairBreaks,
    checkoutBreaks,
    bucketBreaks,
  ].flat()
  test.each(breaks)('%s: %s', async (_what, expected, tables, statement, says = '') => {
    const { invariants, lines } = await breaking(tables.split(' '), statement)
    expect(invariants, lines).toEqual(expected.split(' '))
    expect(lines).toContain(says)
  })

  test('a customer of another environment than what it owes: I14', async () => {
    const { owner, pool } = database
    const reference = 'no-balance-of-its-own'
    const { rows } = await owner.query<{ environment_id: number }>(
      'select environment_id from customer where external_reference = $1',
      [reference],
    )
    const moveTo = async (environmentId: string) => {
      await owner.query(`update customer set environment_id = ${environmentId} where external_reference = $1`, [
        reference,
      ])
      await owner.query(`update external_reference set environment_id = ${environmentId} where reference = $1`, [
        reference,
      ])
    }
    await moveTo("(select id from environment where mode = 'live' limit 1)")
    const broken = brokenOf(await verifyBooks(pool))
    await moveTo(String(rows[0]?.environment_id))
    expect(broken.map(({ invariant }) => invariant)).toEqual(['I14'])
    expect(broken[0]?.examples[0]).toMatch(/^bacc_\w{22}: its customer belongs to another environment$/)
  })

  test.each(['event', 'event_feed', 'webhook_delivery', 'webhook_attempt'])(
    'a month that nobody let go of is gone from %s: I6',
    async (table) => {
      const { owner, pool } = database
      // The coming month, in which nothing happened yet: a statement that looks at rows only would miss it.
      const { rows } = await owner.query<{ month: string; lower: string; upper: string }>(
        `select to_char(month, 'YYYY_MM') as month, id_at(month) as lower, id_at(month + interval '1 month') as upper
         from (select (date_trunc('month', now() at time zone 'UTC') + interval '1 month') at time zone 'UTC') as m (month)`,
      )
      const { month, lower, upper } = rows[0] ?? { month: '', lower: '', upper: '' }
      await owner.query(`alter table ${table} detach partition ${table}_${month}`)
      const broken = brokenOf(await verifyBooks(pool))
      await owner.query(
        `alter table ${table} attach partition ${table}_${month} for values from ('${lower}') to ('${upper}')`,
      )
      expect(broken.map(({ invariant, examples }) => [invariant, examples])).toEqual([
        ['I6', [`events, deliveries or attempts of ${month} are missing, though not recorded as dropped`]],
      ])
      expect(brokenOf(await verifyBooks(pool))).toEqual([])
    },
  )

  test.each([
    ['account', 'A', /^bacc_\w{22}: 800, of an archived account$/],
    ['customer', 'someone', /^\w+: -?\d+, of an archived customer$/],
    ['customer', 'holds-unapplied', /^pay_\w{22}: 5, of an archived customer$/],
    ['customer', 'owner-of-nothing', /^bacc_\w{22}: an account that is not archived, of an archived customer$/],
  ])('the %s %s in the archive: I14', async (kind, reference, example) => {
    const archive = (at: string) =>
      database.owner.query(`update ${kind} set archived_at = ${at} where external_reference = $1`, [reference])
    await archive('now()')
    const broken = brokenOf(await verifyBooks(database.pool))
    await archive('null')
    expect(broken.map(({ invariant }) => invariant)).toEqual(['I14'])
    expect(broken[0]?.examples).toContainEqual(expect.stringMatching(example))
  })

  test.each([
    'update on audit_entry',
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
  const settings = () => ({ DATABASE_URL: database.url })

  test('prints a line and a count for each invariant, and exits with 0', async () => {
    const { code, stdout, stderr } = await runTallystick(['verify'], settings())
    expect([code, stderr]).toEqual([0, ''])
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(41)
    // Which database it was, and never how one gets into it.
    expect(lines[0]).toMatch(`Looking at the database ${database.name} on `)
    expect(stdout).not.toContain(inject('postgres').password)
    expect(lines[1]).toBe('Who made the seals is not checked: the encryption key is not here.')
    expect(lines[2]).toMatch(/^I2 {2}holds: Every ledger transaction .+ \(\d+ examined, \d+ ms\)$/)
    expect(lines.at(-1)).toBe('The books are right.')
  })

  test('goes by what is new with --incremental, and seals nothing without the encryption key', async () => {
    const { code, stdout, stderr } = await runTallystick(['verify', '--incremental'], settings())
    expect([code, stderr]).toEqual([0, ''])
    const lines = stdout.trimEnd().split('\n')
    expect(lines[1]).toBe('Everything was checked. Nothing is sealed yet.')
    expect(lines[2]).toBe('Nothing was sealed: the encryption key is not here.')
    expect(lines.at(-1)).toBe('The books are right.')
    expect((await database.pool.query('select from ledger_seal')).rowCount).toBe(0)
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
    const page = /^What each invariant means: (\S+)$/m.exec(stdout.trimEnd())?.[1] ?? ''
    expect(existsSync(join(import.meta.dirname, '../..', page))).toBe(true)
  })
})

test('every table with an id and a bucket is among those whose buckets are checked, or is matched with one by its bucket', async () => {
  const { rows } = await database.owner.query<{ name: string }>(`
    select t.relname as name from pg_class as t
    where t.relnamespace = 'public'::regnamespace and t.relkind in ('r', 'p') and not t.relispartition
      and (select count(*) from pg_attribute as a where a.attrelid = t.oid
        and (a.attname = 'bucket' or a.attname in ('id', 'event_id') and a.atttypid = 'uuid'::regtype)) = 2`)
  const text = checks.find(({ sentence }) => sentence.includes('bucket'))?.text
  expect(rows.length).toBeGreaterThan(10)
  // Their checks match them by their buckets with what is among them.
  const matched = ['receivable', 'event_feed', 'unsequenced_event', 'webhook_delivery', 'webhook_attempt']
  for (const { name } of rows) if (!matched.includes(name)) expect(text).toContain(` from ${name}\n`)
})
