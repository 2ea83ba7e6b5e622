import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/database.ts'

/** Small tables that every shard holds whole: they hang on no customer and carry no bucket. */
const referenceTables = [
  'merchant',
  'environment',
  'api_key',
  'webhook_endpoint',
  'schema_migration',
  'retention',
  'encryption_key_check',
  'data_key_wrap',
  'logo',
  'environment_processor',
  'feed_place',
  'overdue_place',
  'settlement_reader',
  'clearing_total',
  'clearing_place',
  'ledger_total_place',
  'books_closing',
  'simulator_cut_off',
  // An address may call on every environment.
  'rate_lease',
  'ledger_seal',
  'ledger_seal_part',
  'verify_place',
]
/** Tables whose key is not `id` but a value or a pair; the bucket still comes last. */
const expiring = ['event', 'event_feed', 'webhook_delivery', 'webhook_attempt']

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

type Constraint = { table: string; kind: string; columns: string[] }

async function constraints(): Promise<Constraint[]> {
  const { rows } = await database.owner.query<Constraint>(`
    select c.conrelid::regclass::text as table, c.contype as kind,
      array(select a.attname::text from unnest(c.conkey) with ordinality as k (number, place)
        join pg_attribute as a on a.attrelid = c.conrelid and a.attnum = k.number order by k.place) as columns
    from pg_constraint as c join pg_class as t on t.oid = c.conrelid
    where t.relnamespace = 'public'::regnamespace and not t.relispartition and c.contype in ('p', 'u', 'f')`)
  return rows
}

async function uniqueIndexes(): Promise<Constraint[]> {
  const { rows } = await database.owner.query<Constraint>(`
    select i.indrelid::regclass::text as table, 'i' as kind,
      array(select a.attname::text from unnest(i.indkey) with ordinality as k (number, place)
        join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.number order by k.place) as columns
    from pg_index as i join pg_class as t on t.oid = i.indrelid
    where t.relnamespace = 'public'::regnamespace and not t.relispartition and i.indisunique`)
  return rows
}

describe('the key rule: every key of a distributed table holds the bucket, last', () => {
  test('primary keys, unique keys and unique indexes', async () => {
    const keys = [...(await constraints()), ...(await uniqueIndexes())]
      .filter(({ kind }) => kind !== 'f')
      .filter(({ table }) => !referenceTables.includes(table))
    expect(keys.length).toBeGreaterThan(15)
    for (const key of keys) expect(`${key.table}: ${key.columns.at(-1)}`).toBe(`${key.table}: bucket`)
  })

  test('foreign keys between distributed tables', async () => {
    const keys = (await constraints()).filter(
      ({ kind, table, columns }) => kind === 'f' && !referenceTables.includes(table) && columns[0] !== 'environment_id',
    )
    expect(keys.length).toBeGreaterThanOrEqual(3)
    for (const key of keys) expect(`${key.table}: ${key.columns.at(-1)}`).toBe(`${key.table}: bucket`)
  })

  test('hot tables have no foreign key', async () => {
    const hot = [
      'application',
      'ledger_transaction',
      'ledger_entry',
      'event',
      'event_feed',
      'unsequenced_event',
      'webhook_delivery',
      'webhook_attempt',
      'payment',
    ]
    const keys = (await constraints()).filter(({ kind, table }) => kind === 'f' && hot.includes(table))
    expect(keys).toEqual([])
  })

  test('every table that is not for reference has a bucket and an environment', async () => {
    const { rows } = await database.owner.query<{ name: string; columns: string[] }>(`
      select t.oid::regclass::text as name, array_agg(a.attname::text) as columns
      from pg_class as t join pg_attribute as a on a.attrelid = t.oid and a.attnum > 0
      where t.relnamespace = 'public'::regnamespace and t.relkind in ('r', 'p') and not t.relispartition group by t.oid`)
    for (const { name, columns } of rows.filter((row) => !referenceTables.includes(row.name))) {
      expect([name, columns]).toEqual([name, expect.arrayContaining(['bucket', 'environment_id'])])
    }
  })

  test('tables that expire are partitioned by the id, which begins with the time', async () => {
    const { rows } = await database.owner.query<{ name: string; key: string }>(
      'select partrelid::regclass::text as name, pg_get_partkeydef(partrelid) as key from pg_partitioned_table',
    )
    const keyOf = new Map(rows.map(({ name, key }) => [name, key]))
    for (const table of expiring) {
      expect(keyOf.get(table)).toBe(table === 'event' ? 'RANGE (id)' : 'RANGE (event_id)')
    }
  })
})

describe('what was entered cannot be changed', () => {
  test.each(['ledger_transaction', 'ledger_entry', 'event', 'event_feed'])(
    '%s: no update, delete or truncate',
    async (table) => {
      for (const pool of [database.pool, database.owner]) {
        for (const statement of [`update ${table} set bucket = 0`, `delete from ${table}`, `truncate ${table}`]) {
          await expect(pool.query(statement)).rejects.toThrow(/permission denied/)
        }
      }
    },
  )

  test('their partitions cannot be reached around them', async () => {
    const { rows } = await database.owner.query<{ name: string }>(`
      select inhrelid::regclass::text as name from pg_inherits
      where inhparent in ('ledger_transaction'::regclass, 'ledger_entry'::regclass, 'event'::regclass, 'event_feed'::regclass)`)
    expect(rows.length).toBeGreaterThan(9)
    for (const { name } of rows) {
      await expect(database.pool.query(`delete from ${name}`)).rejects.toThrow(/permission denied/)
    }
  })

  test('the server is no superuser and owns no table', async () => {
    const { rows } = await database.pool.query(`
      select (select rolsuper from pg_roles where rolname = current_user) as super,
        exists (select 1 from pg_tables where schemaname = 'public' and tableowner = current_user) as owns`)
    expect(rows[0]).toEqual({ super: false, owns: false })
  })
})
