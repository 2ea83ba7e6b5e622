import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { firstIdAt } from '../../src/core/id/id.ts'
import { verifyIncrementally } from '../../src/ledger/verify/incremental.ts'
import { digestSealed } from '../../src/ledger/verify/seals/sealed-tables.ts'
import { formatResult, verifyBooks } from '../../src/ledger/verify/verify.ts'
import { type TestDatabase, testDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { checkMoved } from '../support/verify.ts'
import { makeBooks } from './books.ts'
import { type Break, ledgerBreaks, pairBreaks } from './breaks.ts'

const key = randomBytes(16)
const sealed = [
  'ledger_transaction',
  'ledger_entry',
  'application',
  'application_reversal',
  'payment_reversal',
  'event',
  'event_feed',
  'audit_entry',
  'ledger_seal',
  'ledger_seal_part',
]
const hourMs = 3_600_000
let database: TestDatabase

/** Seals what there is until an instant. Transactions of other test files keep it for a moment from being sealed. */
async function sealUntil(at: Date): Promise<void> {
  await eventually(async () => {
    const run = await verifyIncrementally({ pool: database.pool, now: new Date(at.getTime() + 600_000), key })
    return run && run.sealed.below >= firstIdAt(at.getTime())
  }, `sealed until ${at.toISOString()}`)
}

beforeAll(async () => {
  database = await testDatabase()
  await makeBooks(database)
  // What the owner took from itself, so that a test can change what nobody may.
  await database.owner.query(`grant update, delete on ${sealed.join(', ')} to tallystick_owner`)
  const { rows } = await database.owner.query<{ at: Date }>(
    'select percentile_disc(0.5) within group (order by recorded_at) as at from ledger_transaction',
  )
  const middle = rows[0]?.at as Date
  await sealUntil(new Date(middle.getTime() + 1))
  await sealUntil(new Date(Date.now() + hourMs))
  await sealUntil(new Date(Date.now() + 2 * hourMs))
})
afterAll(() => database.drop())

async function whole(sealKey?: Buffer): Promise<string> {
  const broken = (await verifyBooks(database.pool, sealKey)).filter(({ violations }) => violations > 0n)
  return broken.map(formatResult).join('\n')
}

/** Makes a change by hand, gives what is said of it, and mends it. */
async function changing<T>(tables: readonly string[], statement: string, work: () => Promise<T>): Promise<T> {
  const { owner } = database
  for (const table of tables) await owner.query(`create table saved_${table} as select * from ${table}`)
  try {
    expect((await owner.query(statement)).rowCount).toBeGreaterThan(0)
    return await work()
  } finally {
    for (const table of tables) {
      await owner.query(`delete from ${table}`)
      await owner.query(`insert into ${table} select * from saved_${table}`)
      await owner.query(`drop table saved_${table}`)
    }
  }
}

const lastOf = (table: string, id = 'id') => `${id} = (select ${id} from ${table} order by ${id} desc limit 1)`

describe('what was sealed', () => {
  test('is right, and every table has rows under a seal', async () => {
    expect(await whole(key)).toBe('')
    const { rows } = await database.pool.query<{ sealed_table: string }>(
      'select sealed_table from ledger_seal_part group by sealed_table having sum(row_count) > 0 order by 1',
    )
    expect(rows.map(({ sealed_table }) => sealed_table)).toEqual([...sealed].slice(0, -2).sort())
    expect((await database.pool.query('select from ledger_seal')).rowCount).toBeGreaterThan(1)
  })

  // In columns that no other check looks at, so that nothing else could find it.
  test.each([
    [
      'ledger_transaction',
      `update ledger_transaction set actor = 'command:x' where ${lastOf('ledger_transaction')}`,
      'txn_',
    ],
    ['ledger_entry', `update ledger_entry set system_account = 'clearing:x' where ${lastOf('ledger_entry')}`, 'ent_'],
    ['application', `update application set created_at = now() where ${lastOf('application')}`, 'ob_'],
    [
      'application_reversal',
      `update application_reversal set reason = 'x' where ${lastOf('application_reversal')}`,
      'rev_',
    ],
    ['payment_reversal', `update payment_reversal set reason = 'x' where ${lastOf('payment_reversal')}`, 'rev_'],
    ['event', `update event set body = body || ' ' where ${lastOf('event')}`, 'evt_'],
    ['event_feed', `update event_feed set position = -1 where ${lastOf('event_feed', 'event_id')}`, 'evt_'],
    ['audit_entry', `update audit_entry set actor = 'command:x' where ${lastOf('audit_entry')}`, 'aud_'],
  ])('and changed by hand in %s is found, with the seal and the row', async (table, statement, prefix) => {
    const lines = await changing([table], statement, () => whole(key))
    expect(lines).toMatch(
      new RegExp(`I10 BROKEN 1 times: .+\\n +seal \\d+ of .{16}: ${table} was changed, first at ${prefix}\\w{22}`),
    )
  })

  test('and is gone is found, and so is what was put in between', async () => {
    const gone = 'delete from audit_entry where id = (select id from audit_entry order by id offset 3 limit 1)'
    expect(await changing(['audit_entry'], gone, () => whole(key))).toMatch(
      /audit_entry has \d+ rows of \d+, first at aud_\w{22}/,
    )
    const more = `insert into audit_entry (id, bucket, environment_id, actor, action, object_kind, recorded_at)
      select (left(id::text, 32) || '0000')::uuid, 0, environment_id, actor, action, 'environment', recorded_at
      from audit_entry order by id limit 1`
    expect(await changing(['audit_entry'], more, () => whole(key))).toMatch(
      /audit_entry has \d+ rows of \d+, first at aud_\w{22}/,
    )
  })

  test('is found also where its seal was made to fit: by the key', async () => {
    const change = `update audit_entry set actor = 'command:x' where ${lastOf('audit_entry')}`
    const [lines, without] = await changing(['audit_entry', 'ledger_seal_part'], change, async () => {
      const { rows } = await database.owner.query<Record<'number' | 'from_id' | 'below', string>>(
        'select number, from_id, below from ledger_seal',
      )
      for (const { number, from_id, below } of rows) {
        const { rows: parts } = await database.owner.query<{ sealed_table: string; digest: Buffer; prints: Buffer }>(
          digestSealed,
          [from_id, below],
        )
        for (const { sealed_table, digest, prints } of parts) {
          await database.owner.query(
            'update ledger_seal_part set digest = $1, prints = $2 where number = $3 and sealed_table = $4',
            [digest, prints, number, sealed_table],
          )
        }
      }
      return [await whole(key), await whole()]
    })
    expect(lines).toMatch(
      /^I10 BROKEN 1 times: .+\n +seal \d+: it, or the one before it, was not made by this program$/,
    )
    // Without the key there is nothing that tells them apart.
    expect(without).toBe('')
  })

  test.each([
    ['a seal that is gone', 'delete from ledger_seal where number = 1', 'one before it is missing'],
    [
      'a seal that begins later',
      "update ledger_seal set from_id = '00000000-0000-0001-0000-000000000000' where number = 1",
      'seal 1: it does not begin where the one before it ends',
    ],
    [
      'a part that is gone',
      "delete from ledger_seal_part where number = 1 and sealed_table = 'event'",
      'seal 1: it says something of 7 tables of 8',
    ],
  ])('%s', async (_what, statement, says) => {
    expect(await changing(['ledger_seal', 'ledger_seal_part'], statement, () => whole(key))).toContain(says)
  })

  test('nobody who serves may change a seal, and the whole run says so where one may', async () => {
    const { pool } = database
    await expect(pool.query("update ledger_seal set mac = ''")).rejects.toThrow(/permission denied/)
    await expect(pool.query('delete from ledger_seal_part')).rejects.toThrow(/permission denied/)
    await database.owner.query('grant delete on ledger_seal to tallystick_server')
    const lines = await whole(key)
    await database.owner.query('revoke delete on ledger_seal from tallystick_server')
    expect(lines).toContain('role tallystick_server may change ledger_seal')
  })
})

describe('an incremental run', () => {
  // Those of the ledger and two others. The rest is the whole run's to find, or read by statements that it shares with this one.
  const breaks: Break[] = [...ledgerBreaks, ...pairBreaks.slice(0, 2)]
  test.each(breaks)('from the beginning finds %s', async (_what, expected, tables, statement) => {
    const results = await changing(tables.split(' '), statement, () => checkMoved(database.pool, firstIdAt(0)))
    const broken = results.filter(({ violations }) => violations > 0n)
    expect(broken.length, expected).toBeGreaterThan(0)
  })
})
