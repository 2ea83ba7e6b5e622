import { isConflict } from './errors.ts'
import type { Connection, Pool } from './pool.ts'

const triesMax = 4

/**
 * Runs `work` in one transaction at READ COMMITTED, the level that row locks and unique keys are used at. A deadlock or a
 * serialisation failure is tried again, so `work` must have no effect outside the database.
 */
export async function transaction<T>(pool: Pool, work: (connection: Connection) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt(pool, work)
    } catch (error) {
      if (!isConflict(error) || tries === triesMax) throw error
    }
  }
}

async function attempt<T>(pool: Pool, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await pool.connect()
  let broken: Error | undefined
  try {
    // Not awaited: it travels with the first statement of `work`. Its failure is also that statement's.
    const begun = connection.query('begin')
    begun.catch(() => {})
    const result = await work(connection)
    await connection.query('commit')
    return result
  } catch (error) {
    await connection.query('rollback').catch((failure: Error) => {
      broken = failure
    })
    throw error
  } finally {
    connection.release(broken)
  }
}
