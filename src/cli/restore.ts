import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type DatabasePlace, readDatabasePlace } from '../config.ts'
import { checkPages } from '../database/backup/check-pages.ts'
import { plainDiskError } from '../database/backup/errors.ts'
import { type Restored, type RestoreOptions, restore, restoreInto } from '../database/backup/restore.ts'
import type { BundledServer } from '../database/bundled/index.ts'
import { openLocalDatabase } from '../database/local.ts'
import { migrate } from '../database/migrate.ts'
import { openPool } from '../database/pool.ts'
import { formatResult, verifyBooks } from '../ledger/verify/verify.ts'
import { restoreExport } from './restore-export.ts'
import { readArguments, UsageError } from './usage.ts'
import { warnOfSettings } from './with-database.ts'

const options = {
  into: { type: 'string' },
  from: { type: 'string' },
  'to-time': { type: 'string' },
  drill: { type: 'boolean', default: false },
  logical: { type: 'string' },
  'grant-to': { type: 'string' },
} as const

/** `tallystick restore`: a backup of the bundled database becomes a data directory again, or is only tried. */
export async function restoreCommand(args: string[]): Promise<void> {
  const { values } = readArguments('restore', args, options)
  const { into, from, drill, logical } = values
  if (logical !== undefined) {
    if (drill || from !== undefined || values['to-time'] !== undefined) {
      throw new UsageError('--logical takes --into or --grant-to beside it only. See tallystick restore --help.')
    }
    warnOfSettings()
    const target = { folder: resolve(logical), into, grant_to: values['grant-to'] }
    await restoreExport(target, readDatabasePlace(process.env))
    return
  }
  if (values['grant-to'] !== undefined) throw new UsageError('--grant-to goes with --logical only.')
  if (drill === (into !== undefined)) {
    throw new UsageError('tallystick restore needs either --into DIRECTORY or --drill. See tallystick restore --help.')
  }
  const to_time = values['to-time'] === undefined ? undefined : readMoment(values['to-time'], new Date())
  warnOfSettings()
  const place = readDatabasePlace(process.env)
  const asked: RestoreOptions = { from: resolve(from ?? place.backup.directory), to_time, progress: say }
  if (into === undefined) await tryRestore(asked)
  else await restoreTo(into, asked, place)
}

const momentForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/

function readMoment(text: string, now: Date): Date {
  const ms = momentForm.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(ms) || ms > now.getTime()) {
    throw new UsageError(`--to-time should be a moment in the past such as 2026-11-26T13:45:00Z, not "${text}".`)
  }
  return new Date(ms)
}

async function restoreTo(into: string, asked: RestoreOptions, place: DatabasePlace): Promise<void> {
  const target = resolve(into)
  tell(await restore(target, asked), asked)
  const key = join(place.data_dir, 'encryption-key')
  say(`Restored into ${target}. Before it is started:`)
  say(
    `  1. Put the encryption key there, which no backup has: ${existsSync(key) ? `cp ${key}` : 'copy the file that you kept to'} ${join(target, 'encryption-key')}, or set TALLYSTICK_ENCRYPTION_KEY.`,
  )
  say('  2. Stop the old server, if it still runs: both would send webhooks and ask processors.')
  say(`  3. TALLYSTICK_DATA_DIR=${target} tallystick start, and tallystick verify.`)
}

/** Restores beside whatever runs, looks at everything, and removes it. */
async function tryRestore(asked: RestoreOptions): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'tallystick-drill-'))
  const begun = performance.now()
  let isRight = false
  try {
    const restored = await restoreInto(directory, asked, async (server) => {
      isRight = await lookAt(server)
    })
    tell(restored, asked)
  } catch (error) {
    throw plainDiskError(error, directory)
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 5 })
  }
  say(
    isRight
      ? `The drill went well, in ${Math.round((performance.now() - begun) / 1_000)} s. What was restored is deleted again.`
      : 'The drill FAILED: see above. What was restored is deleted again.',
  )
  if (!isRight) process.exitCode = 1
}

async function lookAt(server: BundledServer): Promise<boolean> {
  say('Checking every page')
  const { owner, server: address, serverRole } = await openLocalDatabase(server)
  const pages = await checkPages(server.connection('tallystick'))
  for (const fault of pages?.faults ?? []) say(`  ${fault}`)
  say(
    pages
      ? `  ${pages.tables} tables and ${pages.indexes} indexes, ${pages.faults.length} faults`
      : '  This PostgreSQL does not bring amcheck, so pages are checked by their checksums only.',
  )
  say('Checking the books')
  const owning = openPool(owner, 1, () => {})
  const pool = openPool(address, 4, () => {})
  try {
    // What a start of this version would do first.
    await migrate(owning, new Date(), serverRole)
    const results = await verifyBooks(pool)
    const broken = results.filter(({ violations }) => violations > 0n)
    say(broken.length === 0 ? `  ${results.length} invariants hold` : broken.map(formatResult).join('\n'))
    return broken.length === 0 && (pages?.faults.length ?? 0) === 0
  } finally {
    await Promise.all([owning.end(), pool.end()])
  }
}

function tell({ base, segments, last_change, ended_before }: Restored, { to_time }: RestoreOptions): void {
  const last = last_change?.toISOString() ?? `none behind the backup, which was complete at ${base.ended_at}`
  say(`Restored from the backup ${base.name} and ${segments} segments of the log. The last change in it: ${last}.`)
  if (ended_before) {
    say(
      `The archived log has no change between that and ${to_time?.toISOString()}. What was changed in the last minute before a disk was lost may be missing.`,
    )
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
