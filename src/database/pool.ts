import pg from 'pg'
import { parseJson } from '../core/json-reader.ts'
import { DatabaseClient } from './client.ts'
import { type DatabaseHost, readHosts } from './hosts.ts'
import { Primary, type ServerFinder } from './primary.ts'
import { limitUse } from './use-limit.ts'

/** How to reach the database: an address, or the parts of one. */
export type DatabaseAddress =
  | { connectionString: string; primary?: ServerFinder & { hosts?: readonly DatabaseHost[] } }
  | { host: string; port: number; user: string; password: string; database: string }

/** The address that DATABASE_URL is. `onPrimary` is told the name of the host that takes the writes, where there are several. */
export function databaseAddress(url: string, onPrimary: (host: string) => void = () => {}): DatabaseAddress {
  const [first, ...others] = readHosts(url)
  if (first === undefined) return { connectionString: url }
  const { connectionString } = first
  return others.length === 0
    ? { connectionString }
    : { connectionString, primary: new Primary([first, ...others], onPrimary) }
}

/** What SQL can be sent to: the pool, or one connection inside a transaction. */
export type Queryable = {
  query<Row extends pg.QueryResultRow>(
    statement: string | { name?: string; text: string; values?: unknown[] },
    values?: unknown[],
  ): Promise<pg.QueryResult<Row>>
  /** Where tables are spread over machines: in which part of them a bucket lies. */
  shardOf?: ((bucket: number) => number) | undefined
}

export type Pool = pg.Pool

/** Whether a pool, or a connection of one, leads to tables that are spread over machines. */
export function isSpread(database: Queryable): boolean {
  const { options } = database as { options?: Pick<Queryable, 'shardOf'> }
  return (database.shardOf ?? options?.shardOf) !== undefined
}

/** Whether one PostgreSQL has every row, in tables that are not spread. */
export function isWhole(nodes: readonly Pool[]): boolean {
  return nodes.length === 1 && nodes.every((pool) => !isSpread(pool))
}

/** A connection inside a transaction. Statements are sent at once; their results arrive in the same order. */
export type Connection = Queryable

/** Amounts are exact: bigint columns, and their sums, which are `numeric`, become BigInt, never a float. Dates stay calendar dates. */
export const types = new pg.TypeOverrides()
types.setTypeParser(pg.types.builtins.INT8, BigInt)
types.setTypeParser(pg.types.builtins.NUMERIC, BigInt)
types.setTypeParser(pg.types.builtins.JSON, parseJson)
types.setTypeParser(pg.types.builtins.JSONB, parseJson)
types.setTypeParser(pg.types.builtins.DATE, (text: string) => text)

// Every statement of a request finds few rows by an index. A plan that was made while a table was tiny scans the whole
// table, and is kept while the table grows by thousands of rows a second: a batch of payments then took 200 ms for one
// update until the next ANALYZE. With these off there is one plan, nested loops over indexes, which is right at any
// size. `verify`, which does read whole tables, turns them on again in its transaction.
export const planSettings = ['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'enable_material']

// What an idle server keeps open: a connection for each batch of payments in flight, one that claims deliveries and one
// that records their outcomes.
const keptOpen = 5

/** The time limits of a pool, in ms. A limit that is absent does not apply. */
export type PoolLimits = {
  /** Until a connection is there: a new one, or one that was in use. */
  connect_ms: number
  /** From the checkout of a connection to its release. */
  use_ms?: number
  statement_ms: number
  /** The wait for a lock on a row, a key or a table. */
  lock_ms?: number
  /** How long PostgreSQL waits for the next statement of a transaction. */
  idle_in_transaction_ms: number
}

/**
 * The limits of a server: a caller has its response within eight seconds. PostgreSQL's own limits are below `use_ms`, so
 * that a server which works cancels the statement, and the connection is kept. They also end the transaction of a
 * connection that was destroyed, with its locks and claims, at about the time when its work is tried again.
 */
export const servingLimits: PoolLimits = {
  connect_ms: 3_000,
  use_ms: 5_000,
  statement_ms: 4_000,
  lock_ms: 2_000,
  idle_in_transaction_ms: 4_000,
}

/** Those of a report, which reads much, and whose reader may be slow: five minutes from its first statement to its last row. */
const reportLimits = { connect_ms: 3_000, use_ms: 300_000, statement_ms: 60_000, idle_in_transaction_ms: 60_000 }

/** Those of a command, which may take its time. */
export const commandLimits: PoolLimits = { connect_ms: 5_000, statement_ms: 30_000, idle_in_transaction_ms: 60_000 }

/**
 * Opens the pool. Statements are pipelined: those sent without waiting travel together, which took a transaction of
 * seven statements from 2,200 to 3,300 a second. `shardOf` is given where tables are spread over machines.
 */
export function openPool(
  address: DatabaseAddress,
  size: number,
  onError: (error: Error) => void,
  limits: PoolLimits = commandLimits,
  shardOf?: (bucket: number) => number,
): Pool {
  const pool = new pg.Pool({
    ...address,
    Client: DatabaseClient,
    max: size,
    types,
    pipeline: true,
    ...(shardOf && { shardOf }),
    connectionTimeoutMillis: limits.connect_ms,
    idleTimeoutMillis: 60_000,
    // A server that was idle for a minute need not connect again: a payment on a new connection took 17 ms instead of
    // 2.
    min: Math.min(keptOpen, size),
    keepAlive: true,
    keepAliveInitialDelayMillis: 60_000,
    statement_timeout: limits.statement_ms,
    lock_timeout: limits.lock_ms,
    idle_in_transaction_session_timeout: limits.idle_in_transaction_ms,
    application_name: 'tallystick',
    options: planSettings.map((name) => `-c ${name}=off`).join(' '),
  })
  // The pool does not listen to the errors of a connection in use: without this listener the end of the database would
  // end the process. The statement that waits for it fails with the same error.
  pool.on('connect', (client) => client.on('error', () => {}))
  // An idle connection that breaks is replaced at the next use; without a listener it would end the process. `end` does not
  // wait for its connections, so those of a pool that is ending may see the database stop.
  pool.on('error', (error) => {
    if (!pool.ending) onError(error)
  })
  if (limits.use_ms !== undefined) limitUse(pool, limits.use_ms)
  return pool
}

/**
 * A small pool beside another one, to the same database, for statements that read much: it plans as PostgreSQL does by itself, and keeps no
 * connection that nobody uses.
 */
export function openReportPool(beside: Pool, size: number): Pool {
  const pool = new pg.Pool({
    ...beside.options,
    // Not among what is copied: it is hidden from whoever logs the options.
    password: beside.options.password,
    max: size,
    min: 0,
    idleTimeoutMillis: 10_000,
    connectionTimeoutMillis: reportLimits.connect_ms,
    statement_timeout: reportLimits.statement_ms,
    idle_in_transaction_session_timeout: reportLimits.idle_in_transaction_ms,
    options: '',
  })
  pool.on('connect', (client) => client.on('error', () => {}))
  // The next report gets another one.
  pool.on('error', () => {})
  limitUse(pool, reportLimits.use_ms)
  return pool
}
