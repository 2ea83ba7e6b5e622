import { rm, statfs } from 'node:fs/promises'
import { walFolder } from '../bundled/index.ts'
import { type Base, basesFolder, listBases, removeBase, sizeOfFolder } from './bases.ts'
import { hasGap, listSegments, removeSegmentsBefore, segmentsAfter } from './wal.ts'

/** What was kept, and what was given up so that the backups stay within their share of the disk. */
export type Pruned = { bases: Base[]; bytes: number; room_bytes: number; gave_up_wal: boolean }

const dayMs = 24 * 3_600_000
// What was erased of a person is in older backups still. This is how long.
const keptMs = 30 * dayMs
// The rest of the disk is for the database, whose server stops when it is full.
const leftFreePercent = 5

/** The bytes that backups may take: a share of their disk in percent, and never the last of it. */
export async function roomFor(directory: string, share: number): Promise<number> {
  const { blocks, bavail, bsize } = await statfs(directory)
  const taken = await sizeOfFolder(directory)
  const disk = blocks * bsize
  return Math.max(0, Math.min((disk * share) / 100, taken + bavail * bsize - (disk * leftFreePercent) / 100))
}

/**
 * Removes the oldest base backups, and the WAL that only they need, until there is room for `needed_bytes` more; and those that are older
 * than 30 days. The newest stays. When its WAL alone is too much that WAL goes, since an archive that cannot grow stops the database.
 * Needs the lock of backups.
 */
export async function prune(directory: string, room_bytes: number, needed_bytes: number, now: Date): Promise<Pruned> {
  const { bases } = await listBases(directory)
  const isOld = ({ ended_at }: Base) => now.getTime() - Date.parse(ended_at) > keptMs
  let bytes = await takenBy(directory)
  while (bases.length > 1 && (bytes + needed_bytes > room_bytes || isOld(bases[0] as Base))) {
    await removeBase(bases.shift() as Base)
    if (bases[0]) await removeSegmentsBefore(bases[0], directory)
    bytes = await takenBy(directory)
  }
  if (bases[0]) await removeSegmentsBefore(bases[0], directory)
  bytes = await takenBy(directory)
  const gave_up_wal = bytes > room_bytes && (await giveUpWal(directory, bases[0]))
  if (gave_up_wal) bytes = await takenBy(directory)
  return { bases, bytes, room_bytes, gave_up_wal }
}

async function takenBy(directory: string): Promise<number> {
  return (await sizeOfFolder(basesFolder(directory))) + (await sizeOfFolder(walFolder(directory)))
}

async function giveUpWal(directory: string, base: Base | undefined): Promise<boolean> {
  const segments = await listSegments(directory)
  const useless = base ? segmentsAfter(base, segments) : segments
  for (const { path } of useless) await rm(path, { force: true })
  return useless.length > 0
}

/**
 * Why a new base backup is due, or undefined: there is none, the newest is too old, the WAL does not lead on from it or belongs to another
 * timeline, or takes half of the room.
 */
export async function whyDue(
  directory: string,
  { every_ms, room_bytes, timeline, now }: { every_ms: number; room_bytes: number; timeline: number; now: Date },
): Promise<string | undefined> {
  const newest = (await listBases(directory)).bases.at(-1)
  if (newest === undefined) return 'there is none yet'
  if (now.getTime() - Date.parse(newest.ended_at) >= every_ms) return 'the newest is old enough'
  if (newest.end.timeline !== timeline) return 'the database was restored since'
  if (hasGap(newest, await listSegments(directory))) return 'the log behind the newest has a gap'
  if ((await sizeOfFolder(walFolder(directory))) > room_bytes / 2)
    return 'the log behind the newest takes half of the room'
  return undefined
}
