import { ConfigError } from '../config.ts'
import { isMigrated } from '../database/migrate.ts'
import type { DistributionFinding } from '../distribution/check.ts'
import { checkDistributed, distribute } from '../distribution/run.ts'
import { readArguments, UsageError } from './usage.ts'
import { withOwner } from './with-database.ts'

/**
 * `tallystick distribute`: spreads the tables over the machines of Citus. With `--check` it only looks. The exit code is 1 when something is not as it should be.
 */
export async function distributeCommand(args: string[]): Promise<void> {
  const { values } = readArguments('distribute', args, {
    shards: { type: 'string' },
    check: { type: 'boolean', default: false },
  })
  const shards = readShards(values.shards)
  if (values.check && shards !== undefined) throw new UsageError('--check and --shards exclude each other.')
  const missing = 'Set DATABASE_URL to the coordinator of Citus: the database of local mode is on one machine.'
  // One connection: every other session on the database is somebody else's.
  await withOwner(missing, async (pool) => {
    if (!(await isMigrated(pool))) throw new ConfigError('The database is not migrated: run tallystick migrate first.')
    if (values.check) return tell(await checkDistributed(pool))
    say('There is no way back but a backup.')
    tell(await distribute(pool, shards, say))
  })
}

function readShards(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new UsageError(`--shards should be a number from 1 to 999, not "${text}".`)
  return Number.parseInt(text, 10)
}

function tell(findings: readonly DistributionFinding[]): void {
  for (const { checked, faults } of findings) {
    say(`${faults.length === 0 ? 'ok   ' : 'WRONG'} ${checked}`)
    for (const fault of faults) say(`      ${fault}`)
  }
  if (findings.some(({ faults }) => faults.length > 0)) process.exitCode = 1
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
