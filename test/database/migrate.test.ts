import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { isMigrated, MigrationError, migrate } from '../../src/database/migrate.ts'
import { type Migration, readMigrations } from '../../src/database/migrations.ts'
import { openPool, type Pool } from '../../src/database/pool.ts'
import { eventually } from '../support/eventually.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const { host, port, password } = inject('postgres')
const now = new Date('2026-03-01T00:00:00Z')

// An empty database for each test, with two pools of one connection, as two processes have them, and one to look on.
let name: string
let first: Pool
let second: Pool
let onlooker: Pool
let directory: Awaited<ReturnType<typeof temporaryDirectory>>

async function asAdmin(statement: string): Promise<void> {
  const client = new pg.Client({ host, port, password, user: 'postgres', database: 'postgres' })
  await client.connect()
  await client.query(statement)
  await client.end()
}

beforeEach(async () => {
  directory = await temporaryDirectory()
  name = `test_${randomBytes(6).toString('hex')}`
  await asAdmin(`create database ${name} owner tallystick_owner`)
  const open = (size: number) =>
    openPool({ host, port, password, user: 'tallystick_owner', database: name }, size, () => {})
  first = open(1)
  second = open(1)
  onlooker = open(3)
})
afterEach(async () => {
  await Promise.all([first, second, onlooker].map((pool) => pool.end()))
  await asAdmin(`drop database ${name} with (force)`)
  await directory.remove()
})

/** The migrations of a folder with these files, below the two header lines that each of them has. */
async function migrationsOf(files: Record<string, string>): Promise<Migration[]> {
  for (const [file, text] of Object.entries(files)) {
    await writeFile(join(directory.path, `${file}.sql`), `-- purpose: test\n-- breaking: no\n${text}\n`)
  }
  return readMigrations(pathToFileURL(`${directory.path}/`))
}
async function recorded(): Promise<string[]> {
  const { rows } = await onlooker.query<{ name: string }>('select name from schema_migration order by name')
  return rows.map((row) => row.name)
}
/** Each index of a table, and whether it is valid. */
async function indexesOf(table: string): Promise<Record<string, boolean>> {
  const { rows } = await onlooker.query<{ index: string; valid: boolean }>(
    'select indexrelid::regclass::text as index, indisvalid as valid from pg_index where indrelid = $1::regclass',
    [table],
  )
  return Object.fromEntries(rows.map(({ index, valid }) => [index, valid]))
}
const thing = 'create table thing (number integer);\ninsert into thing select 1 from generate_series(1, 2);'
const concurrently = (...statements: string[]) => `-- transaction: no\n${statements.join('\n')}`

describe('a migration that fails', () => {
  test('leaves those before it done, nothing of its own, and the next run goes on from there', async () => {
    const files = { '0001_thing': thing, '0002_wrong': 'create table other (number integer);\nselect 1 / 0;' }
    const wrong = await migrationsOf({ ...files, '0003_last': 'create table last (number integer);' })
    const log: string[] = []
    const failing = migrate(first, now, undefined, { migrations: wrong, log: (message) => log.push(message) })
    await expect(failing).rejects.toThrow('division by zero')
    expect(log).toEqual([
      'Migration 0002_wrong.sql failed. Those before it are committed; fix the cause and run it again.',
    ])
    expect(await recorded()).toEqual(['0001_thing.sql'])
    const { rows } = await onlooker.query("select to_regclass('thing') is not null as one, to_regclass('other') as two")
    expect(rows).toEqual([{ one: true, two: null }])
    expect(await isMigrated(first, wrong)).toBe(false)

    const fixed = await migrationsOf({ '0002_wrong': 'create table other (number integer);' })
    expect(await migrate(first, now, undefined, { migrations: fixed })).toEqual(['0002_wrong.sql', '0003_last.sql'])
    expect(await isMigrated(first, fixed)).toBe(true)
    expect(await migrate(first, now, undefined, { migrations: fixed })).toEqual([])
  })

  test('leaves the rights to what those before it made as they are to be', async () => {
    const added = await migrationsOf({
      '0901_thing': `${thing}\ncreate table ledger_copy (like ledger_entry);`,
      '0902_wrong': 'select 1 / 0;',
    })
    const migrations = [...readMigrations(), ...added]
    await expect(migrate(first, now, 'tallystick_server', { migrations })).rejects.toThrow('division by zero')
    expect((await recorded()).at(-1)).toBe('0901_thing.sql')
    const { rows } = await onlooker.query(
      `select has_table_privilege('tallystick_server', 'thing', 'insert') as thing,
         has_table_privilege('tallystick_server', 'ledger_entry', 'insert') as entry,
         has_table_privilege('tallystick_server', 'ledger_entry_2026_05', 'delete') as entry_deletion`,
    )
    expect(rows).toEqual([{ thing: true, entry: true, entry_deletion: false }])
  })
})

