import { ConfigError, type DatabasePlace, readDatabasePlace, settingWarnings } from '../config.ts'
import { hasDatabase, runningServer, startBundledServer } from '../database/bundled/index.ts'
import { databaseName } from '../database/database-name.ts'
import { localServerAddress } from '../database/local.ts'
import { isMigrated } from '../database/migrate.ts'
import { type DatabaseAddress, openPool, type Pool } from '../database/pool.ts'

const poolSize = 4

/**
 * Gives a command the server's database: the one that a running server uses, or one started for as long as it takes. `where` names
 * it as it may be shown. A command makes no database and migrates none: ConfigError when there is none that it can use.
 */
export async function withDatabase<T>(work: (pool: Pool, where: string) => Promise<T>): Promise<T> {
  warnOfSettings()
  const place = readDatabasePlace(process.env)
  const way = place.database_url === undefined ? await wayToLocal(place) : wayTo(place.database_url)
  const pool = openPool(way.address, poolSize, () => {})
  try {
    await expectUsable(pool, way)
    return await work(pool, way.where)
  } finally {
    await pool.end()
    await way.close()
  }
}

/** Says on stderr what of the settings is most likely not meant, a line for each. */
export function warnOfSettings(): void {
  for (const warning of settingWarnings(process.env)) process.stderr.write(`${warning}\n`)
}

/** How to reach a database; `codes` are the errors that tell that it was never made. */
type Way = { address: DatabaseAddress; where: string; codes: string[]; close(): Promise<void> }

function wayTo(url: string): Way {
  const address = { connectionString: url }
  const { host, name } = databaseName(address)
  return { address, where: `the database ${name} on ${host}`, codes: [], close: async () => {} }
}

async function wayToLocal({ data_dir }: DatabasePlace): Promise<Way> {
  const where = `the data directory ${data_dir}`
  if (!hasDatabase(data_dir)) throw noDatabase(where)
  // A first start that was killed leaves a PostgreSQL without our database, or without our roles.
  const codes = ['3D000', '28000', '28P01']
  const running = runningServer(data_dir)
  if (running) return { address: localServerAddress(running), where, codes, close: async () => {} }
  const bundled = await startBundledServer({ data_dir, log: () => {} })
  return { address: localServerAddress(bundled), where, codes, close: () => bundled.stop() }
}

async function expectUsable(pool: Pool, { where, codes }: Way): Promise<void> {
  if (!(await hasTables(pool, codes))) throw noDatabase(where)
  if (!(await isMigrated(pool))) {
    throw new ConfigError(
      `What is in ${where} is of an older version: start the server of this one, or run tallystick migrate.`,
    )
  }
}

async function hasTables(pool: Pool, codes: string[]): Promise<boolean> {
  try {
    const { rows } = await pool.query("select from pg_class where oid = to_regclass('public.schema_migration')")
    return rows.length > 0
  } catch (error) {
    if (codes.includes((error as { code?: string }).code ?? '')) return false
    throw error
  }
}

function noDatabase(where: string): ConfigError {
  return new ConfigError(
    `There is nothing of Tallystick in ${where}: tallystick start makes it; DATABASE_URL or TALLYSTICK_DATA_DIR says where to look.`,
  )
}
