import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { totalClearing } from '../../src/ledger/settlements/clearing.ts'
import { checks } from '../../src/ledger/verify/checks.ts'
import { type CheckResult, formatResult, verifyBooks } from '../../src/ledger/verify/verify.ts'
import { lookIntoCallbacks } from '../../src/payments/callbacks/look-into.ts'
import { goodCard, payWith } from '../pages/payer.ts'
import { runTallystick } from '../support/command.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { webhookReceiver } from '../support/receiver.ts'
import { type TestServer, testServer } from '../support/server.ts'
import { makeNotice } from '../support/transfer-notice.ts'
import { expectCleanBooks } from '../support/verify.ts'
import { account, ledgerBreaks, pairBreaks, rowBreaks } from './breaks.ts'
import { bucketBreaks } from './bucket-breaks.ts'
import { captureBreaks } from './capture-breaks.ts'
import { checkoutBreaks } from './checkout-breaks.ts'
import { disputeBreaks } from './dispute-breaks.ts'
import { eventBreaks } from './event-breaks.ts'
import { noticeBreaks } from './notice-breaks.ts'
import { receiptBreaks } from './receipt-breaks.ts'
import { refundBreaks } from './refund-breaks.ts'
import { settlementBreaks } from './settlement-breaks.ts'

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
  await post('/webhooks/endpoints', { url: receiver.url, expects_posting: true })
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
  const voided = await bill('voided')
  await post(`/billing/bills/${voided.id}/adjustments`, { kind: 'write_off', amount: -100, reason: 'moved away' })
  await server.api('POST', `/billing/bills/${voided.id}/void`)
  const adjusted = await bill('adjusted')
  for (const [kind, amount] of [
    ['fee', 40],
    ['credit_note', -30],
    ['discount', -20],
    ['write_off', -200],
    ['adjustment', 10],
  ]) {
    await post(`/billing/bills/${adjusted.id}/adjustments`, { kind, amount, reason: 'x' })
  }
  await server.api('PATCH', `/billing/bills/${adjusted.id}`, { amount_paid: 100 })
  const payment = { currency: 'ZAR', channel: 'till' }
  await post('/billing/payments', { ...payment, amount: 400, reference: '1', account: account.id })
  const second = await post('/billing/payments', { ...payment, amount: 300, reference: '2', account: account.id })
  await post('/billing/payments', { ...payment, amount: 950, reference: '3', bill: paid.id })
  await post('/billing/payments', { ...payment, amount: 50, reference: 'unapplied', bill: paid.id })
  await post('/billing/accounts', { customer: 'someone', external_reference: 'without-balance' })
  const separate = { customer: { external_reference: 'no-balance-of-its-own' }, external_reference: 'B' }
  const other = await post('/billing/accounts', { ...separate, currency: 'ZAR', balance: 100 })
  await post('/billing/payments', { ...payment, amount: 60, reference: '4', account: other.id })
  await post('/billing/customers', { external_reference: 'holds-unapplied' })
  await post('/billing/payments', { ...payment, amount: 5, reference: '5', customer: 'holds-unapplied' })
  await post('/billing/accounts', { customer: { external_reference: 'owner-of-nothing' }, external_reference: 'idle' })
  await post(`/billing/payments/${second.id}/reversals`, { amount: 200, reason: 'bounced' })
  await post('/billing/customers', { external_reference: 'presents-again', currency: 'ZAR', balance: 70 })
  const returned = { ...payment, amount: 40, reference: 'returned', customer: 'presents-again' }
  const first = await post('/billing/payments', returned)
  await post(`/billing/payments/${first.id}/reversals`, { reason: 'debit returned' })
  await post('/billing/payments', { ...returned, replaces: first.id })
  const asked = { amount: 25, currency: 'ZAR' }
  const request = await post('/collect/payment_requests', { ...asked, external_reference: 'asked' })
  await payWith(request.link.url, goodCard.card_number)
  const payer = await post('/billing/customers', { external_reference: 'pays-at-page', currency: 'ZAR', balance: 30 })
  await payWith(payer.presentment_url, goodCard.card_number)
  const leaver = await post('/billing/customers', { external_reference: 'leaves', currency: 'ZAR', balance: 40 })
  await payWith(leaver.presentment_url, goodCard.card_number)
  await server.api('POST', '/billing/customers/leaves/pseudonymise')
  const session = await post('/collect/payment_sessions', asked)
  await payWith(session.session_url, goodCard.card_number)
  await post('/collect/payment_sessions', { ...asked, customer: 'someone' })
  await makeRefunds(post)
  await makeCaptures(post)
  await makeNotices(server, post)
  const withdrawn = await bill('reissued')
  await server.api('POST', `/billing/bills/${withdrawn.id}/void`)
  const again = { external_reference: 'reissued', account: account.id, currency: 'ZAR', amount_due: 650 }
  await post('/billing/bills', { ...again, reissue_of: withdrawn.id })
  await makeDisputes(post, async () => {
    clock.advance(2_000)
    await lookIntoCallbacks(server.app)
  })
  await makeSettlement(post)
  await totalClearing(database.pool, new Date(clock.now().getTime() + 86_400_000))
  await server.api('PATCH', `/billing/accounts/${account.id}`, { balance: 800 })
  await server.api('POST', `/billing/bills/${paid.id}/archive`)
  await server.api('POST', '/billing/accounts/without-balance/archive')
  await eventually(async () => {
    const { rows } = await database.pool.query(
      "select event_id from webhook_delivery where status = 'pending' union all select event_id from unsequenced_event",
    )
    return rows.length === 0
  }, 'everything is delivered and has its position')
  await server.stop()
  await receiver.close()
}

