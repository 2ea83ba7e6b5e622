import type { PoolClient } from 'pg'
import type { Pool } from '../../src/database/pool.ts'

// Files of the suite run side by side on one PostgreSQL: whoever asks who waits must ask about one database only.

/** How many locks sessions on the database of `pool` wait for. */
export async function countWaiting(pool: Pool): Promise<number> {
  const { rowCount } = await pool.query(
    // What a session waits for is shown to its own role only; its locks are shown to all.
    'select from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()',
  )
  return rowCount ?? 0
}

/** How many sessions on the database of `pool` call themselves `application`. */
export async function countSessions(pool: Pool, application: string): Promise<number> {
  const { rowCount } = await pool.query(
    'select from pg_stat_activity where datname = current_database() and application_name = $1',
    [application],
  )
  return rowCount ?? 0
}

/** Locks what `statement` locks, in a transaction of its own, until it is let go of. */
export async function holding(
  pool: Pool,
  statement: string,
  values: unknown[] = [],
): Promise<{ letGo(): Promise<void> }> {
  const connection: PoolClient = await pool.connect()
  await connection.query('begin')
  await connection.query(statement, values)
  return {
    async letGo() {
      await connection.query('rollback')
      connection.release()
    },
  }
}
