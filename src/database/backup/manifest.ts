import { createHash, type Hash } from 'node:crypto'
import { BackupError } from './errors.ts'
import { type TarPart, TarReader } from './tar.ts'

/** The files of a base backup by their path, each with its length and its SHA-256 in hexadecimal digits. */
export type Manifest = ReadonlyMap<string, { bytes: number; sha256: string }>

type Written = { Files?: { Path?: string; Size?: number; 'Checksum-Algorithm'?: string; Checksum?: string }[] }

/** Reads the manifest that PostgreSQL wrote. Throws BackupError when it is not as it was written, by its own digest. */
export function readManifest(text: Buffer): Manifest {
  const broken = new BackupError('The manifest of the backup is broken.')
  const own = text.lastIndexOf('"Manifest-Checksum"')
  const stated = /^"Manifest-Checksum": "([0-9a-f]{64})"\}\s*$/.exec(text.toString('utf8', Math.max(own, 0)))?.[1]
  if (own < 0 || stated !== createHash('sha256').update(text.subarray(0, own)).digest('hex')) throw broken
  const { Files = [] } = JSON.parse(text.toString('utf8')) as Written
  return new Map(
    Files.map(({ Path, Size, Checksum, 'Checksum-Algorithm': algorithm }) => {
      if (Path === undefined || Size === undefined || Checksum === undefined || algorithm !== 'SHA256') throw broken
      return [Path, { bytes: Size, sha256: Checksum }]
    }),
  )
}

/** Looks at an archive while it passes by, and compares it with the manifest in the end. */
export class ArchiveCheck {
  readonly #tar = new TarReader()
  readonly #found = new Map<string, { bytes: number; sha256: string }>()
  #open: { path: string; bytes: number; hash: Hash } | undefined

  /** How many files agree with the manifest. Throws BackupError for the first that does not, or is missing. */
  compare(manifest: Manifest): number {
    this.#tar.end()
    this.#close()
    for (const [path, { bytes, sha256 }] of manifest) {
      const found = this.#found.get(path)
      if (found === undefined) throw new BackupError(`The file ${path} is missing in the backup.`)
      if (found.sha256 !== sha256 || found.bytes !== bytes) {
        throw new BackupError(`The file ${path} in the backup is not what it was when the backup was made.`)
      }
    }
    // The WAL is not in the manifest, and each of its records has a checksum.
    const unknown = [...this.#found.keys()].find((path) => !manifest.has(path) && !path.startsWith('pg_wal/'))
    if (unknown !== undefined) throw new BackupError(`The file ${unknown} is in the backup, and not in its manifest.`)
    return manifest.size
  }

  /** Takes the next bytes, and gives what is in them. */
  *read(chunk: Buffer): Generator<TarPart> {
    for (const part of this.#tar.read(chunk)) {
      if (part.kind === 'data') this.#open?.hash.update(part.bytes)
      else {
        this.#close()
        if (part.type === 'file') {
          this.#open = { path: part.path.replace(/^\.\//, ''), bytes: part.bytes, hash: createHash('sha256') }
        }
      }
      yield part
    }
  }

  #close(): void {
    if (this.#open === undefined) return
    const { path, bytes, hash } = this.#open
    this.#found.set(path, { bytes, sha256: hash.digest('hex') })
    this.#open = undefined
  }
}