/** Transfer notices: one that is shown, and one that a line of the bank has settled. */
async function makeNotices(
  server: TestServer,
  post: (path: string, body: unknown) => Promise<{ id: string }>,
): Promise<void> {
  const owed = { customer: { external_reference: 'transfers' }, external_reference: 'T', currency: 'ZAR', balance: 30 }
  const { id } = await post('/billing/accounts', owed)
  await makeNotice(server, id, 10n)
  const { code } = await makeNotice(server, id, 20n)
  await post('/billing/payments', { amount: 20, currency: 'ZAR', channel: 'bank', reference: code })
}

/** Refunds in every state: by hand, and through the processor sent, on its way, and refused. */
async function makeRefunds(post: (path: string, body: unknown) => Promise<{ id: string }>): Promise<void> {
  const customer = 'is-refunded'
  await post('/billing/customers', { external_reference: customer, currency: 'ZAR', balance: 90 })
  const payment = { amount: 100, currency: 'ZAR', channel: 'till', reference: 'refunded', customer }
  const { id } = await post('/billing/payments', payment)
  const sent = { amount: 30, channel: 'till', reference: 'sent-back', reason: 'Paid twice' }
  await post(`/billing/payments/${id}/refunds`, sent)
  for (const refunds of ['succeeded', 'refused', 'pending_succeeded']) {
    const paid = await post('/test/payments', { customer, amount: 5, outcome: 'succeeded', refunds })
    await post(`/collect/payments/${paid.id}/refunds`, { reason: 'Cancelled' })
  }
}

/** A settlement of what was paid so far, and of a charge of the simulator that is not ours. */
async function makeSettlement(post: (path: string, body: unknown) => Promise<{ data: object[] }>): Promise<void> {
  await database.owner.query(
    `insert into simulator_charge (id, bucket, environment_id, amount, currency, merchant_name, status, settles_at, return_url, created_at)
     select overlay(id::text placing translate(substr(id::text, 20, 1), '0123456789abcdef', '123456789abcdef0') from 20 for 1)::uuid, bucket, environment_id, 1000,
       currency, 'Somebody else', status, settles_at, return_url, created_at
     from simulator_charge where status = 'succeeded' limit 1`,
  )
  expect(await post('/test/settlements', undefined)).toMatchObject({ data: [{ status: 'paid' }] })
}

/** Disputes in every state, and a loss: of a payment of which less was left than its processor took. */
async function makeDisputes(
  post: (path: string, body: unknown) => Promise<{ id: string }>,
  later: () => Promise<void>,
): Promise<void> {
  const customer = 'disputes'
  await post('/billing/customers', { external_reference: customer, currency: 'ZAR', balance: 90 })
  const pay = (becomes: string) => post('/test/payments', { customer, amount: 5, outcome: 'succeeded', later: becomes })
  for (const becomes of ['dispute_lost', 'dispute_won', 'dispute_warning']) await pay(becomes)
  const { id } = await pay('late_failure')
  await post(`/collect/payments/${id}/refunds`, { amount: 3, reason: 'Cancelled' })
  for (let time = 0; time < 3; time++) await later()
  await pay('dispute_lost')
  await later()
}

/** Authorisations in every state: captured in part, with the rest let go of, still held, and asked for without an answer. */
async function makeCaptures(post: (path: string, body: unknown) => Promise<{ id: string }>): Promise<void> {
  const customer = 'is-captured'
  await post('/billing/customers', { external_reference: customer, currency: 'ZAR', balance: 40 })
  const options = { payment_method_options: { card: { capture_method: 'manual' } } }
  const authorise = async (more: object, captures = 'succeeded') => {
    const session = await post('/collect/payment_sessions', { amount: 20, currency: 'ZAR', ...more, options })
    return post('/test/payments', { payment_session: session.id, outcome: 'succeeded', captures })
  }
  const ended = await authorise({ customer })
  await post(`/collect/payments/${ended.id}/captures`, { amount: 12 })
  await post(`/collect/payments/${ended.id}/voids`, {})
  await post(`/collect/payments/${(await authorise({})).id}/captures`, { amount: 7 })
}

beforeAll(async () => {
  database = await testDatabase()
  await makeBooks()
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
    // Nothing is pending, so nothing can be skipped.
    expect(idle).toEqual(['I12'])
    expect(results.map(({ invariant }) => invariant)).toEqual(
      'I2 I3 I4 I5 I5 I5 I5 I5 I5 I5 I5 I5 I5 I5 I6 I6 I6 I7 I7 I10 I11 I12 I14 I14 I14 I14 I14 I14 I14 I14 I14'.split(
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
           or exists (select from ledger_transaction where source_id = e.id or id = e.id) as named
         from event as e
       ) as told
       group by type order by type`,
    )
    // An object that is created or changed may have a balance that moves with it, or none.
    expect(rows).toEqual([
      { type: 'account.archived', named: false },
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
    disputeBreaks,
    captureBreaks,
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
    expect(lines).toHaveLength(33)
    // Which database it was, and never how one gets into it.
    expect(lines[0]).toMatch(`Looking at the database ${database.name} on `)
    expect(stdout).not.toContain(inject('postgres').password)
    expect(lines[1]).toMatch(/^I2 {2}holds: Every ledger transaction .+ \(\d+ examined, \d+ ms\)$/)
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
