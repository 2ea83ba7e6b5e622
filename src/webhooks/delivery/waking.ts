import type { AppContext } from '../../context.ts'
import { firstIdAt, type Id } from '../../core/id/id.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { transaction } from '../../database/transaction.ts'
import { runInBatches } from './in-batches.ts'
import { deliverySettings } from './store.ts'
import { isBatchUnclaimed } from './unclaimed.ts'

// How many deliveries of one endpoint are made due at once. The next ones follow when these have been claimed, so that
// the backlog of one endpoint never stands before the events of the others.
const batchMax = 500
// A batch walks over the deliveries of all endpoints; so many steps of 5,000 in one run.
const stepsMax = 40
// What has waited was written before the endpoint was enabled again; the clocks of servers may differ by this.
const clocksDifferMs = 60_000

const wake = loadSql(import.meta.url, './sql/wake-deliveries.sql')

type App = Pick<AppContext, 'pool' | 'clock' | 'wakeDispatcher'>

/**
 * Begins to wake what has waited for an endpoint that the same transaction has enabled: a job goes on within a second, in the
 * order of the events. The endpoint has not failed yet.
 */
export async function beginWaking(
  connection: Queryable,
  environmentId: number,
  endpointId: Id,
  now: Date,
): Promise<void> {
  await connection.query({
    name: 'begin-waking',
    text: `update webhook_endpoint set failing_since = null, waking_since = $3, waking_from = null, waking_to = null
      where environment_id = $1 and id = $2`,
    values: [environmentId, endpointId, now],
  })
}

/**
 * Makes due what was put off by the limits that an endpoint had: by others it may come sooner, or has to come later. Of one that takes
 * nothing now it is woken with the rest when that is enabled.
 */
export async function wakePutOff(
  connection: Queryable,
  environmentId: number,
  endpointId: Id,
  now: Date,
): Promise<void> {
  await connection.query({
    name: 'wake-put-off',
    text: `update webhook_endpoint set waking_since = $3, waking_from = null, waking_to = null
      where environment_id = $1 and id = $2 and disabled_at is null`,
    values: [environmentId, endpointId, now],
  })
}

/**
 * Makes deliveries due that have waited for endpoints which are enabled again, or deleted, and those that were put off by limits
 * which are others now, in the order of their events: batch after batch, for as long as each is soon claimed.
 */
export function wakeDeliveries(app: App, stopping?: AbortSignal): Promise<void> {
  return runInBatches(async () => {
    const { rows } = await app.pool.query<{ id: Id }>({
      name: 'list-waking-endpoints',
      text: 'select id from webhook_endpoint where waking_since is not null',
    })
    let progress = false
    for (const { id } of rows) progress = (await wakeBatch(app, id, stopping)) || progress
    return { progress, left: rows.length > 0 }
  }, stopping)
}

/** Makes one batch of an endpoint due, unless its last one has not been claimed yet. Returns whether it did anything. */
async function wakeBatch(app: App, id: Id, stopping?: AbortSignal): Promise<boolean> {
  let woken = 0
  let progress = false
  for (let step = 0; step < stepsMax && woken < batchMax && !stopping?.aborted; step++) {
    const max = batchMax - woken
    const count = await transaction(app.pool, (connection) => wakeStep(connection, id, max, step > 0, app.clock.now()))
    if (count === undefined) break
    progress = true
    woken += count
  }
  if (woken > 0) app.wakeDispatcher()
  return progress
}

type Waking = { waits: boolean; ordered: boolean; waking_since: Date; waking_from: Id | null; waking_to: Id | null }

/** One step. Returns how many it has woken; undefined when nothing is left, or the last batch has not been claimed yet. */
async function wakeStep(
  connection: Queryable,
  id: Id,
  max: number,
  goesOn: boolean,
  now: Date,
): Promise<number | undefined> {
  const { rows } = await connection.query<Waking>({
    name: 'lock-waking-endpoint',
    text: `select disabled_at is not null and deleted_at is null as waits,
        ordered and deleted_at is null as ordered, waking_since, waking_from, waking_to
      from webhook_endpoint where id = $1 and waking_since is not null for no key update skip locked`,
    values: [id],
  })
  const [row] = rows
  if (row === undefined) return undefined
  const ended = () => note(connection, id, null, null)
  // It was disabled again meanwhile: all that is left waits on.
  if (row.waits) return ended()
  await connection.query(deliverySettings)
  const from = row.waking_to ?? (await firstWaiting(connection, id, now))
  if (from === undefined) return ended()
  const batch = { endpoint_id: id, from: row.waking_from, to: row.waking_to }
  if (!goesOn && row.waking_to !== null && (await isBatchUnclaimed(connection, batch, now))) return undefined
  const { rows: steps } = await connection.query<{ done_to: Id | null; woken: number }>({
    ...wake,
    values: [id, from, now, max, row.ordered],
  })
  const { done_to, woken } = steps[0] as { done_to: Id | null; woken: number }
  const last = firstIdAt(row.waking_since.getTime() + clocksDifferMs)
  if (done_to === null || done_to > last) await ended()
  else await note(connection, id, goesOn ? row.waking_from : from, done_to)
  return woken
}

/** The event of the first delivery that waits for an endpoint, or was put off. Read from the index of due ones, of which it is behind now. */
async function firstWaiting(connection: Queryable, id: Id, now: Date): Promise<Id | undefined> {
  const { rows } = await connection.query<{ first: Id | null }>({
    name: 'first-waiting-delivery',
    text: `select min(event_id::text)::uuid as first from webhook_delivery
      where status = 'pending' and next_attempt_at > $2 and endpoint_id = $1
        and (next_attempt_at = 'infinity' or attempts = attempts_before)`,
    values: [id, now],
  })
  return rows[0]?.first ?? undefined
}

async function note(connection: Queryable, id: Id, from: Id | null, to: Id | null): Promise<undefined> {
  await connection.query({
    name: 'note-waking',
    text: `update webhook_endpoint
      set waking_since = case when $3::uuid is not null then waking_since end, waking_from = $2, waking_to = $3
      where id = $1`,
    values: [id, from, to],
  })
}
