import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settableClock } from '../../src/core/clock.ts'
import { firstIdAt, newId } from '../../src/core/id/id.ts'
import { verifyJobs } from '../../src/jobs/verify-books.ts'
import { stepWholeRun } from '../../src/ledger/verify/background.ts'
import { verifyIncrementally } from '../../src/ledger/verify/incremental.ts'
import { sealKey } from '../../src/ledger/verify/seals/chain.ts'
import { formatResult, verifyBooks } from '../../src/ledger/verify/verify.ts'
import { eventually } from '../support/eventually.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { type TestServer, testServer } from '../support/server.ts'

type Clock = ReturnType<typeof settableClock>
const minuteMs = 60_000
const logged: string[] = []
let server: TestServer<Clock>
let key: Buffer
let accounts: { id: string; customer: string }[]

beforeAll(async () => {
  const log = {
    debug() {},
    info() {},
    warn() {},
    error: (facts: object, message: string) => void logged.push(`${JSON.stringify(facts)} ${message}`),
  }
  server = await testServer({ clock: settableClock(new Date()), log })
  key = sealKey(server.app.vault)
  accounts = await Promise.all(
    [1, 2, 3, 4].map(async (number) => {
      const customer = { external_reference: `customer-${number}`, name: 'Thandi Nkosi' }
      const body = { customer, external_reference: `account-${number}`, currency: 'ZAR', balance: 5_000 }
      const made = (await server.api('POST', '/billing/accounts', body)).body
      return { id: made.id, customer: made.customer_id }
    }),
  )
})
afterAll(() => server.stop())

let payments = 0
async function pay(account = 0, amount = 100): Promise<void> {
  payments += 1
  const payment = {
    amount,
    currency: 'ZAR',
    channel: 'till',
    reference: `I${payments}`,
    account: accounts[account]?.id,
  }
  const { status } = await server.api('POST', '/billing/payments', payment)
  expect(status).toBe(201)
}

/** An incremental run that none beside it kept from running, with the lines of what is broken. */
async function run() {
  const { pool } = server.database
  const done = await verifyIncrementally({ pool, now: server.clock.now(), key })
  if (!done) throw new Error('no other run is under way')
  return {
    ...done,
    lines: done.results
      .filter(({ violations }) => violations > 0n)
      .map(formatResult)
      .join('\n'),
  }
}

/** Runs until everything is sealed that is ten minutes old. Transactions of other test files may keep it from that for a moment. */
async function sealAll() {
  const below = firstIdAt(server.clock.now().getTime() - 10 * minuteMs)
  return eventually(async () => {
    const done = await run()
    expect(done.lines).toBe('')
    return done.sealed.below >= below && done
  }, 'all that is old is sealed')
}

async function whole(): Promise<string> {
  const results = await verifyBooks(server.database.pool, key)
  return results
    .filter(({ violations }) => violations > 0n)
    .map(formatResult)
    .join('\n')
}

const change = (statement: string) => server.database.owner.query(statement)
const balanceOf = (account: number, by: number) =>
  change(`update receivable set balance = balance + ${by} where external_reference = 'account-${account + 1}'`)

