import { ConfigError, readDatabasePlace } from '../config.ts'
import { databaseName } from '../database/database-name.ts'
import { migrate } from '../database/migrate.ts'
import { databaseAddress, openPool } from '../database/pool.ts'
import { readArguments } from './usage.ts'
import { warnOfSettings } from './with-database.ts'

/** `tallystick migrate`: for a database whose owner is another role than the one that serves. */
export async function migrateCommand(args: string[]): Promise<void> {
  const { values } = readArguments('migrate', args, { 'grant-to': { type: 'string' } })
  warnOfSettings()
  const { database_url } = readDatabasePlace(process.env)
  if (database_url === undefined) {
    throw new ConfigError('Set DATABASE_URL: local mode migrates its own database at every start.')
  }
  const address = databaseAddress(database_url)
  databaseName(address)
  const pool = openPool(address, 1, () => {})
  try {
    const log = (message: string) => process.stderr.write(`${message}\n`)
    const done = await migrate(pool, new Date(), values['grant-to'], { log })
    process.stdout.write(done.length === 0 ? 'Nothing to do.\n' : `${done.map((name) => `ran ${name}`).join('\n')}\n`)
  } finally {
    await pool.end()
  }
}
