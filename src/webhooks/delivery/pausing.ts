import { recordChange } from '../../audit/record.ts'
import { differenceOf } from '../../audit/values.ts'
import type { Actor } from '../../core/actor.ts'
import { bucketOf, formatId, type Id, newId } from '../../core/id/id.ts'
import type { Pool } from '../../database/pool.ts'
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
    const difference = differenceOf({ status: 'enabled' }, { status: 'paused', status_reason: reason })
    const change = { action: 'updated', object_kind: 'endpoint', object_id: endpoint_id, ...difference } as const
    await recordChange(connection, context, change)
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
