import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { bucketOfValue } from '../../src/core/bucket.ts'
import { type Id, newId } from '../../src/core/id/id.ts'
import { migrate } from '../../src/database/migrate.ts'
import { readMigrations } from '../../src/database/migrations.ts'
import { openPool, type Pool } from '../../src/database/pool.ts'
import { expectCleanBooks } from '../support/verify.ts'

const { host, port, password } = inject('postgres')
const now = new Date('2026-03-01T00:00:00Z')
const bucket = 7
const make = () => newId(bucket, now.getTime())

let name: string
let pool: Pool

async function asAdmin(statement: string): Promise<void> {
  const client = new pg.Client({ host, port, password, user: 'postgres', database: 'postgres' })
  await client.connect()
  await client.query(statement)
  await client.end()
}

/** What was entered on a bill of 2000 before the parts of a bill were told apart, and what the parts then are. */
const bills: Record<string, { entered: [string, number][]; adjusted: number; written_off: number }> = {
  untouched: { entered: [], adjusted: 0, written_off: 0 },
  adjusted: { entered: [['adjustment', -500]], adjusted: -500, written_off: 0 },
  given_up: { entered: [['write_off', -2000]], adjusted: 0, written_off: 2000 },
  paid_by_hand: { entered: [['amount_paid_set', -1500]], adjusted: 0, written_off: 0 },
  all_of_it: {
    entered: [
      ['adjustment', -500],
      ['write_off', -300],
      ['amount_paid_set', -700],
      ['amount_paid_set', 200],
    ],
    adjusted: -500,
    written_off: 300,
  },
  // amount_paid was shown as 500 and set to nothing: the discount was undone.
  set_back: {
    entered: [
      ['adjustment', -500],
      ['amount_paid_set', 500],
    ],
    adjusted: 0,
    written_off: 0,
  },
  set_back_and_forth: {
    entered: [
      ['write_off', -500],
      ['amount_paid_set', 500],
      ['amount_paid_set', -300],
    ],
    adjusted: 500,
    written_off: 500,
  },
  undone_and_voided: {
    entered: [
      ['write_off', -500],
      ['adjustment', 500],
      ['bill_voided', -2000],
    ],
    adjusted: 500,
    written_off: 500,
  },
}

let environment: number
async function insert(table: string, row: Record<string, unknown>): Promise<void> {
  const names = Object.keys(row)
  const places = names.map((_, index) => `$${index + 1}`)
  await pool.query(`insert into ${table} (${names.join()}) values (${places.join()})`, Object.values(row))
}

async function makeObject(kind: 'customer' | 'account' | 'bill', reference: string, more: object): Promise<Id> {
  const id = make()
  const common = { id, bucket, environment_id: environment, external_reference: reference, ...more }
  await insert(kind, { ...common, created_at: now, updated_at: now })
  await insert('external_reference', {
    environment_id: environment,
    kind,
    reference,
    entity_id: id,
    bucket: bucketOfValue(reference),
  })
  return id
}

/** A balance with its entries, each against the system account that there was for it. */
async function enter(
  owner: { id: Id; kind: string; customer_id: Id; account_id: Id | null; external_reference: string },
  entered: [string, number][],
): Promise<void> {
  let balance = 0
  for (const [index, [kind, amount]] of entered.entries()) {
    balance += amount
    const transaction = { id: make(), bucket, environment_id: environment, source_id: make(), actor: 'command:test' }
    await insert('ledger_transaction', { ...transaction, kind, effective_at: now, recorded_at: now })
    const entry = { bucket, environment_id: environment, transaction_id: transaction.id, currency: 'ZAR' }
    const side = { receivable_id: owner.id, version: index + 1, balance_after: balance }
    await insert('ledger_entry', { ...entry, id: make(), amount, ...side })
    const system_account = kind.startsWith('bill_') ? 'sales' : 'adjustments'
    await insert('ledger_entry', { ...entry, id: make(), amount: -amount, system_account })
  }
  const voided = entered.some(([kind]) => kind === 'bill_voided')
  await insert('receivable', {
    ...owner,
    bucket,
    environment_id: environment,
    currency: 'ZAR',
    balance,
    version: entered.length,
    status: owner.kind !== 'bill' ? null : voided ? 'voided' : balance > 0 ? 'unpaid' : 'paid',
  })
}

