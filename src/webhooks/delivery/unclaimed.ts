import type { Id } from '../../core/id/id.ts'
import type { Queryable } from '../../database/pool.ts'

// A batch is due over half a millisecond, and what is claimed is due again in 20 s.
const batchSpanMs = 1_000

/** Whether deliveries of a batch of one endpoint, from and to these events, are due and nobody has claimed them yet. */
export async function isBatchUnclaimed(
  connection: Queryable,
  { endpoint_id, from, to }: { endpoint_id: Id; from: Id | null; to: Id | null },
  now: Date,
): Promise<boolean> {
  const { rows } = await connection.query<{ unclaimed: boolean }>({
    name: 'is-batch-unclaimed',
    text: `select exists (select 1 from webhook_delivery where event_id between $2 and $3 and endpoint_id = $1
      and status = 'pending' and next_attempt_at <= $4) as unclaimed`,
    values: [endpoint_id, from, to, new Date(now.getTime() + batchSpanMs)],
  })
  return rows[0]?.unclaimed ?? false
}
