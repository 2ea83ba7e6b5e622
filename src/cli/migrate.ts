import { grantRights, migrate } from '../database/migrate.ts'
import { readArguments } from './usage.ts'
import { withOwner } from './with-database.ts'

/** `tallystick migrate`: for a database whose owner is another role than the one that serves. */
export async function migrateCommand(args: string[]): Promise<void> {
  const { values } = readArguments('migrate', args, { 'grant-to': { type: 'string' } })
  const missing = 'Set DATABASE_URL: local mode migrates its own database at every start.'
  await withOwner(missing, async (pool) => {
    const log = (message: string) => process.stderr.write(`${message}\n`)
    const role = values['grant-to']
    const done = await migrate(pool, new Date(), role, { log })
    // A migration gives them too. Without one it may be another role than before.
    if (done.length === 0 && role !== undefined) await grantRights(pool, role)
    const lines = done.length > 0 ? done.map((name) => `ran ${name}`) : ['Nothing to do.']
    process.stdout.write(`${[...lines, ...(role === undefined ? [] : [`${role} has its rights`])].join('\n')}\n`)
  })
}
