import { ConfigError, type DatabasePlace, readDatabasePlace, settingWarnings } from '../config.ts'
import { hasDatabase, runningServer } from '../database/bundled/index.ts'
import { databaseName } from '../database/database-name.ts'
import { localServerAddress, startLocalServer } from '../database/local.ts'
import { isMigrated } from '../database/migrate.ts'
import { commandLimits, type DatabaseAddress, databaseAddress, openPool, type Pool } from '../database/pool.ts'
import { openShards } from '../distribution/serving.ts'

const poolSize = 4

/**
 * Gives a command the server's database: that of a running server, or else one started for the duration of the command. `where` names
 * it without user and password. Nothing is created or migrated: throws ConfigError when there is no database that can be used.
 */
export async function withDatabase<T>(work: (pool: Pool, where: string) => Promise<T>): Promise<T> {
  warnOfSettings()
  const place = readDatabasePlace(process.env)
  const way = place.database_url === undefined ? await wayToLocal(place) : wayTo(place.database_url)
  const pool = openPool(way.address, poolSize, () => {})
  try {
    await expectUsable(pool, way)
    // A command goes through the coordinator: of the map it needs what is told to the pool.
    const shards = await openShards(pool, { address: way.address, size: 1, limits: commandLimits })
    await shards?.close()
    return await work(pool, way.where)
  } finally {
    await pool.end()
    await way.close()
  }
}

/**
 * Gives a command one connection to DATABASE_URL, as the role that owns the tables. Throws ConfigError with `missing` where it is not set:
 * the database of local mode is another.
 */
export async function withOwner<T>(missing: string, work: (pool: Pool) => Promise<T>): Promise<T> {
  warnOfSettings()
  const { database_url } = readDatabasePlace(process.env)
  if (database_url === undefined) throw new ConfigError(missing)
  const address = databaseAddress(database_url)
  databaseName(address)
  const pool = openPool(address, 1, () => {})
  try {
    return await work(pool)
  } finally {
    await pool.end()
  }
}

/** Writes the warnings about the settings to stderr, one line each. */
export function warnOfSettings(): void {
  for (const warning of settingWarnings(process.env)) process.stderr.write(`${warning}\n`)
}

/** How to connect. `missing_codes` are the errors which mean that the database was never created. */
type Way = { address: DatabaseAddress; where: string; missing_codes: string[]; close(): Promise<void> }

function wayTo(url: string): Way {
  const address = databaseAddress(url)
  const { host, name } = databaseName(address)
  return { address, where: `the database ${name} on ${host}`, missing_codes: [], close: async () => {} }
}

async function wayToLocal(place: DatabasePlace): Promise<Way> {
  const { data_dir } = place
  const where = `the data directory ${data_dir}`
  if (!hasDatabase(data_dir)) throw noDatabase(where)
  // A first start that was killed can leave a PostgreSQL without our database or our roles.
  const missing_codes = ['3D000', '28000', '28P01']
  const running = runningServer(data_dir)
  if (running) return { address: localServerAddress(running), where, missing_codes, close: async () => {} }
  const bundled = await startLocalServer(place, () => {})
  return { address: localServerAddress(bundled), where, missing_codes, close: () => bundled.stop() }
}

async function expectUsable(pool: Pool, { where, missing_codes }: Way): Promise<void> {
  if (!(await hasTables(pool, missing_codes))) throw noDatabase(where)
  if (!(await isMigrated(pool))) {
    throw new ConfigError(
      `The schema in ${where} is older than this version: start the server, or run tallystick migrate.`,
    )
  }
}

async function hasTables(pool: Pool, missingCodes: string[]): Promise<boolean> {
  try {
    const { rows } = await pool.query({
      name: 'find-schema',
      text: "select 1 from pg_class where oid = to_regclass('public.schema_migration')",
    })
    return rows.length > 0
  } catch (error) {
    if (missingCodes.includes((error as { code?: string }).code ?? '')) return false
    throw error
  }
}

function noDatabase(where: string): ConfigError {
  return new ConfigError(
    `No Tallystick schema was found in ${where}: run tallystick start to create it, or set DATABASE_URL or TALLYSTICK_DATA_DIR.`,
  )
}
