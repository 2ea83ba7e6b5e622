import { setTimeout } from 'node:timers/promises'
import { isConflict, isLockTimeout } from './errors.ts'
import type { Queryable } from './pool.ts'

/** Receives a sentence about what a migration waits for. */
export type MigrationLog = (message: string) => void

// Any number that no other program's advisory lock uses by chance.
const lockKey = 7_210_420
const pause_ms = 100
const triesPerMessage = 100

/**
 * Takes the lock that lets one process migrate at a time, for as long as the connection lives. It polls: a session that
 * waits for a lock inside PostgreSQL holds a snapshot, and an index that is created concurrently waits for all older
 * snapshots, so the two would wait for each other.
 */
export async function takeMigrationLock(connection: Queryable, log: MigrationLog): Promise<void> {
  for (let tries = 0; ; tries++) {
    const { rows } = await connection.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [lockKey])
    if (rows[0]?.taken) return
    if (tries % triesPerMessage === 0) log('Another process is migrating the database: waiting until it is done.')
    await setTimeout(pause_ms)
  }
}

// While a migration waits for a lock on a table, every later statement on that table waits behind it, payments too. So
// it gives up after this time, lets them through, and tries again.
const tableLockWait = '2s'
const tableLockPause_ms = 1_000

/** Runs `work` in one transaction, and again from its beginning for as long as others hold locks that it needs. */
export async function migrateInTransaction(
  connection: Queryable,
  log: MigrationLog,
  work: () => Promise<void>,
): Promise<void> {
  for (;;) {
    try {
      await connection.query(`begin; set local lock_timeout = '${tableLockWait}'`)
      await work()
      await connection.query('commit')
      return
    } catch (error) {
      await connection.query('rollback').catch(() => {})
      if (!isLockTimeout(error) && !isConflict(error)) throw error
      log(`The migration could not get a lock (${(error as Error).message}) and will be tried again.`)
      await setTimeout(tableLockPause_ms)
    }
  }
}
