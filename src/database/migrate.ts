import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { Pool, Queryable } from './pool.ts'

export type Migration = { name: string; text: string; checksum: string; breaking: boolean }

/** A database that this program cannot serve. Its message is one line that says why and what to do. */
export class MigrationError extends Error {}

// Any number that no other program's advisory lock uses by chance.
const lockKey = 7_210_420

/** The migrations in their order. Each file opens with two header lines: its purpose, and whether it is breaking. */
export function readMigrations(): Migration[] {
  const folder = new URL('./migrations/', import.meta.url)
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => {
      const text = readFileSync(new URL(name, folder), 'utf8')
      const header = /^-- purpose: .+\n-- breaking: (yes|no)\n/.exec(text)
      if (!header)
        throw new MigrationError(`${name} has no header: two lines, "-- purpose: …" and "-- breaking: yes|no".`)
      return { name, text, checksum: createHash('sha256').update(text).digest('hex'), breaking: header[1] === 'yes' }
    })
}

/**
 * Brings the database up to this program's schema, and gives `serverRole` (the role that serves; by default the one that is
 * connected) its rights. Several processes may run it at once: an advisory lock lets one through, and the others find
 * nothing to do. Returns the names that were run.
 */
export async function migrate(pool: Pool, now: Date, serverRole?: string): Promise<string[]> {
  const connection = await pool.connect()
  try {
    const migrations = readMigrations()
    if ((await pending(connection, migrations)).length === 0) return []
    await connection.query('begin')
    await connection.query('set local statement_timeout = 0')
    await connection.query('select pg_advisory_xact_lock($1)', [lockKey])
    await connection.query(
      `create table if not exists schema_migration
         (name text primary key, checksum text not null, breaking boolean not null, applied_at timestamptz not null)`,
    )
    const todo = await pending(connection, migrations)
    for (const migration of todo) {
      await connection.query(migration.text)
      await connection.query('insert into schema_migration values ($1, $2, $3, $4)', [
        migration.name,
        migration.checksum,
        migration.breaking,
        now,
      ])
    }
    await connection.query('select ensure_partitions($1, 3)', [now])
    await connection.query('select grant_server_rights(coalesce($1, current_user))', [serverRole ?? null])
    await connection.query('commit')
    return todo.map(({ name }) => name)
  } catch (error) {
    await connection.query('rollback').catch(() => {})
    throw error
  } finally {
    connection.release()
  }
}

/** Those not yet run. Throws when a migration that was run has changed since, or is unknown to this program and breaking. */
async function pending(connection: Queryable, migrations: Migration[]): Promise<Migration[]> {
  const exists = await connection.query<{ found: string | null }>(
    "select to_regclass('public.schema_migration') as found",
  )
  if (exists.rows[0]?.found === null) return migrations
  const { rows } = await connection.query<{ name: string; checksum: string; breaking: boolean }>(
    'select name, checksum, breaking from schema_migration order by name',
  )
  const known = new Map(migrations.map((migration) => [migration.name, migration]))
  for (const row of rows) {
    const migration = known.get(row.name)
    if (migration && migration.checksum !== row.checksum) {
      throw new MigrationError(`Migration ${row.name} has changed since it was run; a migration is never edited.`)
    }
    if (!migration && row.breaking) {
      throw new MigrationError(
        `The database has the breaking migration ${row.name} of a newer version: start that version.`,
      )
    }
  }
  const done = new Set(rows.map(({ name }) => name))
  return migrations.filter(({ name }) => !done.has(name))
}

/** Whether every migration of this program has been run: what `/readyz` asks. */
export async function isMigrated(pool: Pool): Promise<boolean> {
  const connection = await pool.connect()
  try {
    return (await pending(connection, readMigrations())).length === 0
  } finally {
    connection.release()
  }
}
