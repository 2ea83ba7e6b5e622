import { deleteOldAuditDetails } from '../audit/old-details.ts'
import type { AppContext } from '../context.ts'
import { deleteOldResponses } from '../database/idempotency.ts'
import type { Pool } from '../database/pool.ts'
import type { Statement } from '../database/sql.ts'
import { transaction } from '../database/transaction.ts'
import { deleteOldAttempts } from '../pages/guest/store.ts'
import { deleteOldCallbacks } from '../payments/callbacks/store.ts'
import { expireDeliveries } from '../webhooks/delivery/expiring.ts'

const hourMs = 3_600_000
const keptMs = 24 * hourMs
// Whole months of events, with their deliveries and attempts, are dropped when they are older than this by the clock of the database,
// whose function refuses to drop younger ones.
const eventsKept = '90 days'
// Processors send a callback again for days, and people look for one for some weeks.
const callbacksKeptMs = 30 * 24 * hourMs
// Who made a change is kept for good; from where, and what it left otherwise, for a year.
const auditDetailsKeptMs = 365 * 24 * hourMs
const stepRows = 1_000
const partitionMonths = 3
// A month of events may be large.
const stepMax_ms = 60_000
// Every statement behind one that waits for a table waits too, payments included. So this gives way to whoever reads a
// whole table, and is tried again at the next run.
const tableLockWait_ms = 200

/**
 * Maintains the database: creates partitions three months ahead, deletes idempotency keys and attempts of guests after 24
 * hours, callbacks of processors after 30 days and details of the audit trail after a year, and drops months of events after 90 days. What is not delivered by then is given up before. It ends after the step that
 * it is in when the signal is aborted.
 */
export async function maintainDatabase(
  app: Pick<AppContext, 'pool' | 'clock' | 'log'>,
  stopping?: AbortSignal,
): Promise<void> {
  const { pool, clock } = app
  const now = clock.now()
  await changePartitions(pool, {
    name: 'ensure-partitions',
    text: 'select ensure_partitions($1, $2)',
    values: [now, partitionMonths],
  })
  await expireDeliveries(app, stopping)
  if (stopping?.aborted) return
  await changePartitions(pool, {
    name: 'drop-old-events',
    text: 'select drop_old_events(now() - $1::interval)',
    values: [eventsKept],
  })
  const before = new Date(now.getTime() - keptMs)
  await inSteps(() => deleteOldResponses(pool, before, stepRows), stopping)
  await inSteps(() => deleteOldAttempts(pool, before, stepRows), stopping)
  const callbacksBefore = new Date(now.getTime() - callbacksKeptMs)
  await inSteps(() => deleteOldCallbacks(pool, callbacksBefore, stepRows), stopping)
  const auditDetailsBefore = new Date(now.getTime() - auditDetailsKeptMs)
  await inSteps(() => deleteOldAuditDetails(pool, auditDetailsBefore, stepRows), stopping)
}

async function changePartitions(pool: Pool, statement: Statement & { values: unknown[] }): Promise<void> {
  await transaction(pool, (connection) => connection.query(statement), {
    limit_ms: stepMax_ms,
    lock_wait_ms: tableLockWait_ms,
  })
}

/** In small steps: one large delete would hold up the vacuum and the log for as long as it runs. */
async function inSteps(step: () => Promise<number>, stopping?: AbortSignal): Promise<void> {
  while (!stopping?.aborted) {
    if ((await step()) < stepRows) return
  }
}
