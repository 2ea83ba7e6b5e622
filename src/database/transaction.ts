import type { PoolClient, QueryResult, QueryResultRow } from 'pg'
import { assert } from '../core/assert.ts'
import { isConflict } from './errors.ts'
import type { Connection, Pool } from './pool.ts'

const triesMax = 4

/** Ends a transaction: the commit travels behind what has been sent, and holds only if all of that succeeds. */
export type SendCommit = () => void

/**
 * Runs `work` in one transaction at READ COMMITTED, the level that row locks and unique keys are used at. A deadlock or a
 * serialisation failure is tried again, four times in all unless `tries_max` says otherwise, so `work` must have no effect
 * outside the database.
 *
 * Statements are sent at once and answered in their order, so those that do not depend on each other need no round trip each. When
 * `work` has sent its last statement it may call `sendCommit`, which saves the round trip after the answers. Whatever must hold for
 * the commit is then to be held by the statements themselves.
 */
export async function transaction<T>(
  pool: Pool,
  work: (connection: Connection, sendCommit: SendCommit) => Promise<T>,
  tries_max: number = triesMax,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt(pool, work)
    } catch (error) {
      if (!isConflict(error) || tries === tries_max) throw error
    }
  }
}

/**
 * Waits for what was sent in this order in a transaction. A failure fails all that was sent behind it; thrown is the first one, so
 * that a conflict is known as one.
 */
export async function inOrder(sent: readonly Promise<unknown>[]): Promise<void> {
  const settled = await Promise.allSettled(sent)
  const failure = settled.find((one) => one.status === 'rejected')
  if (failure) throw failure.reason
}

async function attempt<T>(
  pool: Pool,
  work: (connection: Connection, sendCommit: SendCommit) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  const connection = new TransactionConnection(client)
  let broken: Error | undefined
  try {
    const result = await work(connection, () => connection.commit())
    const { command } = await connection.commit()
    // PostgreSQL answers ROLLBACK to the commit of a transaction in which a statement failed.
    assert(command === 'COMMIT', 'what was reported as done is committed')
    return result
  } catch (error) {
    connection.end()
    await client.query(rollback).catch((failure: Error) => {
      broken = failure
    })
    throw error
  } finally {
    client.release(broken)
  }
}

const begin = { name: 'begin', text: 'begin' }
const commit = { name: 'commit', text: 'commit' }
const rollback = { name: 'rollback', text: 'rollback' }

/** Sends what a transaction asks for at once, behind the `begin`: the connection is pipelined, so nothing waits for an answer. */
class TransactionConnection implements Connection {
  readonly #client: PoolClient
  #committing: Promise<QueryResult> | undefined
  #ended = false
  /** A statement could not be sent: there is nothing to commit any more. */
  #unsent: unknown

  constructor(client: PoolClient) {
    this.#client = client
    // Not awaited: when it fails, so does the first statement of the work.
    client.query(begin).catch(() => {})
  }

  async query<Row extends QueryResultRow>(
    statement: string | { name?: string; text: string; values?: unknown[] },
    values: unknown[] = [],
  ): Promise<QueryResult<Row>> {
    // It would run outside the transaction.
    assert(!this.#ended, 'nothing is sent after the end of a transaction')
    const { values: sent, ...rest } = typeof statement === 'string' ? { text: statement, values } : statement
    return this.#client.query<Row>({ ...rest, ...(sent && { values: this.#parameters(sent) }) })
  }

  /** Values as the driver can send them in any case: objects become JSON here, and one that cannot be is a failure before the commit. */
  #parameters(values: unknown[]): unknown[] {
    try {
      return values.map(toParameter)
    } catch (error) {
      this.#unsent ??= error
      throw error
    }
  }

  commit(): Promise<QueryResult> {
    this.#committing ??= this.#unsent === undefined ? this.#client.query(commit) : Promise.reject(this.#unsent)
    // Awaited in the end; until then an earlier failure must be the one reported.
    this.#committing.catch(() => {})
    this.end()
    return this.#committing
  }

  /** Nothing more may be sent. */
  end(): void {
    this.#ended = true
  }
}

function toParameter(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Array.isArray(value) || value instanceof Date || Buffer.isBuffer(value) ? value : JSON.stringify(value)
}
