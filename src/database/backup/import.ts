import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import pg from 'pg'
import { DatabaseClient } from '../client.ts'
import { migrate } from '../migrate.ts'
import { type Migration, readMigrations } from '../migrations.ts'
import { type DatabaseAddress, openPool } from '../pool.ts'
import { answered, endConnection, longAnswer_ms } from './answered.ts'
import { copyIn } from './copy.ts'
import { BackupError } from './errors.ts'
import { columnsOf, type ExportedTable, type ExportRecord, readExport, rowsFile } from './export.ts'

/**
 * Fills an empty database from an export: makes the schema that it was made with, writes every row in one transaction, and migrates what an
 * older version has exported. `address` is of the owner, and `serverRole` gets its rights. Throws BackupError when there is anything in the
 * database, when the export is of a newer schema, or when a byte of it has changed.
 */
export async function importTables(
  address: DatabaseAddress,
  folder: string,
  serverRole: string | undefined,
  progress: (line: string) => void,
): Promise<ExportRecord> {
  const record = await readExport(folder)
  const migrations = knownMigrations(record)
  const client: pg.Client = new DatabaseClient({
    ...address,
    connectionTimeoutMillis: 5_000,
    application_name: 'tallystick',
  })
  client.on('error', () => {})
  await client.connect()
  try {
    await expectEmpty(client)
    const pool = openPool(address, 1, () => {})
    try {
      await migrate(pool, new Date(), serverRole, { migrations })
      await ask(client, 'begin')
      await fill(client, record, folder, progress)
      await ask(client, 'commit')
      await migrate(pool, new Date(), serverRole)
    } finally {
      await pool.end()
    }
    await ask(client, 'analyze')
    return record
  } finally {
    await endConnection(client)
  }
}

/** One may have to delete or to analyse whole tables. */
function ask<Row extends pg.QueryResultRow>(client: pg.Client, text: string, values: unknown[] = []) {
  return answered(client, client.query<Row>(text, values), longAnswer_ms)
}

/** The migrations that an export was made with: all of them are ours too, or it is of a newer version. */
function knownMigrations({ migrations, program, made_at }: ExportRecord): Migration[] {
  const theirs = new Set(migrations.map(({ name, checksum }) => `${name} ${checksum}`))
  const known = readMigrations().filter(({ name, checksum }) => theirs.has(`${name} ${checksum}`))
  const [foreign] = migrations.filter(({ name }) => !known.some((one) => one.name === name))
  if (!foreign) return known
  throw new BackupError(
    `The export of ${made_at} was made by Tallystick ${program} with the migration ${foreign.name}, which this version does not have: restore it with that version.`,
  )
}

async function expectEmpty(client: pg.Client): Promise<void> {
  const { rows } = await ask<{ name: string }>(
    client,
    "select relname::text as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') limit 1",
  )
  if (!rows[0]) return
  throw new BackupError(
    `There is already a table in the database, ${rows[0].name}, and nothing is overwritten: create a new database and name that one.`,
  )
}

async function fill(
  client: pg.Client,
  record: ExportRecord,
  folder: string,
  progress: (line: string) => void,
): Promise<void> {
  for (const month of record.months) {
    await ask(client, "select make_partitions(to_date($1, 'YYYY_MM')::timestamp at time zone 'UTC', 1)", [month])
  }
  const ordered = inOrder(record.tables)
  // What the migrations have put there is in the export too.
  for (const { name } of ordered.toReversed()) {
    const table = pg.escapeIdentifier(name)
    const { rows } = await ask<{ found: boolean }>(client, `select exists (select 1 from ${table}) as found`)
    if (rows[0]?.found) await ask(client, `delete from ${table}`)
  }
  for (const table of ordered) {
    await fillTable(client, table, folder)
    progress(`  ${table.name}: ${table.rows} rows`)
  }
  for (const { name, last_value } of record.sequences) {
    await ask(client, 'select setval($1::regclass, $2::bigint)', [name, last_value])
  }
}

/** What a foreign key names comes first. */
function inOrder(tables: readonly ExportedTable[]): ExportedTable[] {
  const done = new Map<string, ExportedTable>()
  const add = (table: ExportedTable) => {
    if (done.has(table.name)) return
    for (const name of table.needs) {
      const needed = tables.find((one) => one.name === name)
      if (needed) add(needed)
    }
    done.set(table.name, table)
  }
  for (const table of tables) add(table)
  return [...done.values()]
}

async function fillTable(client: pg.Client, table: ExportedTable, folder: string): Promise<void> {
  const path = rowsFile(folder, table)
  const hash = createHash('sha256')
  const checked = async function* (unpacked: AsyncIterable<Buffer>) {
    for await (const chunk of unpacked) {
      hash.update(chunk)
      yield chunk
    }
    if (hash.digest('hex') !== table.sha256) throw new BackupError('its digest is another')
  }
  const statement = `copy ${pg.escapeIdentifier(table.name)} (${columnsOf(table)}) from stdin`
  try {
    await pipeline(createReadStream(path), createGunzip(), (unpacked: AsyncIterable<Buffer>) =>
      copyIn(client, statement, checked(unpacked)),
    )
  } catch (error) {
    const why = (error as Error).message
    throw new BackupError(
      `${path} could not be restored: ${why}. Nothing of the export was written; use another one.`,
      {
        cause: error,
      },
    )
  }
}
