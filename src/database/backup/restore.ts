import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { chmod, copyFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import pg from 'pg'
import {
  type BundledServer,
  BundledServerError,
  pgdataOf,
  startBundledServer,
  syncFolder,
  walFolder,
} from '../bundled/index.ts'
import { type Base, baseFiles, basesFolder, listBases } from './bases.ts'
import { BackupError, plainDiskError } from './errors.ts'
import { unpackBase, unpackSegment } from './unpack.ts'
import { type ArchivedSegment, listHistories, listSegments, segmentsAfter } from './wal.ts'
import { segmentAt } from './wal-names.ts'

/** What is to be restored: from which directory, and to which moment; to the end of the archived log without one. */
export type RestoreOptions = {
  from: string
  to_time: Date | undefined
  /** Told what is being done, in a sentence, every now and then. */
  progress(message: string): void
}

/** What was restored. */
export type Restored = {
  base: Base
  /** Segments of the log that were replayed, or were there to be. */
  segments: number
  /** The time of the last change that is in it; undefined when nothing was changed behind the backup. */
  last_change: Date | undefined
  /** Whether the archived log ended before the moment that was asked for. */
  ended_before: boolean
}

/**
 * The directory with the backups of one database: the named one, or the only one inside it. Throws BackupError when there is none, or
 * when there are several to choose from.
 */
export async function findBackups(from: string): Promise<string> {
  const within = existsSync(from) ? readdirSync(from).filter((name) => /^\d{5,20}$/.test(name)) : []
  const found = [from, ...within.map((name) => join(from, name))].filter((one) => existsSync(basesFolder(one)))
  const [only, ...others] = found
  if (only === undefined) {
    throw new BackupError(
      `There are no backups in ${from}: name their directory with --from, or set TALLYSTICK_BACKUP_DIR.`,
    )
  }
  if (others.length === 0) return only
  const shown = await Promise.all(
    found.map(async (one) => `${one} (last backup ${(await listBases(one)).bases.at(-1)?.ended_at ?? 'broken'})`),
  )
  throw new BackupError(`There are backups of ${found.length} databases, so name one with --from: ${shown.join(', ')}.`)
}

/**
 * Restores into a new data directory: unpacks the newest base backup before the moment, replays the archived log, and opens the database as
 * a new timeline. It works in a directory beside it, which gets its name in the end. Throws BackupError when something is there already,
 * or a byte of the backup has changed.
 */
export async function restore(into: string, options: RestoreOptions): Promise<Restored> {
  return inNewDirectory(into, (draft) => restoreInto(draft, options, async () => {}))
}

/** Makes a data directory in a directory beside it, which gets its name when it is whole. Throws BackupError when something is there. */
export async function inNewDirectory<T>(into: string, make: (draft: string) => Promise<T>): Promise<T> {
  const target = resolve(into)
  if (existsSync(target) && readdirSync(target).length > 0) {
    throw new BackupError(`${target} is there already and nothing is overwritten: name a new directory.`)
  }
  let draft: string | undefined
  try {
    mkdirSync(dirname(target), { recursive: true })
    draft = await mkdtemp(`${target}.restoring-`)
    const made = await make(draft)
    await rename(draft, target)
    syncFolder(dirname(target))
    return made
  } catch (error) {
    if (draft !== undefined) await rm(draft, { recursive: true, force: true })
    throw plainDiskError(error, target)
  }
}

/**
 * Restores into an empty directory and lets `look` look at the database while it runs. What runs there afterwards is nothing; what
 * becomes of the directory is for the caller to say.
 */
export async function restoreInto(
  data_dir: string,
  { from, to_time, progress }: RestoreOptions,
  look: (server: BundledServer) => Promise<void>,
): Promise<Restored> {
  const directory = await findBackups(from)
  const { base, segments, is_covered } = await planRestore(directory, to_time)
  const pgdata = pgdataOf(data_dir)
  progress(`Unpacking the backup ${base.name} and comparing its ${base.files} files with their digests`)
  await unpackBase(base, pgdata, percentOf(base.archive.bytes, progress))
  await chmod(pgdata, 0o700)
  await copyFile(join(base.folder, baseFiles.password), join(data_dir, 'password'))
  await unpackLog(directory, segments, pgdata, progress)
  await writeFile(join(pgdata, 'recovery.signal'), '', { mode: 0o600 })
  const { server, has_ended } = await replay(data_dir, to_time, progress)
  try {
    const last_change = await lastChange(server)
    await look(server)
    return { base, segments: segments.length, last_change, ended_before: has_ended && !is_covered }
  } finally {
    await server.stop()
  }
}

/** With what a moment is restored. */
export type RestorePlan = {
  base: Base
  /** Behind it, and no further than the next base backup that was begun after the moment: what follows is not needed. */
  segments: ArchivedSegment[]
  /** Whether there is such a next one, so that everything until the moment is in the archived log. */
  is_covered: boolean
}

/** Finds the newest base backup before a moment and the log behind it. Throws BackupError when there is none. */
export async function planRestore(directory: string, to_time: Date | undefined): Promise<RestorePlan> {
  const { bases, broken } = await listBases(directory)
  const ms = to_time?.getTime() ?? Number.POSITIVE_INFINITY
  const base = bases.findLast(({ ended_at }) => Date.parse(ended_at) <= ms)
  const next = bases.find(({ started_at }) => Date.parse(started_at) > ms)
  const also = broken.length === 0 ? '' : ` The record of ${broken.join(' and ')} is broken or missing.`
  if (base) {
    const behind = segmentsAfter(base, await listSegments(directory, base))
    const segments = next ? behind.filter(({ number }) => number <= segmentAt(next.end).number) : behind
    return { base, segments, is_covered: next !== undefined }
  }
  const [first] = bases
  if (first === undefined) throw new BackupError(`There is no whole backup in ${directory}.${also}`)
  throw new BackupError(`The first backup there is was complete at ${first.ended_at}: name a later moment.${also}`)
}

const toldEveryMs = 2_000

function percentOf(total: number, progress: (message: string) => void): (done: number) => void {
  let told = performance.now()
  return (done) => {
    if (performance.now() - told < toldEveryMs) return
    told = performance.now()
    progress(`  ${Math.floor((done / total) * 100)} %`)
  }
}

/** PostgreSQL finds the log where it keeps its own, so that no command of a shell has to fetch it. */
async function unpackLog(
  directory: string,
  segments: ArchivedSegment[],
  pgdata: string,
  progress: (message: string) => void,
): Promise<void> {
  const folder = join(pgdata, 'pg_wal')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const archive = walFolder(directory)
  for (const name of await listHistories(archive)) copyFileSync(join(archive, name), join(folder, name))
  if (segments.length > 0) progress(`Unpacking ${segments.length} segments of the archived log`)
  const tell = percentOf(segments.length, progress)
  for (const [index, segment] of segments.entries()) {
    await unpackSegment(segment, folder)
    tell(index + 1)
  }
}

// PostgreSQL insists on a command. This one says that the archive does not have the file, in the shell of every system.
const replaying = {
  restore_command: 'exit 1',
  // It is not ready before it takes changes.
  hot_standby: 'off',
}
const endedBefore = /recovery ended before configured recovery target was reached/

async function replay(
  data_dir: string,
  to_time: Date | undefined,
  progress: (message: string) => void,
): Promise<{ server: BundledServer; has_ended: boolean }> {
  progress('Replaying the log')
  const start = (target: Record<string, string>) =>
    startBundledServer({ data_dir, log: progress, replays: true, settings: { ...replaying, ...target } })
  const target: Record<string, string> =
    to_time === undefined
      ? {}
      : {
          recovery_target_time: to_time.toISOString().replace('T', ' ').replace('Z', '+00'),
          recovery_target_action: 'promote',
        }
  try {
    return { server: await start(target), has_ended: false }
  } catch (error) {
    if (!(error instanceof BundledServerError) || !endedBefore.test(error.message)) throw notReplayed(error)
    // Nothing was changed between the end of the log and that moment, or it is not in the archive: which of them the caller says.
    return { server: await start({}), has_ended: true }
  }
}

/** The log that PostgreSQL's complaint names goes with the directory. */
function notReplayed(error: unknown): unknown {
  const [, complaint] = /^(PostgreSQL did not start: .*) \(more in .*\)$/s.exec((error as Error).message) ?? []
  if (!(error instanceof BundledServerError) || complaint === undefined) return error
  return new BackupError(`The backup could not be replayed: ${complaint}. Try another moment, or another backup.`, {
    cause: error,
  })
}

async function lastChange(server: BundledServer): Promise<Date | undefined> {
  const client = new pg.Client(server.connection('postgres'))
  await client.connect()
  try {
    const { rows } = await client.query<{ at: Date | null }>('select pg_last_xact_replay_timestamp() as at')
    return rows[0]?.at ?? undefined
  } finally {
    await client.end()
  }
}
