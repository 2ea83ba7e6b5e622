import pg from 'pg'
import { toNumber } from '../../core/money.ts'
import type { ConnectionSettings } from '../bundled/index.ts'
import { streamOf } from '../use-limit.ts'
import { answered, endConnection, longAnswer_ms } from './answered.ts'
import { copyOut } from './copy.ts'
import { BackupBusy } from './errors.ts'

/** A connection that speaks PostgreSQL's protocol of replication, and SQL too. It holds the lock of backups. */
export type ReplicationClient = pg.Client

/** What a base backup consists of: the bytes of a tar archive, then those of its manifest; in between how far it is. */
export type BackupPart =
  | { kind: 'archive' | 'manifest'; bytes: Buffer }
  | { kind: 'progress'; done_bytes: number; total_bytes: number }

/** The place in the write-ahead log at which a base backup begins or ends, such as `0/2000028`. */
export type WalPlace = { lsn: string; timeline: number }

// Any number; it is the same for all that makes or prunes backups of one PostgreSQL.
const lock = 7_427_001

/**
 * Opens a connection for backups and takes their lock, which PostgreSQL gives back when the connection ends, however it ends. Throws
 * BackupBusy when another process has the lock.
 */
export async function withReplication<T>(
  connection: ConnectionSettings,
  work: (client: ReplicationClient) => Promise<T>,
  stopping?: AbortSignal,
): Promise<T> {
  const replication = { replication: 'database' }
  const client = new pg.Client({ ...connection, ...replication, connectionTimeoutMillis: 5_000 })
  // A query that waits fails with the same error.
  client.on('error', () => {})
  const abort = () => streamOf(client).destroy()
  await client.connect()
  stopping?.addEventListener('abort', abort)
  try {
    const { rows } = await answered(
      client,
      client.query<{ taken: boolean }>(`select pg_try_advisory_lock(${lock}) as taken`),
    )
    if (!rows[0]?.taken) {
      throw new BackupBusy('Another backup of this database is being made or pruned: wait until that has ended.')
    }
    return await work(client)
  } finally {
    stopping?.removeEventListener('abort', abort)
    await endConnection(client)
  }
}

/**
 * Asks for a base backup with its WAL, and gives its parts as they come. What it returns in the end are the places between which the
 * WAL is needed. `fast` does not wait for a checkpoint that is spread over minutes.
 */
export async function* baseBackup(
  client: ReplicationClient,
  checkpoint: 'fast' | 'spread',
): AsyncGenerator<BackupPart, { start: WalPlace; end: WalPlace }> {
  const total_bytes = await sizeOf(client)
  const options = `LABEL 'tallystick', PROGRESS true, CHECKPOINT '${checkpoint}', WAL true, MANIFEST 'yes', MANIFEST_CHECKSUMS 'SHA256'`
  const chunks = copyOut(client, `BASE_BACKUP (${options})`)
  let kind: 'archive' | 'manifest' = 'archive'
  try {
    for (;;) {
      const { value, done } = await chunks.next()
      if (done) return placesOf(value)
      const type = String.fromCharCode(value[0] ?? 0)
      if (type === 'm') kind = 'manifest'
      if (type === 'd') yield { kind, bytes: value.subarray(1) }
      if (type === 'p') yield { kind: 'progress', done_bytes: toNumber(value.readBigInt64BE(1)), total_bytes }
    }
  } finally {
    await chunks.return(undefined)
  }
}

/** About the size of the backup before it is compressed. */
async function sizeOf(client: ReplicationClient): Promise<number> {
  // It asks the size of every file.
  const { rows } = await answered(
    client,
    client.query<{ bytes: string }>('select sum(pg_database_size(oid))::text as bytes from pg_database'),
    longAnswer_ms,
  )
  return Number.parseInt(rows[0]?.bytes ?? '0', 10)
}

function placesOf(answer: unknown): { start: WalPlace; end: WalPlace } {
  const results = answer as pg.QueryResult<{ recptr: string; tli: string }>[]
  const [start, end] = results
    .flatMap(({ rows }) => rows)
    .filter(({ recptr }) => recptr !== undefined)
    .map(({ recptr, tli }) => ({ lsn: recptr, timeline: Number.parseInt(tli, 10) }))
  if (!start || !end) throw new Error('a base backup says where it begins and ends')
  return { start, end }
}
