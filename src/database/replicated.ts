import { isDatabaseUnavailable, OutcomeUnknown } from './availability.ts'
import type { Queryable } from './pool.ts'

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
