import { ConfigError, readDatabasePlace } from '../config.ts'
import { upgradeDatabase } from '../database/backup/upgrade.ts'
import { type BundledServer, binariesIn, findBinaries, majorOf, writtenBy } from '../database/bundled/index.ts'
import { localServerAddress } from '../database/local.ts'
import { openPool } from '../database/pool.ts'
import { formatResult, verifyBooks } from '../ledger/verify/verify.ts'
import { readArguments, UsageError } from './usage.ts'
import { warnOfSettings } from './with-database.ts'

/** `tallystick upgrade-database`: the database of local mode goes on in the major version of PostgreSQL that this release brings. */
export async function upgradeDatabaseCommand(args: string[]): Promise<void> {
  const { values } = readArguments('upgrade-database', args, { 'old-bindir': { type: 'string' } })
  const bindir = values['old-bindir']
  if (bindir === undefined) {
    throw new UsageError(
      'tallystick upgrade-database needs --old-bindir DIRECTORY, with the PostgreSQL that wrote the data. See tallystick upgrade-database --help.',
    )
  }
  warnOfSettings()
  const { database_url, data_dir, backup } = readDatabasePlace(process.env)
  if (database_url !== undefined) {
    throw new ConfigError('This upgrades the PostgreSQL that local mode brings. For one of yours use pg_upgrade.')
  }
  const written = writtenBy(data_dir)
  if (written === undefined) {
    throw new ConfigError(`There is no database in the data directory ${data_dir}: set TALLYSTICK_DATA_DIR.`)
  }
  const major = majorOf(findBinaries())
  if (written === String(major)) {
    say(`Nothing to do: the database in ${data_dir} is of PostgreSQL ${major}.`)
    return
  }
  const old = binariesIn(bindir)
  if (String(majorOf(old)) !== written) {
    throw new ConfigError(
      `The database in ${data_dir} was written by PostgreSQL ${written}, and that in ${bindir} is ${old.version}: name the folder of ${written}.`,
    )
  }
  say(`Upgrading the database in ${data_dir} from PostgreSQL ${written} to ${major}.`)
  const backup_dir = backup.scheduled ? backup.directory : undefined
  const kept = await upgradeDatabase({ data_dir, old, backup_dir, progress: say, check: expectRightBooks })
  say(`The database is of PostgreSQL ${major} now. Start the server: its first backup follows within minutes.`)
  say(
    `What was there before is kept in ${kept}, and its backups beside those of the new one. Delete both when you are sure, within 30 days: they hold what was erased since.`,
  )
}

async function expectRightBooks(upgraded: BundledServer): Promise<void> {
  say('Checking the books')
  const pool = openPool(localServerAddress(upgraded), 4, () => {})
  try {
    const results = await verifyBooks(pool)
    const broken = results.filter(({ violations }) => violations > 0n)
    if (broken.length > 0) {
      throw new ConfigError(
        `The books are not right, and nothing was changed. Start the release from before and look into it:\n${broken.map(formatResult).join('\n')}`,
      )
    }
    say(`  ${results.length} invariants hold`)
  } finally {
    await pool.end()
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
