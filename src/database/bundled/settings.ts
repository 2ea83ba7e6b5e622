import type { Place } from './place.ts'

/** Where a server listens: a socket's folder and the number in its name, or an address and a port. */
export type Listen = { host: string; port: number }

/**
 * What differs from PostgreSQL's defaults, and why; `fsync`, `full_page_writes`, `synchronous_commit` and `autovacuum` are on
 * by default but are stated because the ledger depends on them.
 */
const SETTINGS: Record<string, string> = {
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  autovacuum: 'on',
  // `replica` is the default and stays: `minimal` saves only for bulk loads into new tables, which a ledger does not do, and
  // it would rule out base backups and point-in-time recovery.
  wal_level: 'replica',
  // One process with a pool of about 20, plus an operator's own tools.
  max_connections: '50',
  // Pages are allocated when touched. 128 MB keeps the whole product under 250 MB of resident memory when idle.
  shared_buffers: '128MB',
  // Reads are usually served by the system's cache. Handing each to an I/O worker took a tenth of the time of `verify`
  // on two cores, where the worker takes turns with the process that waits for it; and this saves three processes.
  io_method: 'sync',
  // Bounds crash recovery: 1 GB replays in seconds, 8 GB took 26 s.
  max_wal_size: '1GB',
  checkpoint_timeout: '5min',
  // All statements are short: compiling one costs more than running it.
  jit: 'off',
  // Errors reach the caller with all their detail. In the log, statements and key values would be customers' data.
  log_min_messages: 'warning',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  log_destination: 'stderr',
  logging_collector: 'off',
}

/** The first major version that knows a setting: an older one, whose data is being upgraded, refuses to start with it. */
const KNOWN_SINCE: Record<string, number> = { io_method: 18 }

/**
 * The arguments of `postgres` of a major version. `overrides` replace or add settings, but never where it listens.
 */
export function postgresArguments(
  place: Place,
  listen: Listen,
  overrides: Record<string, string>,
  major: number,
): string[] {
  const socket = isSocket(listen)
  const known = Object.entries(SETTINGS).filter(([name]) => major >= (KNOWN_SINCE[name] ?? 0))
  const settings: Record<string, string> = {
    ...Object.fromEntries(known),
    ...overrides,
    listen_addresses: socket ? '' : listen.host,
    // The setting is a list: quoted, a path may hold commas and spaces.
    unix_socket_directories: socket ? `"${listen.host.replaceAll('"', '""')}"` : '',
    unix_socket_permissions: '0700',
    port: String(listen.port),
  }
  return ['-D', place.pgdata, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

/** Whether that is a Unix socket (its folder's path is absolute) and not an address. */
export function isSocket(listen: Listen): boolean {
  return listen.host.startsWith('/')
}
