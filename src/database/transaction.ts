import type { PoolClient, QueryResult, QueryResultRow } from 'pg'
import { assert } from '../core/assert.ts'
import { isConflict } from './errors.ts'
import { type Connection, type Pool, types } from './pool.ts'
import { withUniqueName } from './sql.ts'
import { StatementGroup } from './statement-group.ts'

const triesMax = 4

/** Sends the commit behind the statements sent so far. It takes effect only if all of them succeed. */
export type SendCommit = () => void

/**
 * Runs `work` in one transaction at READ COMMITTED, the level for which the row locks and unique keys are meant. After
 * a deadlock or a serialisation failure it is run again, four times in all unless `tries_max` says otherwise, so `work`
 * must have no effect outside the database.
 *
 * Statements that `work` sends before it first awaits travel together with the `begin`, and those that it sends before
 * it awaits again travel together too. After its last statement it may call `sendCommit`, which saves a round trip
 * between the results and the commit. Conditions for the commit must then be enforced by the statements themselves
 * (`assert_rows`).
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
 * Waits for groups that were flushed one after the other. When one fails, so do all behind it; the first failure is
 * thrown, so that a conflict is recognised as one.
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
    await client.query('rollback').catch((failure: Error) => {
      broken = failure
    })
    throw error
  } finally {
    client.release(broken)
  }
}

const begin = { name: 'begin', text: 'begin' }
const commit = { name: 'commit', text: 'commit' }

/**
 * Gathers the statements sent in one turn of the event loop into one group; the first starts with the `begin`, the last
 * ends with the `commit`.
 */
class TransactionConnection implements Connection {
  readonly #client: PoolClient
  #group: StatementGroup | undefined
  #committing: Promise<QueryResult> | undefined
  #ended = false

  constructor(client: PoolClient) {
    this.#client = client
    // Not awaited: the first statement of the work fails with the same error.
    this.#add(begin).catch(() => {})
  }

  query<Row extends QueryResultRow>(
    statement: string | { name?: string; text: string; values?: unknown[] },
    values: unknown[] = [],
  ): Promise<QueryResult<Row>> {
    // A statement behind the commit would run outside the transaction.
    assert(!this.#ended, 'nothing is sent behind the end of a transaction')
    return this.#add<Row>(typeof statement === 'string' ? { text: statement, values } : statement)
  }

  flush(): void {
    if (this.#group) this.#client.query(this.#group)
    this.#group = undefined
  }

  commit(): Promise<QueryResult> {
    this.#committing ??= this.#add(commit)
    // Awaited by the caller; an earlier failure must be the one reported.
    this.#committing.catch(() => {})
    this.end()
    return this.#committing
  }

  /** Sends the statements gathered so far; no more are accepted. */
  end(): void {
    this.#ended = true
    this.flush()
  }

  #add<Row extends QueryResultRow>(statement: {
    name?: string
    text: string
    values?: unknown[]
  }): Promise<QueryResult<Row>> {
    if (!this.#group) {
      this.#group = new StatementGroup(types)
      queueMicrotask(() => this.flush())
    }
    return this.#group.add<Row>(withUniqueName(statement))
  }
}
