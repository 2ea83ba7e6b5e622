import pg from 'pg'
import { withUniqueName } from './sql.ts'

/** How to reach the database: an address, or the parts of one. */
export type DatabaseAddress =
  | { connectionString: string }
  | { host: string; port: number; user: string; password: string; database: string }

/** What SQL can be sent to: the pool, or one connection inside a transaction. */
export type Queryable = {
  query<Row extends pg.QueryResultRow>(
    statement: string | { name?: string; text: string; values?: unknown[] },
    values?: unknown[],
  ): Promise<pg.QueryResult<Row>>
}

export type Pool = pg.Pool

/** A connection inside a transaction. Statements are sent at once; their results arrive in the same order. */
export type Connection = Queryable

/** Amounts are exact: bigint columns become BigInt, never a float. Dates stay calendar dates. */
export const types = new pg.TypeOverrides()
types.setTypeParser(pg.types.builtins.INT8, BigInt)
types.setTypeParser(pg.types.builtins.DATE, (text: string) => text)

// Every statement of a request finds few rows by an index. A plan that was made while a table was tiny scans the whole
// table, and is kept while the table grows by thousands of rows a second: a batch of payments then took 200 ms for one
// update until the next ANALYZE. With these off there is one plan, nested loops over indexes, which is right at any
// size. `verify`, which does read whole tables, turns them on again in its transaction.
const planSettings = ['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'enable_material']

// What an idle server keeps open: a connection for each batch of payments in flight, one that claims deliveries and one
// that records their outcomes.
const keptOpen = 5

/** A client that makes the names of prepared statements unique. */
class NamingClient extends pg.Client {
  // One signature for all overloads of the driver.
  override query(statement: never, ...rest: never[]): never {
    const { text } = Object(statement) as { text?: unknown }
    const named = text !== undefined ? withUniqueName(statement) : statement
    return Reflect.apply(super.query, this, [named, ...rest]) as never
  }
}

/**
 * Opens the pool. Statements are pipelined: those sent without waiting travel together, which took a transaction of
 * seven statements from 2,200 to 3,300 a second.
 */
export function openPool(address: DatabaseAddress, size: number, onError: (error: Error) => void): Pool {
  const pool = new pg.Pool({
    ...address,
    Client: NamingClient,
    max: size,
    types,
    pipeline: true,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    // A server that was idle for a minute need not connect again: a payment on a new connection took 17 ms instead of
    // 2.
    min: Math.min(keptOpen, size),
    keepAlive: true,
    keepAliveInitialDelayMillis: 60_000,
    // A statement that hangs is cancelled; none of ours comes close to this.
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 60_000,
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
  return pool
}
