import type { PoolClient, QueryResult, QueryResultRow } from 'pg'
import { assert } from '../core/assert.ts'
import { isAfterFailure, isConflict } from './errors.ts'
import type { Connection, Pool } from './pool.ts'

const triesMax = 4

/** Sends the commit behind the statements sent so far. It takes effect only if all of them succeed. */
export type SendCommit = () => void

/**
 * Runs `work` in one transaction at READ COMMITTED, the level for which the row locks and unique keys are meant. After
 * a deadlock or a serialisation failure it is run again, four times in all unless `tries_max` says otherwise, so `work`
 * must have no effect outside the database.
 *
 * Statements are sent at once and their results arrive in order, so statements that do not depend on each other need no
 * round trip each. After its last statement `work` may call `sendCommit`, which saves a round trip between the results
 * and the commit. Conditions for the commit must then be enforced by the statements themselves (`assert_rows`).
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
 * Waits for statements that were sent in this order. When one fails, so do all behind it; the first failure is thrown,
 * so that a conflict is recognised as one.
 */
export async function inOrder(sent: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(sent)
  const failure = results.find((one) => one.status === 'rejected')
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
    // PostgreSQL returns ROLLBACK for the commit of a transaction in which a statement failed.
    assert(command === 'COMMIT', 'what was reported as done is committed')
    return result
  } catch (error) {
    connection.end()
    await client.query(rollback).catch((failure: Error) => {
      broken = failure
    })
    throw isAfterFailure(error) ? (connection.failure ?? error) : error
  } finally {
    client.release(broken)
  }
}

const begin = { name: 'begin', text: 'begin' }
const commit = { name: 'commit', text: 'commit' }
const rollback = { name: 'rollback', text: 'rollback' }

/**
 * Sends the statements of a transaction at once, behind the `begin`: the connection is pipelined, so none waits for the
 * result of another.
 */
class TransactionConnection implements Connection {
  readonly #client: PoolClient
  #committing: Promise<QueryResult> | undefined
  #ended = false
  /** A statement could not be sent, so there must be no commit. */
  #unsent: unknown
  /**
   * Why the statements behind it fail. Of statements that are awaited together, the one that failed first need not be the
   * first whose failure arrives at the caller.
   */
  failure: unknown

  constructor(client: PoolClient) {
    this.#client = client
    // Not awaited: when it fails, so does the first statement of the work.
    client.query(begin).catch(() => {})
  }

  async query<Row extends QueryResultRow>(
    statement: string | { name?: string; text: string; values?: unknown[] },
    values: unknown[] = [],
  ): Promise<QueryResult<Row>> {
    // A statement after the commit would run outside the transaction.
    assert(!this.#ended, 'nothing is sent after the end of a transaction')
    const { values: sent, ...rest } = typeof statement === 'string' ? { text: statement, values } : statement
    const result = this.#client.query<Row>({ ...rest, ...(sent && { values: this.#parameters(sent) }) })
    result.catch((error: unknown) => {
      if (!isAfterFailure(error)) this.failure = error
    })
    return result
  }

  /**
   * Values in a form that the driver can always send: objects become JSON here, and one that cannot is a failure before
   * the commit.
   */
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
    // Awaited by the caller; an earlier failure must be the one reported.
    this.#committing.catch(() => {})
    this.end()
    return this.#committing
  }

  /** Accepts no more statements. */
  end(): void {
    this.#ended = true
  }
}

function toParameter(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Array.isArray(value) || value instanceof Date || Buffer.isBuffer(value) ? value : JSON.stringify(value)
}
