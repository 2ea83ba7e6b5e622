import type { AppContext } from '../context.ts'
import { deleteOldResponses } from '../database/idempotency.ts'
import type { Queryable } from '../database/pool.ts'

const hourMs = 3_600_000
const keysKeptMs = 24 * hourMs
/** Whole months of events, with their deliveries and attempts, are dropped when they are older than this. */
export const eventsKeptMs = 90 * 24 * hourMs
const stepRows = 1_000
const partitionMonths = 3

/**
 * Maintains the database: creates partitions three months ahead, deletes idempotency keys after 24 hours, and drops
 * months of events after 90 days.
 */
export async function maintainDatabase({ pool, clock }: Pick<AppContext, 'pool' | 'clock'>): Promise<void> {
  const now = clock.now()
  await pool.query({
    name: 'ensure-partitions',
    text: 'select ensure_partitions($1, $2)',
    values: [now, partitionMonths],
  })
  const before = new Date(now.getTime() - eventsKeptMs)
  await pool.query({ name: 'drop-old-events', text: 'select drop_old_events($1)', values: [before] })
  await deleteKeys(pool, new Date(now.getTime() - keysKeptMs))
}

/** In small steps: one large delete would hold up the vacuum and the log for as long as it runs. */
async function deleteKeys(pool: Queryable, before: Date): Promise<void> {
  for (;;) {
    if ((await deleteOldResponses(pool, before, stepRows)) < stepRows) return
  }
}
