import type { PoolClient, QueryResult, QueryResultRow } from 'pg'
import { assert } from '../core/assert.ts'
import { isDatabaseUnavailable, OutcomeUnknown } from './availability.ts'
import { isAborted, isConflict, isStalePlan } from './errors.ts'
import type { Connection, Pool, Queryable } from './pool.ts'
import { setUseLimit } from './use-limit.ts'

const triesMax = 4
// No try starts later than this after the first: the caller has waited long enough.
const retriesMs = 3_000

/** How a transaction differs from the others. */
export type TransactionOptions = {
  tries_max?: number
  /** The time limit of one try, from the checkout of its connection: for work of unbounded size, and for probes. */
  limit_ms?: number
  /** The longest wait for a lock, for work that others wait for too. */
  lock_wait_ms?: number
}

/** Sends the commit behind the statements sent so far. It takes effect only if all of them succeed. */
export type SendCommit = () => void

/**
 * Runs `work` in one transaction at READ COMMITTED, the level for which the row locks and unique keys are meant. After
 * a deadlock, a serialisation failure or a migration that has changed a table beneath it, it is run again, for three seconds and four
 * times in all unless `tries_max` says otherwise, so `work` must have no effect outside the database.
 *
 * Statements are sent at once and their results arrive in order, so statements that do not depend on each other need no
 * round trip each. After its last statement `work` may call `sendCommit`, which saves a round trip between the results
 * and the commit. Conditions for the commit must then be enforced by the statements themselves (`assert_rows`).
 */
export async function transaction<T>(
  pool: Pool,
  work: (connection: Connection, sendCommit: SendCommit) => Promise<T>,
  { tries_max = triesMax, ...limits }: TransactionOptions = {},
): Promise<T> {
  const lastStart = performance.now() + retriesMs
  for (let tries = 1; ; tries++) {
    try {
      return await attempt(pool, work, limits)
    } catch (error) {
      if (!(isConflict(error) || isStalePlan(error)) || tries === tries_max || performance.now() > lastStart)
        throw error
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
  limits: Pick<TransactionOptions, 'limit_ms' | 'lock_wait_ms'>,
): Promise<T> {
  const client = await pool.connect()
  const connection = new TransactionConnection(client)
  if (limits.limit_ms !== undefined) setUseLimit(client, limits.limit_ms)
  connection.setLimits(limits)
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
    const cause = connection.causeOf(error)
    // A connection that still rolls back has committed nothing.
    const is_unknown = broken !== undefined && connection.isCommitSent && isDatabaseUnavailable(cause)
    // Its statements are prepared anew on another connection.
    if (isStalePlan(cause)) broken = cause as Error
    throw is_unknown && !(cause instanceof OutcomeUnknown) ? unknownAfter(cause as Error) : cause
  } finally {
    client.release(broken)
  }
}

function unknownAfter(cause: Error): OutcomeUnknown {
  return new OutcomeUnknown(cause.message, cause)
}

const begin = { name: 'begin', text: 'begin' }
const commit = { name: 'commit', text: 'commit' }
const limitStatements = { name: 'limit-statements', text: "select set_config('statement_timeout', $1, true)" }
const limitLockWaits = { name: 'limit-lock-waits', text: "select set_config('lock_timeout', $1, true)" }
const rollback = { name: 'rollback', text: 'rollback' }

/**
 * Sends the statements of a transaction at once, behind the `begin`: the connection is pipelined, so none waits for the
 * result of another.
 */
class TransactionConnection implements Connection {
  readonly #client: PoolClient
  #committing: Promise<QueryResult> | undefined
  #ended = false
  /** Why the first statement failed that did. */
  #failure: unknown
  /** A statement could not be sent, so there must be no commit. */
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
    // A statement after the commit would run outside the transaction.
    assert(!this.#ended, 'nothing is sent after the end of a transaction')
    const { values: sent, ...rest } = typeof statement === 'string' ? { text: statement, values } : statement
    try {
      return await this.#client.query<Row>({ ...rest, ...(sent && { values: this.#parameters(sent) }) })
    } catch (error) {
      this.#failure ??= error
      throw error
    }
  }

  get shardOf(): Connection['shardOf'] {
    return (this.#client as PoolClient & Pick<Connection, 'shardOf'>).shardOf
  }

  /** Not awaited either. */
  setLimits({ limit_ms, lock_wait_ms }: Pick<TransactionOptions, 'limit_ms' | 'lock_wait_ms'>): void {
    if (limit_ms !== undefined) this.query({ ...limitStatements, values: [`${limit_ms}ms`] }).catch(() => {})
    if (lock_wait_ms !== undefined) this.query({ ...limitLockWaits, values: [`${lock_wait_ms}ms`] }).catch(() => {})
  }

  /**
   * PostgreSQL refuses the statements behind a failed one. Such a refusal may reach the caller first, so the failure
   * stands for it.
   */
  causeOf(error: unknown): unknown {
    return isAborted(error) ? (this.#failure ?? error) : error
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

  /** Whether the commit is on its way, or has been. */
  get isCommitSent(): boolean {
    return this.#committing !== undefined && this.#unsent === undefined
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

// Its record lies behind everything that was committed before, so that its commit waits until a synchronous standby has all of that.
// Without a synchronous standby nothing is written.
const awaitStandbySql = {
  name: 'await-standby',
  text: "select pg_logical_emit_message(true, 'tallystick', '') where current_setting('synchronous_standby_names') <> ''",
}

/**
 * Waits until a synchronous standby has what was read before: a row can be seen although it is on this server alone, when somebody has
 * cancelled the wait of its commit, or when the server was restarted during that wait. Call it before an answer says that a change was
 * made by a commit that is not the answer's own. Throws OutcomeUnknown when the wait ends otherwise.
 */
export async function awaitStandby(database: Queryable): Promise<void> {
  try {
    await database.query(awaitStandbySql)
  } catch (error) {
    throw isDatabaseUnavailable(error) ? new OutcomeUnknown((error as Error).message, error) : error
  }
}

/** Lets the commit of a transaction not wait for the disk, unless it has a synchronous standby to wait for. */
export const commitUnflushed = {
  name: 'commit-unflushed',
  text: `select set_config('synchronous_commit',
    case current_setting('synchronous_standby_names') when '' then 'off' else current_setting('synchronous_commit') end, true)`,
}
