import { join } from 'node:path'
import { ConfigError, readDatabasePlace } from '../config.ts'
import { exportTables } from '../database/backup/export.ts'
import { handOver } from '../database/backup/hand-over.ts'
import { type BackupRound, keepBackups, megabytes } from '../database/backup/keep.ts'
import { type ConnectionSettings, hasDatabase, runningServer } from '../database/bundled/index.ts'
import { startLocalServer } from '../database/local.ts'
import { readArguments, UsageError } from './usage.ts'
import { warnOfSettings, withDatabase } from './with-database.ts'

const keepKey = 'The encryption key is NOT in it: keep a copy of it in another place.'

/** `tallystick backup`: a backup of the bundled database, now, or with --logical the rows of any. */
export async function backupCommand(args: string[]): Promise<void> {
  const { values } = readArguments('backup', args, {
    logical: { type: 'boolean', default: false },
    to: { type: 'string' },
  })
  if (values.logical !== (values.to !== undefined)) {
    throw new UsageError('--logical and --to DIRECTORY belong together. See tallystick backup --help.')
  }
  if (values.to !== undefined) await exportTo(values.to)
  else await backUpLocal()
}

async function exportTo(directory: string): Promise<void> {
  await withDatabase(async (pool, where) => {
    process.stdout.write(`Exporting ${where}, as of now.\n`)
    const { tables } = await exportTables(pool, directory, (line) => process.stdout.write(`${line}\n`))
    process.stdout.write(`The export ${directory} is whole: ${tables.length} tables.\n${keepKey}\n`)
  })
}

async function backUpLocal(): Promise<void> {
  warnOfSettings()
  const place = readDatabasePlace(process.env)
  const { data_dir, backup: settings } = place
  if (place.database_url !== undefined) {
    throw new ConfigError(
      'This backs up the PostgreSQL that local mode brings. For one of yours use its own tools, which docs/guides/backup.md names, or --logical.',
    )
  }
  if (!hasDatabase(data_dir)) {
    throw new ConfigError(`There is no database in the data directory ${data_dir}: set TALLYSTICK_DATA_DIR.`)
  }
  const running = runningServer(data_dir)
  const own = running ? undefined : await startLocalServer(place, () => {})
  const server = running ?? own
  if (!server) throw new Error('a server runs, or was started')
  try {
    process.stdout.write(`Backing up the data directory ${data_dir}.\n`)
    const round = await backUpNow(server.connection('postgres'), data_dir, settings)
    if (settings.command !== undefined) await handOver(settings.command, round.directory)
    report(round, data_dir)
  } finally {
    await own?.stop()
  }
}

const toldEveryMs = 2_000

function backUpNow(
  connection: ConnectionSettings,
  data_dir: string,
  settings: ReturnType<typeof readDatabasePlace>['backup'],
): Promise<BackupRound> {
  let told = performance.now()
  const progress = (done_bytes: number, total_bytes: number) => {
    if (performance.now() - told < toldEveryMs) return
    told = performance.now()
    process.stdout.write(`  ${megabytes(done_bytes)} of about ${megabytes(total_bytes)}\n`)
  }
  return keepBackups({ connection, data_dir, settings }, { make: 'now', checkpoint: 'fast', progress })
}

function report({ made, bytes, room_bytes, warnings, archive_fault }: BackupRound, data_dir: string): void {
  if (!made) throw new Error('a backup was asked for')
  const lines = [
    ...warnings,
    ...(archive_fault === undefined ? [] : [archive_fault]),
    `The backup ${made.folder} is whole: ${megabytes(made.archive.bytes)}, ${made.files} files, each as PostgreSQL's manifest says.`,
    `All backups take ${megabytes(bytes)} of the ${megabytes(room_bytes)} that they may.`,
    `The encryption key is NOT in it: keep a copy of ${join(data_dir, 'encryption-key')}, or of TALLYSTICK_ENCRYPTION_KEY, in another place.`,
    'Try it: tallystick restore --drill',
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}