describe('an incremental run', () => {
  test('checks everything first, and from then on what is behind the last seal', async () => {
    expect((await run()).since).toBeUndefined()
    server.clock.advance(30 * minuteMs)
    await sealAll()
    await pay(0)
    const { since, sealed, results } = await run()
    expect(since).toEqual(sealed)
    expect(results.find(({ invariant }) => invariant === 'I2')?.examined).toBe(1n)
    expect(await whole()).toBe('')
  })

  test('finds what is new and wrong, seals nothing then, and seals it when it is mended', async () => {
    await server.database.owner.query('grant update on ledger_entry to tallystick_owner')
    const last = '(select id from ledger_entry where receivable_id is not null order by id desc limit 1)'
    await change(`update ledger_entry set amount = amount + 1 where id = ${last}`)
    server.clock.advance(30 * minuteMs)
    const before = await run()
    const after = await run()
    await change(`update ledger_entry set amount = amount - 1 where id = ${last}`)
    expect(before.lines).toMatch(/^I4 {2}BROKEN 1 times: /m)
    expect(before.lines).toMatch(/^I2 {2}BROKEN 1 times: /m)
    expect(after.sealed).toEqual(before.since)
    const { rows } = await server.database.pool.query('select incremental_violations from verify_place')
    expect(rows[0]?.incremental_violations).toBeGreaterThan(1n)
    expect((await sealAll()).sealed.number).toBeGreaterThan(after.sealed.number)
  })

  test('finds a balance that was changed if it moved; one that rests is for the whole run', async () => {
    await pay(1)
    await balanceOf(1, 1)
    const moved = (await run()).lines
    await balanceOf(1, -1)
    await balanceOf(2, 1)
    const resting = (await run()).lines
    const found = await whole()
    await balanceOf(2, -1)
    expect(moved).toMatch(
      /^I3 {2}BROKEN 1 times: .+\n +bacc_\w{22}: balance 4901 at version 2, but its last entry left 4900/,
    )
    expect(resting).toBe('')
    expect(found).toMatch(/^I3 {2}BROKEN 1 times: /)
  })

  test('seals nothing that a transaction may still write which is under way, however long that takes', async () => {
    const { owner } = server.database
    const id = newId(7, server.clock.now().getTime())
    const writer = await owner.connect()
    await writer.query('begin')
    await writer.query(
      `insert into audit_entry (id, bucket, environment_id, actor, action, object_kind, recorded_at)
       values ($1, 7, (select min(id) from environment), 'command:test', 'updated', 'environment', $2)`,
      [id, server.clock.now()],
    )
    for (let hours = 0; hours < 4; hours++) {
      server.clock.advance(60 * minuteMs)
      await pay(3)
      const { sealed, lines } = await run()
      expect(lines).toBe('')
      expect(sealed.below <= id).toBe(true)
    }
    await writer.query('commit')
    writer.release()
    server.clock.advance(60 * minuteMs)
    await sealAll()
    expect(await whole()).toBe('')
    // It is under a seal: so it is missed when it is gone.
    await owner.query('grant delete on audit_entry to tallystick_owner')
    await owner.query('create table saved_entry as select * from audit_entry where id = $1', [id])
    await owner.query('delete from audit_entry where id = $1', [id])
    const found = await whole()
    await owner.query('insert into audit_entry select * from saved_entry')
    expect(found).toMatch(/^I10 BROKEN 1 times: .+\n +seal \d+ of .{16}: audit_entry has \d+ rows of \d+/)
  })

  test('is one at a time', async () => {
    const options = { pool: server.database.pool, now: server.clock.now(), key }
    const runs = await Promise.all([1, 2, 3].map(() => verifyIncrementally(options)))
    expect(runs.filter((one) => one !== undefined).length).toBeGreaterThanOrEqual(1)
    const { rows } = await server.database.pool.query('select number from ledger_seal')
    expect(new Set(rows.map(({ number }) => number)).size).toBe(rows.length)
  })

  test('beside payments, reversals and credit in any order raises no false alarm, and what it sealed stays so', async () => {
    const random = seededRandom(56)
    const pick = (of: number) => Math.floor(random() * of)
    for (let round = 0; round < 12; round++) {
      const writes = Array.from({ length: 6 }, async () => {
        const [what, account] = [pick(4), pick(accounts.length)]
        if (what < 2) return pay(account, 1 + pick(500))
        const { data } = (await server.api('GET', '/billing/payments?limit=5')).body
        const payment = data[pick(data.length)]?.id
        if (what === 2)
          return void (await server.api('POST', `/billing/payments/${payment}/reversals`, { reason: 'x' }))
        const body = { external_reference: `bill-${round}-${pick(1e9)}`, account: accounts[account]?.id }
        await server.api('POST', '/billing/bills', {
          ...body,
          currency: 'ZAR',
          amount_due: 300,
          due_date: '2027-01-31',
        })
      })
      server.clock.advance(pick(4) * minuteMs)
      const { lines } = await run()
      expect(lines).toBe('')
      await Promise.all(writes)
      server.clock.advance(pick(15) * minuteMs)
    }
    server.clock.advance(15 * minuteMs)
    const { sealed } = await sealAll()
    expect(sealed.number).toBeGreaterThan(3n)
    expect(await whole()).toBe('')
  })
})

describe('the whole run in the background', () => {
  const options = () => ({ pool: server.database.pool, now: server.clock.now(), key })
  const place = async () =>
    (await server.database.pool.query('select whole_at, whole_violations, next_step_at from verify_place')).rows[0]

  async function round(): Promise<number> {
    const before = (await place())?.whole_at
    for (let steps = 1; steps < 500; steps++) {
      server.clock.advance(10 * minuteMs)
      await stepWholeRun(options())
      if (String((await place())?.whole_at) !== String(before)) return steps
    }
    throw new Error('it ends')
  }

  test('goes through every check and every seal, step by step, and rests between them', async () => {
    expect(await stepWholeRun(options())).toHaveLength(1)
    // It rests for nine times as long as it took.
    expect((await place())?.next_step_at > server.clock.now()).toBe(true)
    expect(await stepWholeRun(options())).toBeUndefined()
    expect(await round()).toBeGreaterThan(30)
    expect(await place()).toMatchObject({ whole_violations: 0n })
  })

  test('finds a sealed row that was changed, and the job says so in the log without what was sent', async () => {
    await server.database.owner.query('grant update on audit_entry to tallystick_owner')
    const first = '(select id from audit_entry order by id limit 1)'
    await change(`update audit_entry set actor = actor || 'x' where id = ${first}`)
    const jobs = verifyJobs(server.app)
    const [verifyNew, verifyAll] = jobs
    const { signal } = new AbortController()
    const before = (await place())?.whole_at
    for (let steps = 0; steps < 500 && String((await place())?.whole_at) === String(before); steps++) {
      server.clock.advance(10 * minuteMs)
      await verifyAll?.run(signal)
    }
    await verifyNew?.run(signal)
    for (const job of jobs) await job.end?.()
    expect(await place()).toMatchObject({ whole_violations: 1n })
    await change(`update audit_entry set actor = left(actor, -1) where id = ${first}`)
    expect(logged).toEqual([
      '{"invariant":"I10","violations":"1"} the books are not right: run tallystick verify. Broken is: What was sealed is as it was then.',
    ])
    logged.length = 0
  })
})
