import { AssertionError, assert } from '../core/assert.ts'
import { isConflict, isInAborted } from './errors.ts'
import { type Connection, inOneWrite, type Pool } from './pool.ts'

const triesMax = 4

/** Ends a transaction: the commit travels behind what has been sent, and holds only if all of that succeeds. */
export type SendCommit = () => void

/**
 * Runs `work` in one transaction at READ COMMITTED, the level that row locks and unique keys are used at. A deadlock or a
 * serialisation failure is tried again, four times in all unless `tries_max` says otherwise, so `work` must have no effect
 * outside the database.
 *
 * What `work` sends before it first waits travels together with the `begin`. When it has sent its last statement it may call
 * `sendCommit`, which saves the round trip after the answers. Whatever must hold for the commit is then to be held by the
 * statements themselves.
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
 * Waits for what was sent together in a transaction. A failure makes all statements behind it fail too, and theirs may come up
 * sooner; thrown is the one that began it, so that a conflict is known as one.
 */
export async function allOf(sent: readonly Promise<unknown>[]): Promise<void> {
  const settled = await Promise.allSettled(sent)
  const failures = settled.filter((one) => one.status === 'rejected').map(({ reason }) => reason)
  if (failures.length > 0) throw failures.find((failure) => !isInAborted(failure)) ?? failures[0]
}

async function attempt<T>(
  pool: Pool,
  work: (connection: Connection, sendCommit: SendCommit) => Promise<T>,
): Promise<T> {
  const connection = await pool.connect()
  let broken: Error | undefined
  let committing: ReturnType<typeof sendCommitOn> | undefined
  try {
    const working = inOneWrite(connection, () => {
      // Not awaited: its failure is also that of the first statement of `work`.
      connection.query('begin').catch(() => {})
      return work(connection, () => {
        committing ??= sendCommitOn(connection)
      })
    })
    const result = await working
    committing ??= sendCommitOn(connection)
    const { command } = await committing
    // PostgreSQL answers ROLLBACK to the commit of a transaction in which a statement failed.
    assert(command === 'COMMIT', 'what was reported as done is committed')
    return result
  } catch (error) {
    reopen(connection)
    await connection.query('rollback').catch((failure: Error) => {
      broken = failure
    })
    throw error
  } finally {
    reopen(connection)
    connection.release(broken)
  }
}

function sendCommitOn(connection: Connection) {
  const committing = connection.query('commit')
  // Awaited in the end; until then a failure before it is the one that is told of.
  committing.catch(() => {})
  // What came behind the commit would run outside the transaction.
  Object.assign(connection, { query: refuse })
  return committing
}

function refuse(): never {
  throw new AssertionError('nothing is sent behind the commit')
}

/** Lets statements be sent again, by the method that the connection has from its class. */
function reopen(connection: Connection): void {
  Reflect.deleteProperty(connection, 'query')
}
