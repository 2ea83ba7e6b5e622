import type { PoolClient } from 'pg'
import { type MigrationLog, migrateInTransaction, takeMigrationLock } from './migration-locks.ts'
import { type IndexStatement, type Migration, MigrationError, readMigrations } from './migrations.ts'
import type { Pool, Queryable } from './pool.ts'
import { isPooled } from './pooler.ts'
import { setUseLimit } from './use-limit.ts'

export { MigrationError }

/** Migrations other than the program's own, and where progress and failures are logged. */
export type MigrateOptions = { migrations?: Migration[]; log?: MigrationLog }

/**
 * Brings the database up to this program's schema, and grants `serverRole` (the role that serves; by default the one
 * that is connected) its rights. Each file is committed by itself, with its record and the rights: when one fails,
 * those before it stay, and the next run continues from there. Several processes may run it at once: a lock lets one
 * through, and the others find nothing to do. Returns the names that were run.
 */
export async function migrate(
  pool: Pool,
  now: Date,
  serverRole?: string,
  { migrations = readMigrations(), log = () => {} }: MigrateOptions = {},
): Promise<string[]> {
  if (await isMigrated(pool, migrations)) return []
  const connection = await pool.connect()
  try {
    await refusePooler(connection)
    setUseLimit(connection, Number.POSITIVE_INFINITY)
    // The last lets one transaction change tables of every kind where Citus has spread them; elsewhere nobody reads it.
    await connection.query(
      `set statement_timeout = 0; set lock_timeout = 0; set idle_in_transaction_session_timeout = 0;
       set citus.multi_shard_modify_mode = 'sequential'`,
    )
    await takeMigrationLock(connection, log)
    await connection.query(
      `create table if not exists schema_migration
         (name text primary key, checksum text not null, breaking boolean not null, applied_at timestamptz not null)`,
    )
    const missing = await pending(connection, migrations)
    for (const migration of missing) {
      const recorded = () => record(connection, migration, now, serverRole)
      await run(connection, migration, log, recorded).catch((error) => {
        log(`Migration ${migration.name} failed. Those before it are committed; fix the cause and run it again.`)
        throw error
      })
    }
    return missing.map(({ name }) => name)
  } finally {
    // Closed, not returned to the pool: its lock and its settings end with it, whatever happened.
    connection.release(true)
  }
}

/** Gives the role that serves its rights in a database that is migrated, as the owner of the tables. */
export async function grantRights(pool: Pool, serverRole: string): Promise<void> {
  await pool.query('select grant_server_rights($1)', [serverRole])
}

/** The lock and the limits of a migration belong to a session, which a pooler gives to others between two transactions. */
async function refusePooler(connection: PoolClient): Promise<void> {
  const { rows } = await connection.query<{ pid: number }>('select pg_backend_pid() as pid')
  if (!isPooled(connection, rows[0]?.pid ?? 0)) return
  throw new MigrationError(
    'The database has to be migrated, and DATABASE_URL leads through a pooler: run tallystick migrate with the address of PostgreSQL itself.',
  )
}

async function run(
  connection: Queryable,
  { text, index_statements }: Migration,
  log: MigrationLog,
  recorded: () => Promise<void>,
): Promise<void> {
  for (const statement of index_statements ?? []) await runIndexStatement(connection, statement)
  await migrateInTransaction(connection, log, async () => {
    if (index_statements === null) await connection.query(text)
    await recorded()
  })
}

/** An interrupted statement leaves an invalid index behind, which `if not exists` would take for a finished one. */
async function runIndexStatement(connection: Queryable, { kind, index, text }: IndexStatement): Promise<void> {
  if (kind === 'create') {
    const { rows } = await connection.query(
      'select 1 from pg_index where indexrelid = to_regclass($1) and not indisvalid',
      [index],
    )
    if (rows.length > 0) await connection.query(`drop index concurrently if exists ${index}`)
  }
  await connection.query(text)
}

/**
 * Records a migration as run. In the same transaction partitions and rights are brought up to date, once their
 * functions exist, so that no interruption leaves them wrong.
 */
async function record(connection: Queryable, migration: Migration, now: Date, serverRole?: string): Promise<void> {
  const { name, checksum, breaking } = migration
  await connection.query('insert into schema_migration values ($1, $2, $3, $4)', [name, checksum, breaking, now])
  const { rows } = await connection.query<{ partitions: string | null; rights: boolean }>(
    // The owner's function, once it exists: the other is bounded by the clock of the database.
    `select coalesce(to_regprocedure('make_partitions(timestamptz, integer)'),
         to_regprocedure('ensure_partitions(timestamptz, integer)'))::regproc::text as partitions,
       to_regprocedure('grant_server_rights(text)') is not null as rights`,
  )
  if (rows[0]?.partitions) await connection.query(`select ${rows[0].partitions}($1, 3)`, [now])
  if (rows[0]?.rights) {
    await connection.query('select grant_server_rights(coalesce($1, current_user))', [serverRole ?? null])
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

/** Whether every migration, by default of this program, has been run: what `/readyz` asks. */
export async function isMigrated(database: Queryable, migrations: Migration[] = readMigrations()): Promise<boolean> {
  return (await pending(database, migrations)).length === 0
}
