import type { AppContext } from '../../context.ts'
import { firstIdAt, type Id } from '../../core/id/id.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { transaction } from '../../database/transaction.ts'
import { queueDeliveries } from '../../events/feed/queues.ts'
import { runInBatches } from '../delivery/in-batches.ts'
import { deliverySettings } from '../delivery/store.ts'
import { isBatchUnclaimed } from '../delivery/unclaimed.ts'
import { listRunningReplays, lockRunningReplay, type ReplayRow, updateReplay } from './store.ts'

// As for what waits for an endpoint (delivery/waking.ts): the backlog of one never stands before the events of others.
const batchMax = 500
const stepsMax = 40

const replayEvents = loadSql(import.meta.url, './sql/replay-events.sql')

type App = Pick<AppContext, 'pool' | 'clock' | 'wakeDispatcher'>

/** Takes each running replay further, batch after batch, for as long as each batch is soon claimed. */
export function runReplays(app: App, stopping?: AbortSignal): Promise<void> {
  return runInBatches(async () => {
    const running = await listRunningReplays(app.pool)
    let progress = false
    for (const replay of running) progress = (await replayBatch(app, replay, stopping)) || progress
    return { progress, left: running.length > 0 }
  }, stopping)
}

/** Makes one batch of a replay due, unless its last one has not been claimed yet. Returns whether it did anything. */
async function replayBatch(
  app: App,
  found: Pick<ReplayRow, 'id' | 'bucket'>,
  stopping?: AbortSignal,
): Promise<boolean> {
  let replayed = 0
  let progress = false
  for (let step = 0; step < stepsMax && replayed < batchMax && !stopping?.aborted; step++) {
    const max = batchMax - replayed
    const count = await transaction(app.pool, (connection) =>
      replayStep(connection, found, max, step > 0, app.clock.now()),
    )
    if (count === undefined) break
    progress = true
    replayed += count
  }
  if (replayed > 0) app.wakeDispatcher()
  return progress
}

type ReplayStep = { done_to: Id | null; replayed: number; queued: { event_id: Id; bucket: number }[] }

/** One step: what it did and how far it has come are one transaction. Undefined when there is nothing to do now. */
async function replayStep(
  connection: Queryable,
  found: Pick<ReplayRow, 'id' | 'bucket'>,
  max: number,
  goesOn: boolean,
  now: Date,
): Promise<number | undefined> {
  const row = await lockRunningReplay(connection, found)
  if (row === undefined) return undefined
  if (row.deleted) {
    await updateReplay(connection, { ...row, status: 'cancelled', ended_at: now })
    return undefined
  }
  await connection.query(deliverySettings)
  const batch = { endpoint_id: row.endpoint_id, from: row.batch_from, to: row.done_to }
  if (!goesOn && (await isBatchUnclaimed(connection, batch, now))) return undefined
  const { rows } = await connection.query<ReplayStep>({
    ...replayEvents,
    values: [
      row.endpoint_id,
      row.environment_id,
      row.done_to,
      firstIdAt(row.to_at.getTime() + 1),
      row.event_types ?? row.takes,
      row.only_failed,
      now,
      max,
      row.ordered,
    ],
  })
  const { done_to, replayed, queued } = rows[0] as ReplayStep
  const { endpoint_id } = row
  if (queued.length > 0)
    await queueDeliveries(
      connection,
      queued.map((one) => ({ ...one, endpoint_id })),
    )
  await updateReplay(connection, {
    ...row,
    batch_from: goesOn ? row.batch_from : row.done_to,
    done_to: done_to ?? row.done_to,
    replayed: row.replayed + replayed,
    ...(done_to === null && { status: 'completed', ended_at: now }),
  })
  return replayed
}
