import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { BundledServerError, codeOf } from './errors.ts'
import { SUPERUSER } from './initialise.ts'
import type { Place } from './place.ts'
import { type Postmaster, readPidFile } from './postmaster.ts'
import type { Listen } from './settings.ts'

/** Settings for `pg`. */
export type ConnectionSettings = { host: string; port: number; user: string; password: string; database: string }

/** The server ended before it was ready. `log` holds its last complaints, in one line. */
export class EndedEarly extends Error {
  readonly log: string
  constructor(log: string) {
    super(log)
    this.log = log
  }
}

const POLL_MS = 20
const REPORT_MS = 5_000

/**
 * Recovery replays at most `max_wal_size` (1 GB, seconds). Giving up would only make the next start replay the same again,
 * so a server that is alive and starting gets ten minutes.
 */
const START_MS = 600_000

/** A server that says it is ready must respond soon. */
const ANSWER_MS = 10_000

/** How a client connects to the server as the bootstrap superuser. */
export function connectionTo(listen: Listen, password: string, database: string): ConnectionSettings {
  return { ...listen, user: SUPERUSER, password, database }
}

/**
 * Waits until the server accepts connections and has answered a query from its data directory; resolves with its version,
 * `18.4`. Throws EndedEarly when it ends instead, and a BundledServerError when waiting longer makes no sense.
 */
export async function waitUntilReady(
  place: Place,
  postmaster: Postmaster,
  listen: Listen,
  password: string,
  logStart: number,
  { log, replays = false }: { log: (message: string) => void; replays?: boolean },
): Promise<string> {
  const begin = performance.now()
  const doing = replays ? 'replaying the log of the backups' : 'recovering from an unclean stop'
  let reports = 0
  let readySince: number | undefined
  while (replays || performance.now() - begin < START_MS) {
    if (postmaster.hasEnded()) throw new EndedEarly(logTail(place, logStart))
    // The file says when the server is ready; asking by connecting would write a line to its log every time.
    const file = readPidFile(place)
    if (file?.pid === postmaster.pid && file.status === 'ready') {
      const version = await askVersion(place, connectionTo(listen, password, SUPERUSER))
      if (version !== undefined) return version
      readySince ??= performance.now()
      if (performance.now() - readySince > ANSWER_MS) break
    }
    const waited_ms = performance.now() - begin
    if (waited_ms > (reports + 1) * REPORT_MS) {
      reports++
      log(`PostgreSQL is ${doing}, ${Math.round(waited_ms / 1000)} s so far`)
    }
    await delay(POLL_MS)
  }
  throw new BundledServerError(
    `PostgreSQL runs on ${place.pgdata} (process ${postmaster.pid}) but does not respond: read ${place.logFile}, then start again`,
  )
}

async function askVersion(place: Place, connection: ConnectionSettings): Promise<string | undefined> {
  const client = new Client({ ...connection, connectionTimeoutMillis: 5_000, query_timeout: 5_000 })
  client.on('error', () => {}) // The same error also rejects the call below.
  try {
    await client.connect()
    const { rows } = await client.query<{ data_directory: string; server_version: string }>(
      `select current_setting('data_directory') as data_directory, current_setting('server_version') as server_version`,
    )
    return rows[0]?.data_directory === place.pgdata ? rows[0].server_version.split(' ')[0] : undefined
  } catch (error) {
    if (codeOf(error) === '28P01') {
      throw new BundledServerError(
        `The password in ${place.passwordFile} is not the one of the database next to it: restore both from the same backup`,
      )
    }
    // Anything else passes (57P03 starting up or shutting down, connection refused) or shows as an ended process.
    return undefined
  } finally {
    await client.end().catch(() => {})
  }
}

/** Where the log ends now, in bytes. */
export function logEnd(place: Place): number {
  return existsSync(place.logFile) ? statSync(place.logFile).size : 0
}

/** The last complaints that were logged after `start`, at most four, in one line. */
export function logTail(place: Place, start: number): string {
  const file = openSync(place.logFile, 'r')
  const size = fstatSync(file).size
  const from = Math.max(start, size - 8192)
  const buffer = Buffer.alloc(Math.max(0, size - from))
  readSync(file, buffer, 0, buffer.length, from)
  closeSync(file)
  const complaints = buffer
    .toString('utf8')
    .split('\n')
    .map((line) => line.replace(/^\S+ \S+ \S+ \[\d+\] /, '').trim())
    .filter((line) => line !== '' && !line.startsWith('LOG:'))
  return complaints.slice(-4).join(' ') || 'its log does not say why'
}
