import type { PoolClient } from 'pg'
import { takeMigrationLock } from '../database/migration-locks.ts'
import type { Pool } from '../database/pool.ts'
import { isPooled } from '../database/pooler.ts'
import { setUseLimit } from '../database/use-limit.ts'
import { checkDistribution, type DistributionFinding } from './check.ts'
import { readNodes } from './nodes.ts'
import { planDistribution } from './plan.ts'
import { DistributionError, refuseUnfit, refuseWithoutCitus } from './refuse.ts'
import { readSnapshot } from './snapshot.ts'

// Two for each machine: every batch pays for each shard that it touches, and shards can be split later.
const shardsPerWorker = 2

/**
 * Spreads the tables over the machines of Citus, step by step, each told by `say` before it runs. A run that was interrupted is
 * continued by the next one. Throws DistributionError, before anything is changed, when it may not be done. `shards` is for a database
 * that is not distributed yet.
 */
export async function distribute(
  pool: Pool,
  shards: number | undefined,
  say: (line: string) => void,
): Promise<DistributionFinding[]> {
  const connection = await pool.connect()
  try {
    await prepare(connection, say)
    const snapshot = await readSnapshot(connection)
    refuseUnfit(snapshot)
    const steps = planDistribution(snapshot, { shards: shards ?? shardsPerWorker * (snapshot.citus?.workers ?? 1) })
    for (const [index, { sentence, statement }] of steps.entries()) {
      say(`${index + 1}/${steps.length} ${sentence}`)
      await connection.query(statement)
    }
    return await check(connection)
  } finally {
    // Closed: its lock and its settings end with it.
    connection.release(true)
  }
}

/** Looks at a database that is distributed, or in the middle of it, and changes nothing. Throws DistributionError without Citus. */
export async function checkDistributed(pool: Pool): Promise<DistributionFinding[]> {
  const connection = await pool.connect()
  try {
    return await check(connection)
  } finally {
    connection.release()
  }
}

async function check(connection: PoolClient): Promise<DistributionFinding[]> {
  const snapshot = await readSnapshot(connection)
  refuseWithoutCitus(snapshot)
  return checkDistribution(snapshot, await readNodes(connection))
}

/** The lock keeps migrations away. Tables are copied whole, so nothing has a time limit. */
async function prepare(connection: PoolClient, say: (line: string) => void): Promise<void> {
  const { rows } = await connection.query<{ pid: number }>('select pg_backend_pid() as pid')
  if (isPooled(connection, rows[0]?.pid ?? 0)) {
    throw new DistributionError('DATABASE_URL leads through a pooler: give the address of the coordinator itself.')
  }
  setUseLimit(connection, Number.POSITIVE_INFINITY)
  await connection.query('set statement_timeout = 0; set lock_timeout = 0; set idle_in_transaction_session_timeout = 0')
  await takeMigrationLock(connection, say)
}
