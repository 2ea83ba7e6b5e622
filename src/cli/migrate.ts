import { parseArgs } from 'node:util'
import { readConfig } from '../config.ts'
import { migrate } from '../database/migrate.ts'
import { openPool } from '../database/pool.ts'
import { UsageError } from './explain.ts'

/** `tallystick migrate`: for a database whose owner is another role than the one that serves. */
export async function migrateCommand(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { 'grant-to': { type: 'string' } } })
  const { database_url } = readConfig({ TALLYSTICK_ENCRYPTION_KEY: '-'.repeat(32), ...process.env })
  if (database_url === undefined) {
    throw new UsageError('Set DATABASE_URL: local mode migrates its own database at every start.')
  }
  const pool = openPool({ connectionString: database_url }, 1, () => {})
  try {
    const log = (message: string) => process.stderr.write(`${message}\n`)
    const done = await migrate(pool, new Date(), values['grant-to'], { log })
    process.stdout.write(done.length === 0 ? 'Nothing to do.\n' : `${done.map((name) => `ran ${name}`).join('\n')}\n`)
  } finally {
    await pool.end()
  }
}
