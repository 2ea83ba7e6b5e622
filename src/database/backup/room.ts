import { rm, statfs } from 'node:fs/promises'
import { walFolder } from '../bundled/index.ts'
import { type Base, basesFolder, listBases, removeBase, sizeOfFiles, sizeOfFolder } from './bases.ts'
import { hasGap, listSegments, removeSegmentsBefore, segmentsAfter } from './wal.ts'

/** What the backups take on their disk, what they may take, and how much more is to be put there. */
export type Room = { taken_bytes: number; room_bytes: number; needed_bytes: number }

/** What was kept, what it takes, and whether the log was given up so that it stays within its share of the disk. */
export type Pruned = { bases: Base[]; taken_bytes: number; gave_up_wal: boolean }

const dayMs = 24 * 3_600_000
// What was erased of a person is in older backups still. This is how long.
const keptMs = 30 * dayMs
// The rest of the disk is for the database, whose server stops when it is full.
const leftFreePercent = 5

/** What the backups take on their disk. */
export async function takenBy(directory: string): Promise<number> {
  return (await sizeOfFolder(basesFolder(directory))) + (await sizeOfFolder(walFolder(directory)))
}

/** The bytes that backups may take: a share of their disk in percent, and never the last of it. */
export async function roomFor(directory: string, share: number, taken_bytes: number): Promise<number> {
  const { blocks, bavail, bsize } = await statfs(directory)
  const disk = blocks * bsize
  return Math.max(0, Math.min((disk * share) / 100, taken_bytes + bavail * bsize - (disk * leftFreePercent) / 100))
}

/**
 * Removes the oldest base backups, and the WAL that only they need, until there is room for what is needed; and those that are older
 * than 30 days. The newest stays. When its WAL alone is too much that WAL goes, since an archive that cannot grow stops the database.
 * Needs the lock of backups.
 */
export async function prune(directory: string, room: Room, now: Date): Promise<Pruned> {
  const { bases } = await listBases(directory)
  const isOld = ({ ended_at }: Base) => now.getTime() - Date.parse(ended_at) > keptMs
  let { taken_bytes } = room
  if (bases[0]) taken_bytes -= await removeSegmentsBefore(bases[0], directory)
  while (bases.length > 1 && (taken_bytes + room.needed_bytes > room.room_bytes || isOld(bases[0] as Base))) {
    taken_bytes -= await removeBase(bases.shift() as Base)
    if (bases[0]) taken_bytes -= await removeSegmentsBefore(bases[0], directory)
  }
  const given_up = taken_bytes > room.room_bytes ? await giveUpWal(directory, bases[0]) : 0
  return { bases, taken_bytes: taken_bytes - given_up, gave_up_wal: given_up > 0 }
}

async function giveUpWal(directory: string, base: Base | undefined): Promise<number> {
  const segments = await listSegments(directory, base)
  const paths = (base ? segmentsAfter(base, segments) : segments).map(({ path }) => path)
  const bytes = await sizeOfFiles(paths)
  for (const path of paths) await rm(path, { force: true })
  return bytes
}

/**
 * Why a new base backup is due, or undefined: there is none, the newest is too old, the WAL does not lead on from it or belongs to another
 * timeline, or what is behind it takes half of the room.
 */
export async function whyDue(
  directory: string,
  { every_ms, room_bytes, timeline, now }: { every_ms: number; room_bytes: number; timeline: number; now: Date },
): Promise<string | undefined> {
  const newest = (await listBases(directory)).bases.at(-1)
  if (newest === undefined) return 'there is none yet'
  if (now.getTime() - Date.parse(newest.ended_at) >= every_ms) return 'the newest is old enough'
  if (newest.end.timeline !== timeline) return 'the database was restored since'
  const segments = await listSegments(directory, newest)
  if (hasGap(newest, segments)) return 'the log behind the newest has a gap'
  const log_bytes = await sizeOfFiles(segments.map(({ path }) => path))
  return log_bytes > room_bytes / 2 ? 'the log behind the newest takes half of the room' : undefined
}
