import type { Config } from '../config.ts'
import type { Log } from '../core/log.ts'
import type { BundledServer, ConnectionSettings } from '../database/bundled/index.ts'
import { type DatabaseName, databaseName } from '../database/database-name.ts'
import { openLocalDatabase, startLocalServer } from '../database/local.ts'
import { migrate } from '../database/migrate.ts'
import { type DatabaseAddress, databaseAddress, openPool, type Pool, servingLimits } from '../database/pool.ts'
import { checkPooler } from '../database/pooler.ts'
import type { ShardMap } from '../database/shard-map.ts'
import { openShards } from '../distribution/serving.ts'

/** The database that this process serves, migrated, and how to close it. */
export type OpenDatabase = {
  pool: Pool
  /** Where rows lie, where tables are spread over machines. */
  shards?: ShardMap
  name: DatabaseName
  /** The names of the migrations that were run now. */
  migrations: string[]
  /** Resolves with a sentence when a bundled server ends unexpectedly; never otherwise. */
  died: Promise<string>
  /** How the bundled server is backed up; undefined with a PostgreSQL of the operator's. */
  superuser?: ConnectionSettings
  close(): Promise<void>
}

/** The size of the connection pool. */
export const poolSize = 12

/** Of that to each machine, where tables are spread: it takes what three batches of payments in flight need, and what reserves their names. */
const machinePoolSize = 8

/** Opens the database of the configuration: the bundled one in local mode, else the one that DATABASE_URL names. */
export async function openDatabase(config: Config, log: Log): Promise<OpenDatabase> {
  return config.database_url === undefined
    ? openLocal(config, log)
    : openRemote(addressOf(config.database_url, log), log)
}

function addressOf(url: string, log: Log): DatabaseAddress {
  return databaseAddress(url, (host) => log.info({ host }, 'this host of DATABASE_URL takes the writes'))
}

async function openRemote(address: DatabaseAddress, log: Log): Promise<OpenDatabase> {
  const name = databaseName(address)
  const pool = openPool(address, poolSize, ignoreLost, servingLimits)
  const warning = await orClose(pool, () => checkPooler(pool))
  if (warning !== undefined) log.warn({}, warning)
  const migrations = await orClose(pool, () => migrate(pool, new Date(), undefined, { log: logMigration(log) }))
  const shards = await orClose(pool, () => openShards(pool, { address, size: machinePoolSize, limits: servingLimits }))
  const close = async () => {
    await shards?.close()
    await pool.end()
  }
  return { pool, ...(shards && { shards }), name, migrations, died: new Promise(() => {}), close }
}

async function openLocal(config: Config, log: Log): Promise<OpenDatabase> {
  const bundled = await startLocalServer(config, logMigration(log))
  try {
    const local = await openLocalDatabase(bundled)
    const migrations = await migrateAs(local.owner, local.serverRole, log)
    const pool = openPool(local.server, poolSize, ignoreLost, servingLimits)
    const name = databaseName(local.server)
    const superuser = bundled.connection('postgres')
    return { pool, name, migrations, superuser, died: bundled.died, close: () => closeLocal(pool, bundled) }
  } catch (error) {
    await bundled.stop()
    throw error
  }
}

async function migrateAs(owner: DatabaseAddress, serverRole: string, log: Log): Promise<string[]> {
  const pool = openPool(owner, 1, () => {})
  const done = await orClose(pool, () => migrate(pool, new Date(), serverRole, { log: logMigration(log) }))
  await pool.end()
  return done
}

async function orClose<T>(pool: Pool, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    await pool.end()
    throw error
  }
}

async function closeLocal(pool: Pool, bundled: BundledServer): Promise<void> {
  await pool.end()
  await bundled.stop()
}

// The server reports an outage once, however many idle connections it breaks.
const ignoreLost = () => {}

function logMigration(log: Log) {
  return (message: string) => log.info({}, message)
}
