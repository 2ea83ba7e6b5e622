import { join } from 'node:path'
import type { BackupSettings } from '../../config.ts'
import { backupsOf, type ConnectionSettings, makeBackupDirectory, pgdataOf } from '../bundled/index.ts'
import { answered } from './answered.ts'
import { type Base, listBases, sizeOfFolder } from './bases.ts'
import { BackupError } from './errors.ts'
import { makeBase } from './make-base.ts'
import { type ReplicationClient, withReplication } from './replication.ts'
import { prune, type Room, roomFor, takenBy, whyDue } from './room.ts'
import { compressSegments, keepHistories } from './wal.ts'

/** A database that is backed up: how to reach it, where its files are, and how it is to be done. */
export type BackedUp = { connection: ConnectionSettings; data_dir: string; settings: BackupSettings }

/** How a round goes. */
export type RoundOptions = {
  /** `now`: whether one is due or not. `never`: only what is there is kept in order. */
  make: 'now' | 'when-due' | 'never'
  checkpoint: 'fast' | 'spread'
  progress?: (done_bytes: number, total_bytes: number) => void
  stopping?: AbortSignal
}

/** What a round did. */
export type BackupRound = {
  directory: string
  made: Base | undefined
  newest: Base | undefined
  /** Whether there is anything that was not there before. */
  changed: boolean
  bytes: number
  room_bytes: number
  /** Sentences that an operator should read. */
  warnings: string[]
  /** Why the log is not archived, if it is not. */
  archive_fault: string | undefined
}

/**
 * One round of what keeps backups: the archived log is compressed, a base backup is made when one is due, and the oldest go until all of it
 * fits into its share of the disk. Throws BackupError when another process does the same, or when something is wrong.
 */
export async function keepBackups(backedUp: BackedUp, options: RoundOptions): Promise<BackupRound> {
  const round = (client: ReplicationClient) => keepWith(client, backedUp, options)
  return withReplication(backedUp.connection, round, options.stopping)
}

async function keepWith(client: ReplicationClient, backedUp: BackedUp, options: RoundOptions): Promise<BackupRound> {
  const { data_dir, settings, connection } = backedUp
  const pgdata = pgdataOf(data_dir)
  const directory = backupsOf(pgdata, settings.directory)
  makeBackupDirectory(directory)
  await keepHistories(directory, join(pgdata, 'pg_wal'))
  const compressed = await compressSegments(directory, options.stopping)
  let taken_bytes = await takenBy(directory)
  const room_bytes = await roomFor(directory, settings.disk_share, taken_bytes)
  const now = new Date()
  const due = await whyDue(directory, {
    every_ms: settings.every_ms,
    room_bytes,
    timeline: await timelineOf(client),
    now,
  })
  let made: Base | undefined
  if (options.make === 'now' || (options.make === 'when-due' && due !== undefined)) {
    taken_bytes = await makeRoom(directory, { taken_bytes, room_bytes }, now)
    const { checkpoint, progress = () => {} } = options
    made = await makeBase(client, { directory, password: connection.password, checkpoint, progress })
    taken_bytes += await sizeOfFolder(made.folder)
  }
  const pruned = await prune(directory, { taken_bytes, room_bytes, needed_bytes: 0 }, now)
  const { bases, broken } = await listBases(directory)
  return {
    directory,
    made,
    newest: bases.at(-1),
    changed: compressed > 0 || made !== undefined,
    bytes: pruned.taken_bytes,
    room_bytes,
    warnings: [...broken.map(brokenRecord), ...(pruned.gave_up_wal ? [gaveUp] : [])],
    archive_fault: await findArchiveFault(client),
  }
}

const gaveUp =
  'The log behind the last backup took more than the share of the disk and was removed, so only the state of that backup can be restored until the next one: raise TALLYSTICK_BACKUP_DISK_SHARE, or set TALLYSTICK_BACKUP_DIR to a larger disk.'

/** What is said of a folder whose record is not as it was written. */
export function brokenRecord(folder: string): string {
  return `The record of the backup ${folder} is broken or missing, so it is not used: remove that folder.`
}

/** Older ones go first. Where even the newest leaves no room for another of its size, nothing is begun. */
async function makeRoom(directory: string, room: Omit<Room, 'needed_bytes'>, now: Date): Promise<number> {
  const newest = (await listBases(directory)).bases.at(-1)
  const needed_bytes = Math.ceil((newest?.archive.bytes ?? 0) * 1.1)
  const { room_bytes } = room
  const { taken_bytes } = await prune(directory, { ...room, needed_bytes }, now)
  if (taken_bytes + needed_bytes <= room_bytes) return taken_bytes
  throw new BackupError(
    `A backup needs about ${megabytes(needed_bytes)} beside the newest, and all backups may take ${megabytes(room_bytes)}, of which ${megabytes(taken_bytes)} are taken: raise TALLYSTICK_BACKUP_DISK_SHARE, or set TALLYSTICK_BACKUP_DIR to a larger disk.`,
  )
}

/** Bytes as they are shown, such as `12 MB`. */
export function megabytes(bytes: number): string {
  return `${bytes < 10_000_000 ? (bytes / 1_000_000).toFixed(1) : Math.round(bytes / 1_000_000)} MB`
}

async function timelineOf(client: ReplicationClient): Promise<number> {
  const { rows } = await answered(client, client.query<{ timeline: number | string }>('IDENTIFY_SYSTEM'))
  return Number.parseInt(String(rows[0]?.timeline), 10)
}

/** PostgreSQL tries again by itself, and keeps its log until it succeeds, so the disk of the database fills. */
async function findArchiveFault(client: ReplicationClient): Promise<string | undefined> {
  const { rows } = await answered(
    client,
    client.query<{ failed: string }>(
      "select last_failed_wal as failed from pg_stat_archiver where last_failed_time > coalesce(last_archived_time, '-infinity')",
    ),
  )
  return (
    rows[0] &&
    `PostgreSQL cannot copy its log ${rows[0].failed} to the backups: postgres.log in the data directory says why. Until it can, the log stays in the data directory.`
  )
}
