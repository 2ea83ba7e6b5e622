import { recordChange } from '../../audit/record.ts'
import type { Actor } from '../../core/actor.ts'
import { bucketOf, formatId, type Id, newId } from '../../core/id/id.ts'
import type { Pool, Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { transaction } from '../../database/transaction.ts'
import { renderEvent, writeEvents } from '../../events/outbox.ts'
import type { EndpointToPause } from './store.ts'

const pausedBy: Actor = 'job:deliver-webhooks'
const pause = loadSql(import.meta.url, './sql/pause-endpoint.sql')

type PausedRow = {
  environment_id: number
  mode: 'test' | 'live'
  failing_since: Date | null
  created_at: Date
  updated_at: Date
}

/**
 * Pauses an endpoint that is enabled, and tells of it by an event: what it has not got waits for it. Returns false when
 * it was not enabled any more.
 */
export function pauseEndpoint(pool: Pool, { endpoint_id, reason }: EndpointToPause, now: Date): Promise<boolean> {
  return transaction(pool, async (connection) => {
    const { rows } = await connection.query<PausedRow>({
      ...pause,
      values: [endpoint_id, now, reason],
    })
    const [row] = rows
    if (row === undefined) return false
    const context = { environment: { id: row.environment_id }, actor: pausedBy, now }
    await recordChange(connection, context, { action: 'updated', object_kind: 'endpoint', object_id: endpoint_id })
    await writeEvents(connection, [pausedEvent(endpoint_id, reason, row, now)])
    return true
  })
}

function pausedEvent(id: Id, reason: EndpointToPause['reason'], row: PausedRow, now: Date) {
  const bucket = bucketOf(id)
  const { environment_id, mode, failing_since, created_at, updated_at } = row
  return renderEvent(
    { id: environment_id, mode },
    {
      id: newId(bucket, now.getTime()),
      bucket,
      type: 'webhook_endpoint.paused',
      subject_id: id,
      created_at: now,
      data: {
        id: formatId('endpoint', id),
        status: 'paused',
        status_reason: reason,
        status_since: now.toISOString(),
        ...(failing_since !== null && { failing_since: failing_since.toISOString() }),
        mode,
        created_at: created_at.toISOString(),
        updated_at: updated_at.toISOString(),
      },
    },
  )
}

/**
 * Enables an endpoint that is disabled or paused. What has waited for it becomes due in the order of its events: a job
 * wakes it, beginning within a second. It may be called after the same transaction has enabled it. Returns false when there
 * is none.
 */
export async function resumeEndpoint(
  connection: Queryable,
  environmentId: number,
  endpointId: Id,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await connection.query({
    name: 'resume-endpoint',
    text: `update webhook_endpoint
      set disabled_at = null, disabled_reason = null, enabled_at = $3, failing_since = null,
        updated_at = greatest(updated_at, $3), waking_since = $3, waking_from = null, waking_to = null
      where environment_id = $1 and id = $2 and deleted_at is null`,
    values: [environmentId, endpointId, now],
  })
  return rowCount === 1
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
