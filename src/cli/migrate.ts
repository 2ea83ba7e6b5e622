import { migrate } from '../database/migrate.ts'
import { readArguments } from './usage.ts'
import { withOwner } from './with-database.ts'

/** `tallystick migrate`: for a database whose owner is another role than the one that serves. */
export async function migrateCommand(args: string[]): Promise<void> {
  const { values } = readArguments('migrate', args, { 'grant-to': { type: 'string' } })
  const missing = 'Set DATABASE_URL: local mode migrates its own database at every start.'
  await withOwner(missing, async (pool) => {
    const log = (message: string) => process.stderr.write(`${message}\n`)
    const done = await migrate(pool, new Date(), values['grant-to'], { log })
    process.stdout.write(done.length === 0 ? 'Nothing to do.\n' : `${done.map((name) => `ran ${name}`).join('\n')}\n`)
  })
}
