import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { version } from '../../core/version.ts'
import { answered } from './answered.ts'
import { addBase, type Base, baseFiles, writeSynced } from './bases.ts'
import { ArchiveCheck, readManifest } from './manifest.ts'
import { baseBackup, type ReplicationClient, type WalPlace } from './replication.ts'

/** How a base backup is made, and who is told how far it is. */
export type BaseOptions = {
  directory: string
  /** The password of the database's superuser, with which a restored copy is opened. */
  password: string
  checkpoint: 'fast' | 'spread'
  progress(done_bytes: number, total_bytes: number): void
}

/** On one core a third of the time of the default level, for a tenth more on the disk. */
const gzipLevel = 1

/**
 * Makes a base backup: a compressed tar archive of the whole cluster with the WAL that it needs, streamed from a server that serves
 * meanwhile. Each file is compared with PostgreSQL's manifest while it passes by. Throws BackupError when something is not right.
 */
export async function makeBase(client: ReplicationClient, options: BaseOptions): Promise<Base> {
  const started = new Date()
  const { rows } = await answered(
    client,
    client.query<{ version: string }>("select current_setting('server_version') as version"),
  )
  return addBase(options.directory, started, async (folder) => {
    const hash = createHash('sha256')
    const streamed = new StreamedBase(client, options)
    const path = join(folder, baseFiles.archive)
    await pipeline(
      Readable.from(streamed.archive()),
      createGzip({ level: gzipLevel }),
      passing((chunk) => hash.update(chunk)),
      createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }),
    )
    const { manifest, places, files } = streamed.checked()
    await writeSynced(join(folder, baseFiles.manifest), manifest)
    await writeSynced(join(folder, baseFiles.password), `${options.password}\n`)
    return {
      format: 1,
      started_at: started.toISOString(),
      ended_at: new Date().toISOString(),
      program: version,
      postgres: rows[0]?.version.split(' ')[0] ?? '',
      platform: `${process.platform}-${process.arch}`,
      start: places.start,
      end: places.end,
      files,
      archive: { bytes: (await stat(path)).size, sha256: hash.digest('hex') },
    }
  })
}

/** The stream of one base backup: its archive passes by, and its manifest is kept. */
class StreamedBase {
  readonly #client: ReplicationClient
  readonly #options: BaseOptions
  readonly #check = new ArchiveCheck()
  readonly #manifest: Buffer[] = []
  #places: { start: WalPlace; end: WalPlace } | undefined

  constructor(client: ReplicationClient, options: BaseOptions) {
    this.#client = client
    this.#options = options
  }

  async *archive(): AsyncGenerator<Buffer> {
    const parts = baseBackup(this.#client, this.#options.checkpoint)
    for (;;) {
      const { value, done } = await parts.next()
      if (done) {
        this.#places = value
        return
      }
      if (value.kind === 'progress') this.#options.progress(value.done_bytes, value.total_bytes)
      else if (value.kind === 'manifest') this.#manifest.push(value.bytes)
      else {
        for (const _ of this.#check.read(value.bytes));
        yield value.bytes
      }
    }
  }

  checked(): { manifest: Buffer; places: { start: WalPlace; end: WalPlace }; files: number } {
    if (this.#places === undefined) throw new Error('a base backup that has ended says where')
    const manifest = Buffer.concat(this.#manifest)
    return { manifest, places: this.#places, files: this.#check.compare(readManifest(manifest)) }
  }
}

/** Passes bytes on, and shows them on the way. */
export function passing(see: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      see(chunk)
      done(undefined, chunk)
    },
  })
}