const archived_at = now

beforeAll(async () => {
  name = `test_${randomBytes(6).toString('hex')}`
  await asAdmin(`create database ${name} owner tallystick_owner`)
  pool = openPool({ host, port, password, user: 'tallystick_owner', database: name }, 3, () => {})
  const before = readMigrations().filter((migration) => migration.name < '0014')
  await migrate(pool, now, 'tallystick_server', { migrations: before })
  await insert('merchant', { slug: 'old', name: 'Old', created_at: now })
  await insert('environment', { merchant_id: 1, mode: 'test' })
  environment = (await pool.query<{ id: number }>('select id from environment')).rows[0]?.id as number
  const customer_id = await makeObject('customer', 'someone', {})
  for (const [reference, { entered }] of Object.entries(bills)) {
    const facts = { customer_id, currency: 'ZAR', amount_due: 2000, bill_date: '2026-01-01' }
    const id = await makeObject('bill', reference, facts)
    const owner = { id, kind: 'bill', customer_id, account_id: null, external_reference: reference }
    await enter(owner, [['bill_raised', 2000], ...entered])
  }
  await makeArchived()
  await migrate(pool, now, 'tallystick_server')
})
afterAll(async () => {
  await expectCleanBooks({ pool })
  await pool.end()
  await asAdmin(`drop database ${name} with (force)`)
})

/** One bill that was owed again after it and all above it had been archived, and one of each that is settled. */
async function makeArchived(): Promise<void> {
  for (const [reference, remains] of [
    ['owed', 2000],
    ['settled', 0],
  ] as const) {
    const customer_id = await makeObject('customer', `${reference}-customer`, { archived_at })
    const account_id = await makeObject('account', `${reference}-account`, { customer_id, archived_at })
    const facts = { currency: 'ZAR', amount_due: 2000, bill_date: '2026-01-01', archived_at }
    const id = await makeObject('bill', `${reference}-bill`, { customer_id, account_id, ...facts })
    const owner = { id, kind: 'bill', customer_id, account_id, external_reference: `${reference}-bill` }
    await enter(
      owner,
      remains > 0
        ? [['bill_raised', 2000]]
        : [
            ['bill_raised', 2000],
            ['write_off', -2000],
          ],
    )
  }
}

describe('bills from before their parts were told apart', () => {
  test.each(Object.entries(bills))(
    '%s: the parts are those that the ledger says',
    async (reference, { adjusted, written_off }) => {
      const { rows } = await pool.query(
        'select amount_adjusted, amount_written_off from bill where external_reference = $1',
        [reference],
      )
      expect(rows).toEqual([{ amount_adjusted: BigInt(adjusted), amount_written_off: BigInt(written_off) }])
    },
  )
})

describe('what was owed in the archive', () => {
  test.each(['customer', 'account', 'bill'])(
    'is brought out with its %s, which is noted; what is settled stays',
    async (kind) => {
      const { rows } = await pool.query(
        `select external_reference as reference, archived_at is null as out, version, actor, action from ${kind} as e
       left join audit_entry as a on a.object_id = e.id and a.object_kind = $1
       where external_reference = any ($2) order by external_reference`,
        [kind, [`owed-${kind}`, `settled-${kind}`]],
      )
      expect(rows).toEqual([
        { reference: `owed-${kind}`, out: true, version: 2n, actor: 'command:migrate', action: 'unarchived' },
        { reference: `settled-${kind}`, out: false, version: 1n, actor: null, action: null },
      ])
    },
  )
})