describe('a migration without a transaction', () => {
  test('that broke half way is run again and ends with valid indexes', async () => {
    const migrations = await migrationsOf({
      '0001_thing': thing,
      '0002_indexes': concurrently(
        'create index concurrently if not exists thing_number on thing (number);',
        'create unique index concurrently if not exists thing_once on thing (number);',
      ),
      '0003_drop': concurrently('drop index concurrently if exists thing_number;'),
    })
    const options = { migrations: migrations.slice(0, 2) }
    await expect(migrate(first, now, undefined, options)).rejects.toThrow('could not create unique index')
    expect(await recorded()).toEqual(['0001_thing.sql'])
    expect(await indexesOf('thing')).toEqual({ thing_number: true, thing_once: false })

    await onlooker.query('delete from thing where ctid > (select min(ctid) from thing)')
    expect(await migrate(first, now, undefined, options)).toEqual(['0002_indexes.sql'])
    expect(await indexesOf('thing')).toEqual({ thing_number: true, thing_once: true })

    expect(await migrate(first, now, undefined, { migrations })).toEqual(['0003_drop.sql'])
    expect(await indexesOf('thing')).toEqual({ thing_once: true })
  })

  test('ends while another process waits to migrate', async () => {
    const migrations = await migrationsOf({
      '0001_thing': thing,
      '0002_index': concurrently('create index concurrently if not exists thing_number on thing (number);'),
    })
    await migrate(first, now, undefined, { migrations: migrations.slice(0, 1) })
    // A transaction that has seen the table keeps the index from being done, until the other process has begun to wait.
    const older = await onlooker.connect()
    await older.query('begin isolation level repeatable read')
    await older.query('select count(*) from thing')
    const making = migrate(first, now, undefined, { migrations })
    await eventually(async () => {
      const { rows } = await onlooker.query(
        "select from pg_stat_activity where datname = $1 and wait_event = 'virtualxid'",
        [name],
      )
      return rows.length > 0
    }, 'the index waits for the older transaction')
    const log: string[] = []
    const waiting = migrate(second, now, undefined, { migrations, log: (message) => log.push(message) })
    await eventually(() => log.length > 0, 'the second process waits for the first')
    await older.query('commit')
    older.release()
    expect(await Promise.all([making, waiting])).toEqual([['0002_index.sql'], []])
    expect(log).toEqual(['Another process is migrating the database: waiting until it is done.'])
    expect(await indexesOf('thing')).toEqual({ thing_number: true })
  })
})

describe('migrating', () => {
  test('by two processes at once does everything once', async () => {
    const migrations = await migrationsOf({
      '0001_thing': thing,
      '0002_index': concurrently('create index concurrently if not exists thing_number on thing (number);'),
      '0003_more': 'insert into thing values (3);',
    })
    const ran = await Promise.all([first, second].map((pool) => migrate(pool, now, undefined, { migrations })))
    expect(ran.map(({ length }) => length).sort()).toEqual([0, 3])
    expect(await recorded()).toEqual(['0001_thing.sql', '0002_index.sql', '0003_more.sql'])
    expect((await onlooker.query('select count(*) from thing')).rows).toEqual([{ count: 3n }])
    expect(await indexesOf('thing')).toEqual({ thing_number: true })
  })

  test('keeps neither its lock nor its settings', async () => {
    const migrations = await migrationsOf({ '0001_thing': thing })
    await migrate(first, now, undefined, { migrations })
    expect((await first.query('show statement_timeout')).rows).toEqual([{ statement_timeout: '30s' }])
    await eventually(async () => {
      const { rows } = await onlooker.query(
        "select from pg_locks join pg_stat_activity using (pid) where datname = current_database() and locktype = 'advisory' and objid = 7210420",
      )
      return rows.length === 0
    }, 'nobody has the lock')
  })

  test('gives up waiting for a table lock, and tries again', async () => {
    const migrations = await migrationsOf({
      '0001_thing': thing,
      '0002_more': 'create table other (number integer);\nalter table thing add column name text;',
    })
    await migrate(first, now, undefined, { migrations: migrations.slice(0, 1) })
    const holder = await onlooker.connect()
    await holder.query('begin; lock table thing in access share mode')
    const log: string[] = []
    const waiting = migrate(first, now, undefined, { migrations, log: (message) => log.push(message) })
    await eventually(() => log.length > 0, 'the migration has let go')
    await holder.query('commit')
    holder.release()
    expect(await waiting).toEqual(['0002_more.sql'])
    expect(log[0]).toBe(
      'The migration could not get a lock (canceling statement due to lock timeout) and will be tried again.',
    )
  })

  test('is refused when a file was edited after it was run', async () => {
    await migrate(first, now, undefined, { migrations: await migrationsOf({ '0001_thing': thing }) })
    const migrations = await migrationsOf({ '0001_thing': `${thing}\n-- edited`, '0002_more': 'select 1;' })
    const refused = migrate(first, now, undefined, { migrations })
    await expect(refused).rejects.toThrow('Migration 0001_thing.sql has changed since it was run')
    await expect(refused).rejects.toBeInstanceOf(MigrationError)
    expect(await recorded()).toEqual(['0001_thing.sql'])
  })

  test('is refused when the database has a breaking file that is not known, and passes by one that is not breaking', async () => {
    const migrations = await migrationsOf({ '0001_thing': thing, '0002_more': 'select 1;' })
    await migrate(first, now, undefined, { migrations })
    expect(await isMigrated(first, migrations.slice(0, 1))).toBe(true)
    await onlooker.query("update schema_migration set breaking = true where name = '0002_more.sql'")
    const refused = migrate(first, now, undefined, { migrations: migrations.slice(0, 1) })
    await expect(refused).rejects.toThrow('The database has the breaking migration 0002_more.sql of a newer version')
  })
})
