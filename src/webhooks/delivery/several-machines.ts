import type { Id } from '../../core/id/id.ts'
import { integerArray, uuidArray } from '../../database/arrays.ts'
import { isLockTimeout } from '../../database/errors.ts'
import type { Pool, Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { transaction } from '../../database/transaction.ts'

// What delivering does besides where tables are spread over machines.

/** A delivery that was claimed, or put off. */
type Claimed = { event_id: string; endpoint_id: string; bucket: number }

/** What an attempt came to. */
type Outcome = { delivery: { endpoint_id: string }; status: string; attempt: object | undefined }

const putOffSql = loadSql(import.meta.url, './sql/put-off-deliveries.sql')
// Any number that no other program's advisory lock uses by chance.
const claimLock = 7_210_425n
const findNoted = {
  name: 'find-endpoints-to-note',
  text: `select 1 from webhook_endpoint
    where id = any ($1::uuid[]) and failing_since is not null or id = any ($2::uuid[]) and failing_since is null limit 1`,
}
const noteEndpoints = {
  name: 'note-endpoints',
  text: `update webhook_endpoint set failing_since = case when id = any ($3::uuid[]) then $1::timestamptz end
    where id = any ($2::uuid[]) and failing_since is not null or id = any ($3::uuid[]) and failing_since is null`,
}

/** Puts off for good what waits for endpoints. Their lock is taken on every machine, so this is done only where something waits. */
export async function putOff(pool: Pool, waiting: readonly Claimed[], until: Date): Promise<void> {
  await transaction(pool, async (connection) => {
    connection.query({ name: 'wait-little', text: "set local lock_timeout = '200ms'" }).catch(() => {})
    const { rows } = await connection.query<{ id: Id }>({
      name: 'hold-endpoints-that-wait',
      text: `select id from webhook_endpoint
        where id = any ($1::uuid[]) and disabled_at is not null and deleted_at is null order by id for share`,
      values: [uuidArray([...new Set(waiting.map(({ endpoint_id }) => endpoint_id))])],
    })
    const held = new Set<string>(rows.map(({ id }) => id))
    const those = waiting.filter(({ endpoint_id }) => held.has(endpoint_id))
    if (those.length === 0) return
    await connection.query({
      ...putOffSql,
      values: [
        uuidArray(those.map(({ event_id }) => event_id)),
        uuidArray(those.map(({ endpoint_id }) => endpoint_id)),
        integerArray(those.map(({ bucket }) => bucket)),
        until,
      ],
    })
  })
}

/** Rethrows whatever is no lock that was waited for. */
export function unlessLocked(error: unknown): void {
  if (!isLockTimeout(error)) throw error
}

/**
 * Where tables are spread over machines, rows that another process claims cannot be skipped: one process claims at a time there, and the
 * others look again later.
 */
export async function mayClaim(connection: Queryable): Promise<boolean> {
  const { rows } = await connection.query<{ taken: boolean }>({
    name: 'take-turn-to-claim',
    text: 'select pg_try_advisory_xact_lock($1) as taken',
    values: [claimLock],
  })
  return rows[0]?.taken === true
}

/** Whether an endpoint begins to fail with these outcomes, or fails no more. */
export async function changesFailing(connection: Queryable, outcomes: readonly Outcome[]): Promise<boolean> {
  const { rows } = await connection.query({ ...findNoted, values: takenAndFailed(outcomes) })
  return rows.length > 0
}

/** Writes since when endpoints fail, by a transaction of its own: an endpoint is on every machine where tables are spread, and it is seldom noted. */
export async function noteFailing(pool: Pool, outcomes: readonly Outcome[], now: Date): Promise<void> {
  await transaction(pool, (connection) =>
    connection.query({ ...noteEndpoints, values: [now, ...takenAndFailed(outcomes)] }),
  )
}

/** The endpoints that took something, and those that only failed. */
function takenAndFailed(outcomes: readonly Outcome[]): [Buffer, Buffer] {
  const made = outcomes.filter(({ attempt }) => attempt !== undefined)
  const taken = new Set(made.filter(({ status }) => status === 'delivered').map(endpointOf))
  const failed = new Set(made.map(endpointOf).filter((endpoint) => !taken.has(endpoint)))
  return [uuidArray([...taken]), uuidArray([...failed])]
}

const endpointOf = ({ delivery }: Outcome) => delivery.endpoint_id
