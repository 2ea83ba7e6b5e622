import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { type Base, baseFiles } from './bases.ts'
import { BackupError } from './errors.ts'
import { passing } from './make-base.ts'
import { ArchiveCheck, readManifest } from './manifest.ts'
import type { TarPart } from './tar.ts'
import { type ArchivedSegment, compressedEnd } from './wal.ts'

/**
 * Unpacks a base backup into a folder, and compares all of it with its record and its manifest on the way. Throws BackupError when a byte
 * has changed. Returns how many files there are.
 */
export async function unpackBase(base: Base, into: string, progress: (done_bytes: number) => void): Promise<number> {
  const path = join(base.folder, baseFiles.archive)
  const broken = (error: Error) => {
    const why = error instanceof BackupError ? error.message : `It cannot be read (${error.message}).`
    return new BackupError(`The backup ${base.folder} is broken: ${why} Restore from another one.`, { cause: error })
  }
  const hash = createHash('sha256')
  const check = new ArchiveCheck()
  const files = new FileTree(into)
  let read_bytes = 0
  const note = (chunk: Buffer) => {
    hash.update(chunk)
    read_bytes += chunk.length
    progress(read_bytes)
  }
  try {
    const manifest = readManifest(await readFile(join(base.folder, baseFiles.manifest)))
    await pipeline(createReadStream(path), passing(note), createGunzip(), async (unpacked: AsyncIterable<Buffer>) => {
      for await (const chunk of unpacked) for (const part of check.read(chunk)) await files.take(part)
    })
    if (hash.digest('hex') !== base.archive.sha256) throw new BackupError('Its digest is another.')
    return check.compare(manifest)
  } catch (error) {
    throw isOfReading(error) ? broken(error) : error
  } finally {
    await files.close()
  }
}

/** Whether it says something about the backup, and not about the place to which it is restored. */
function isOfReading(error: unknown): error is Error {
  if (error instanceof BackupError) return true
  const { code = '', syscall } = error as NodeJS.ErrnoException
  return code.startsWith('Z_') || syscall === 'read' || code === 'ENOENT'
}

/** The files of an archive, as they are written. */
class FileTree {
  readonly #root: string
  #open: FileHandle | undefined

  constructor(root: string) {
    this.#root = root
  }

  async take(part: TarPart): Promise<void> {
    if (part.kind === 'data') {
      await this.#open?.write(part.bytes)
      return
    }
    await this.close()
    const path = join(this.#root, part.path)
    if (path !== this.#root && !path.startsWith(this.#root + sep) && path !== this.#root + sep) {
      throw new BackupError(`It has a file outside of its folder, ${part.path}.`)
    }
    if (part.type === 'folder') await mkdir(path, { recursive: true, mode: 0o700 })
    else {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      this.#open = await open(path, 'w', 0o600)
    }
  }

  async close(): Promise<void> {
    await this.#open?.close()
    this.#open = undefined
  }
}

const zeros = Buffer.alloc(65_536)

/**
 * Writes an archived segment as PostgreSQL wants it. Where it holds nothing it takes no room on the disk: a calm day has 1,440 segments of
 * 16 MB each. Throws BackupError when a byte of a compressed one has changed.
 */
export async function unpackSegment(segment: ArchivedSegment, folder: string): Promise<void> {
  // One that a server beside us has compressed since it was listed.
  const compressed = segment.compressed || !existsSync(segment.path)
  const path = segment.compressed === compressed ? segment.path : segment.path + compressedEnd
  const { name } = segment
  const file = await open(join(folder, name), 'w', 0o600)
  let place = 0
  const write = async (bytes: AsyncIterable<Buffer>) => {
    for await (const chunk of bytes) {
      if (!chunk.equals(zeros.subarray(0, chunk.length))) await file.write(chunk, 0, chunk.length, place)
      place += chunk.length
    }
    await file.truncate(place)
  }
  try {
    if (compressed) await pipeline(createReadStream(path), createGunzip({ chunkSize: zeros.length }), write)
    else await pipeline(createReadStream(path), write)
  } catch (error) {
    if (!isOfReading(error)) throw error
    throw new BackupError(
      `The archived log ${path} is broken (${error.message}): restore to a time before it, with --to-time, or from a newer backup.`,
      { cause: error },
    )
  } finally {
    await file.close()
  }
}
