import { createHash } from 'node:crypto'
import { createWriteStream, existsSync, readdirSync } from 'node:fs'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import pg from 'pg'
import { version } from '../../core/version.ts'
import { syncFolder } from '../bundled/index.ts'
import type { Pool } from '../pool.ts'
import { loadSql } from '../sql.ts'
import { setUseLimit } from '../use-limit.ts'
import { answered } from './answered.ts'
import { writeSynced } from './bases.ts'
import { copyOut } from './copy.ts'
import { BackupError, plainDiskError } from './errors.ts'
import { passing } from './make-base.ts'

const listTables = loadSql(import.meta.url, './sql/list-tables.sql')

/** A table of an export: its columns, and the file with its rows in PostgreSQL's text format. */
export type ExportedTable = { name: string; columns: string[]; needs: string[]; rows: number; sha256: string }

/** What an export says of itself. It is written last. */
export type ExportRecord = {
  format: 1
  made_at: string
  program: string
  postgres: string
  migrations: { name: string; checksum: string }[]
  /** The months that have partitions, as `2026_11`. */
  months: string[]
  sequences: { name: string; last_value: string }[]
  tables: ExportedTable[]
}

const recordFile = 'export.json'

/** The file with the rows of a table. */
export function rowsFile(folder: string, { name }: Pick<ExportedTable, 'name'>): string {
  return join(folder, `${name}.copy.gz`)
}

/**
 * Writes every row of every table, as of one moment, into a new directory. It may be read by any PostgreSQL of a major version from 15 on.
 * The directory gets its name when all of it is on the disk. Throws BackupError when it is there already.
 */
export async function exportTables(pool: Pool, into: string, progress: (line: string) => void): Promise<ExportRecord> {
  const target = resolve(into)
  if (existsSync(target) && readdirSync(target).length > 0) {
    throw new BackupError(`${target} is there already and nothing is overwritten: name a new directory.`)
  }
  const draft = `${target}.part`
  const connection = await pool.connect()
  try {
    await rm(draft, { recursive: true, force: true })
    await mkdir(draft, { recursive: true, mode: 0o700 })
    setUseLimit(connection, Number.POSITIVE_INFINITY)
    const ask = (statement: string) => answered(connection, connection.query(statement))
    await ask('begin isolation level repeatable read read only')
    // Each wait has a deadline of ours, by what comes and not by how long all of it takes.
    await ask('set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0')
    // Whole tables are read.
    await ask('set local enable_seqscan = on')
    const record = await exportWith(connection, draft, progress)
    await writeSynced(join(draft, recordFile), recordText(record))
    syncFolder(draft)
    await rename(draft, target)
    syncFolder(dirname(target))
    return record
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw plainDiskError(error, target)
  } finally {
    connection.release(true)
  }
}

async function exportWith(
  client: pg.ClientBase,
  draft: string,
  progress: (line: string) => void,
): Promise<ExportRecord> {
  const ask = <Row extends pg.QueryResultRow>(statement: string) => answered(client, client.query<Row>(statement))
  const { rows: facts } = await ask<{ at: Date; version: string }>(
    "select now() as at, current_setting('server_version') as version",
  )
  const { rows: migrations } = await ask<{ name: string; checksum: string }>(
    'select name, checksum from schema_migration order by name',
  )
  const { rows: months } = await ask<{ month: string }>(
    `select distinct right(relname::text, 7) as month from pg_class
     where relispartition and relkind = 'r' and relname ~ '_[0-9]{4}_[0-9]{2}$' order by 1`,
  )
  const { rows: found } = await ask<Omit<ExportedTable, 'rows' | 'sha256'>>(listTables.text)
  const tables: ExportedTable[] = []
  for (const table of found) {
    const written = await exportTable(client, draft, table)
    tables.push({ ...table, ...written })
    progress(`  ${table.name}: ${written.rows} rows`)
  }
  // Read last: what was drawn meanwhile is not drawn again.
  const { rows: sequences } = await ask<{ name: string; last_value: string }>(
    `select sequencename::text as name, last_value::text as last_value from pg_sequences
     where schemaname = 'public' and last_value is not null order by 1`,
  )
  return {
    format: 1,
    made_at: facts[0]?.at.toISOString() ?? '',
    program: version,
    postgres: facts[0]?.version.split(' ')[0] ?? '',
    migrations,
    months: months.map(({ month }) => month),
    sequences,
    tables,
  }
}

const newLine = 10

/** In the text format a line is a row, and a line break inside a value is escaped. */
async function exportTable(
  client: pg.ClientBase,
  draft: string,
  table: Pick<ExportedTable, 'name' | 'columns'>,
): Promise<{ rows: number; sha256: string }> {
  const hash = createHash('sha256')
  let rows = 0
  const see = (chunk: Buffer) => {
    hash.update(chunk)
    for (let at = chunk.indexOf(newLine); at >= 0; at = chunk.indexOf(newLine, at + 1)) rows += 1
  }
  // A query, since a table with partitions cannot be copied by its name.
  const statement = `copy (select ${columnsOf(table)} from ${pg.escapeIdentifier(table.name)}) to stdout`
  await pipeline(
    Readable.from(copyOut(client, statement)),
    passing(see),
    createGzip({ level: 1 }),
    createWriteStream(rowsFile(draft, table), { flags: 'wx', mode: 0o600, flush: true }),
  )
  return { rows, sha256: hash.digest('hex') }
}

/** The columns of a table, as SQL lists them. */
export function columnsOf({ columns }: Pick<ExportedTable, 'columns'>): string {
  return columns.map((name) => pg.escapeIdentifier(name)).join(', ')
}

/** Reads what an export says of itself. Throws BackupError when there is none that is whole. */
export async function readExport(folder: string): Promise<ExportRecord> {
  const file = join(folder, recordFile)
  const text = await readFile(file, 'utf8').catch(() => {
    throw new BackupError(`There is no whole export in ${folder}: it would have the file ${recordFile}.`)
  })
  try {
    const { record } = JSON.parse(text) as { record: ExportRecord }
    if (recordText(record) === text && record.format === 1) return record
  } catch {}
  throw new BackupError(`${file} is broken: use another export.`)
}

function recordText(record: ExportRecord): string {
  const sha256 = createHash('sha256').update(JSON.stringify(record)).digest('hex')
  return `${JSON.stringify({ record, sha256 }, undefined, 2)}\n`
}
