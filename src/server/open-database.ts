import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import type { Log } from '../core/log.ts'
import { randomSecret } from '../core/secret.ts'
import { type BundledServer, startBundledServer } from '../database/bundled/index.ts'
import { openLocalDatabase } from '../database/local.ts'
import { migrate } from '../database/migrate.ts'
import { type DatabaseAddress, openPool, type Pool } from '../database/pool.ts'

/** The database that this process serves, migrated, and how to close it. */
export type OpenDatabase = {
  pool: Pool
  encryption_key: string
  /** Resolves with a sentence when a bundled server ends unexpectedly; never otherwise. */
  died: Promise<string>
  close(): Promise<void>
}

/** The size of the connection pool. */
export const poolSize = 12

/** Opens the database of the configuration: the bundled one in local mode, else the one that DATABASE_URL names. */
export async function openDatabase(config: Config, log: Log): Promise<OpenDatabase> {
  return config.database_url === undefined ? openLocal(config, log) : openRemote(config, config.database_url, log)
}

async function openRemote(config: Config, url: string, log: Log): Promise<OpenDatabase> {
  const pool = openPool({ connectionString: url }, poolSize, logLost(log))
  await migrateOrClose(pool, () => migrate(pool, new Date(), undefined, { log: logMigration(log) }))
  return {
    pool,
    encryption_key: config.encryption_key as string,
    died: new Promise(() => {}),
    close: () => pool.end(),
  }
}

async function openLocal(config: Config, log: Log): Promise<OpenDatabase> {
  const bundled = await startBundledServer({ data_dir: config.data_dir, log: (message) => log.info({}, message) })
  try {
    const encryptionKey = config.encryption_key ?? (await localEncryptionKey(config.data_dir))
    const local = await openLocalDatabase(bundled)
    await migrateAs(local.owner, local.serverRole, log)
    const pool = openPool(local.server, poolSize, logLost(log))
    return { pool, encryption_key: encryptionKey, died: bundled.died, close: () => closeLocal(pool, bundled) }
  } catch (error) {
    await bundled.stop()
    throw error
  }
}

async function migrateAs(owner: DatabaseAddress, serverRole: string, log: Log): Promise<void> {
  const pool = openPool(owner, 1, () => {})
  await migrateOrClose(pool, () => migrate(pool, new Date(), serverRole, { log: logMigration(log) }))
  await pool.end()
}

async function migrateOrClose(pool: Pool, run: () => Promise<unknown>): Promise<void> {
  try {
    await run()
  } catch (error) {
    await pool.end()
    throw error
  }
}

async function closeLocal(pool: Pool, bundled: BundledServer): Promise<void> {
  await pool.end()
  await bundled.stop()
}

/** The encryption key of local mode: made once, stored beside the database, readable only by its owner. */
async function localEncryptionKey(dataDir: string): Promise<string> {
  const file = join(dataDir, 'encryption-key')
  await mkdir(dataDir, { recursive: true })
  try {
    await writeFile(file, `${randomSecret(32)}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return (await readFile(file, 'utf8')).trim()
}

function logLost(log: Log) {
  return (error: Error) => log.warn({ reason: error.message }, 'a database connection was lost')
}

function logMigration(log: Log) {
  return (message: string) => log.info({}, message)
}
