import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { chown, copyFile, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { syncFolder, walFolder } from '../bundled/index.ts'
import { type Base, sizeOfFiles } from './bases.ts'
import { type Segment, segmentAt, segmentOf } from './wal-names.ts'

/** A file of the archived WAL. `compressed` is how our job leaves what PostgreSQL wrote; the checksum in it finds a changed byte. */
export type ArchivedSegment = Segment & { name: string; path: string; compressed: boolean }

/** What the name of a compressed segment ends in. */
export const compressedEnd = '.gz'
const draftEnd = '.part'

/**
 * The archived segments, by timeline and number: all, or those with which a base backup ends and those behind it. One that is there twice,
 * since it is being compressed, is listed once.
 */
export async function listSegments(directory: string, behind?: Base): Promise<ArchivedSegment[]> {
  const folder = walFolder(directory)
  const found = new Map<string, ArchivedSegment>()
  const from = behind ? segmentAt(behind.end).number : 0n
  for (const file of existsSync(folder) ? await readdir(folder) : []) {
    const compressed = file.endsWith(compressedEnd)
    const name = compressed ? file.slice(0, -compressedEnd.length) : file
    const segment = segmentOf(name)
    if (segment && segment.number >= from && (!compressed || !found.has(name))) {
      found.set(name, { ...segment, name, path: join(folder, file), compressed })
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The files that say where a timeline left another. */
export async function listHistories(folder: string): Promise<string[]> {
  return existsSync(folder) ? (await readdir(folder)).filter((name) => /^[0-9A-F]{8}\.history$/.test(name)) : []
}

/**
 * The segments behind a base backup that PostgreSQL can replay: without a gap on its timeline, and then on each later one that begins no
 * later than the one before it ends.
 */
export function segmentsAfter(base: Base, segments: readonly ArchivedSegment[]): ArchivedSegment[] {
  const end = segmentAt(base.end)
  const chain: ArchivedSegment[] = []
  let last = end
  for (const segment of segments) {
    const isFirst = segment.timeline > last.timeline && segment.number <= last.number + 1n
    const follows = segment.timeline === last.timeline && segment.number === last.number + 1n
    const isEnd = segment.timeline === end.timeline && segment.number === end.number
    if (!isFirst && !follows && !isEnd) continue
    chain.push(segment)
    last = segment
  }
  return chain
}

/** Whether WAL was archived to which a base backup does not lead: something between them is missing. */
export function hasGap(base: Base, segments: readonly ArchivedSegment[]): boolean {
  const newest = segments.at(-1)
  const end = segmentAt(base.end)
  if (newest === undefined || (newest.timeline === end.timeline && newest.number <= end.number)) return false
  return segmentsAfter(base, segments).at(-1)?.name !== newest.name
}

/** Compresses the segments that PostgreSQL has archived since. A minute of a calm day is 16 MB of zeros. Returns how many there were. */
export async function compressSegments(directory: string, stopping?: AbortSignal): Promise<number> {
  const folder = walFolder(directory)
  let done = 0
  for (const { path, compressed } of await listSegments(directory)) {
    if (compressed) continue
    if (stopping?.aborted) break
    const draft = path + draftEnd
    await rm(draft, { force: true })
    await pipeline(
      createReadStream(path),
      createGzip({ level: 1 }),
      createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true }),
    )
    const { atime, mtime } = await stat(path)
    await utimes(draft, atime, mtime)
    await rename(draft, path + compressedEnd)
    syncFolder(folder)
    await rm(path)
    done += 1
  }
  return done
}

/** Keeps the histories of timelines, which a server that was restored makes before it archives. */
export async function keepHistories(directory: string, pgWal: string): Promise<void> {
  const folder = walFolder(directory)
  // Nothing is archived.
  if (!existsSync(folder)) return
  const kept = await listHistories(folder)
  for (const name of await listHistories(pgWal)) {
    if (kept.includes(name)) continue
    const draft = join(folder, name + draftEnd)
    await copyFile(join(pgWal, name), draft)
    // PostgreSQL, which may be another user, compares it when it archives the same one itself.
    const { uid, gid } = await stat(join(pgWal, name))
    await chown(draft, uid, gid)
    await rename(draft, join(folder, name))
  }
}

/** Removes the archived segments that no base backup from this one on needs, and says how many bytes they took. */
export async function removeSegmentsBefore(base: Base, directory: string): Promise<number> {
  const { timeline, number } = segmentAt(base.start)
  const folder = walFolder(directory)
  const isNeedless = (name: string) => {
    // What PostgreSQL notes of a base backup has a longer name, which begins with that of a segment.
    const segment = segmentOf(name.slice(0, 24))
    return segment !== undefined && segment.timeline <= timeline && segment.number < number
  }
  const names = existsSync(folder) ? (await readdir(folder)).filter(isNeedless) : []
  const paths = names.map((name) => join(folder, name))
  const bytes = await sizeOfFiles(paths)
  for (const path of paths) await rm(path, { force: true })
  return bytes
}
