import type { PoolClient, QueryResult, QueryResultRow } from 'pg'
import { assert } from '../core/assert.ts'
import { isConflict } from './errors.ts'
import { type Connection, type Pool, types } from './pool.ts'
import { withUniqueName } from './sql.ts'
import { StatementGroup } from './statement-group.ts'

const triesMax = 4

/** Ends a transaction: the commit travels behind what has been sent, and holds only if all of that succeeds. */
export type SendCommit = () => void

/**
 * Runs `work` in one transaction at READ COMMITTED, the level that row locks and unique keys are used at. A deadlock or a
 * serialisation failure is tried again, four times in all unless `tries_max` says otherwise, so `work` must have no effect
 * outside the database.
 *
 * What `work` sends before it first waits travels together with the `begin`, and what it sends before it waits again travels together
 * too. When it has sent its last statement it may call `sendCommit`, which saves the round trip after the answers. Whatever must hold
 * for the commit is then to be held by the statements themselves.
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
 * Waits for what was flushed one after the other in a transaction. A failure fails all that was sent behind it; thrown is the one
 * that began it, so that a conflict is known as one.
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

/** Gathers what is sent in one turn of the program into one group of statements, the first with the `begin`, the last with the `commit`. */
class TransactionConnection implements Connection {
  readonly #client: PoolClient
  #group: StatementGroup | undefined
  #committing: Promise<QueryResult> | undefined
  #ended = false

  constructor(client: PoolClient) {
    this.#client = client
    // Not awaited: its failure is also that of the first statement of the work.
    this.#add(begin).catch(() => {})
  }

  query<Row extends QueryResultRow>(
    statement: string | { name?: string; text: string; values?: unknown[] },
    values: unknown[] = [],
  ): Promise<QueryResult<Row>> {
    // What came behind it would run outside the transaction.
    assert(!this.#ended, 'nothing is sent behind the end of a transaction')
    return this.#add<Row>(typeof statement === 'string' ? { text: statement, values } : statement)
  }

  flush(): void {
    if (this.#group) this.#client.query(this.#group)
    this.#group = undefined
  }

  commit(): Promise<QueryResult> {
    this.#committing ??= this.#add(commit)
    // Awaited in the end; until then a failure before it is the one that is told of.
    this.#committing.catch(() => {})
    this.end()
    return this.#committing
  }

  /** Sends what there is, and nothing more. */
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
