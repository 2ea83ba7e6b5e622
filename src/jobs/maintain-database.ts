import { isDatabaseAway } from '../database/errors.ts'
import { deleteOldAnswers } from '../database/idempotency.ts'
import type { Queryable } from '../database/pool.ts'
import type { Platform } from '../api/platform.ts'

const hourMs = 3_600_000
const keysKeptMs = 24 * hourMs
/** Whole months of events, with their deliveries and attempts, are let go of when they are older than this. */
export const eventsKeptMs = 90 * 24 * hourMs
const stepRows = 1_000
const partitionMonths = 3

/** One pass of what keeps the database in shape. Returns how many idempotency records and months of events were let go of. */
export async function maintain({
  pool,
  clock,
}: Pick<Platform, 'pool' | 'clock'>): Promise<{ keys: number; months: number }> {
  const now = clock.now()
  await pool.query('select ensure_partitions($1, $2)', [now, partitionMonths])
  const { rows } = await pool.query<{ months: number }>('select drop_old_events($1) as months', [
    new Date(now.getTime() - eventsKeptMs),
  ])
  return { months: rows[0]?.months ?? 0, keys: await deleteKeys(pool, new Date(now.getTime() - keysKeptMs)) }
}

/** Small steps: one large delete would hold up the vacuum and the log for as long as it runs. */
async function deleteKeys(pool: Queryable, before: Date): Promise<number> {
  let deleted = 0
  for (;;) {
    const step = await deleteOldAnswers(pool, before, stepRows)
    deleted += step
    if (step < stepRows) return deleted
  }
}

/** Maintains at the start and every hour: partitions are made three months ahead, keys kept 24 hours, events 90 days. */
export function startMaintenance(platform: Platform): { stop(): Promise<void> } {
  let running: Promise<void> | undefined
  const run = () => {
    running ??= maintain(platform)
      .then(
        () => {},
        (error: Error) => {
          if (!isDatabaseAway(error)) platform.log.error({ err: error }, 'maintenance failed')
        },
      )
      .finally(() => {
        running = undefined
      })
  }
  const timer = setInterval(run, hourMs)
  timer.unref()
  run()
  return {
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}
