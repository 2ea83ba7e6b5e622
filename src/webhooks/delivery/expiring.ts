import type { AppContext } from '../../context.ts'
import type { Id } from '../../core/id/id.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { transaction } from '../../database/transaction.ts'
import { giveTurns, lockQueues } from '../../events/feed/queues.ts'
import { shown } from './failure-log.ts'

const expire = loadSql(import.meta.url, './sql/expire-deliveries.sql')

/**
 * Gives deliveries up whose events are older than 90 days, in steps: their events are about to be dropped. It is said in
 * the log, and counted at the endpoint.
 */
export async function expireDeliveries(
  { pool, clock, log }: Pick<AppContext, 'pool' | 'clock' | 'log'>,
  stopping?: AbortSignal,
): Promise<void> {
  const total = new Map<Id, number>()
  while (!stopping?.aborted) {
    const rows = await transaction(pool, (connection) => expireStep(connection, clock.now()))
    for (const { endpoint_id, expired } of rows) total.set(endpoint_id, (total.get(endpoint_id) ?? 0) + expired)
    if (rows.length === 0) break
  }
  for (const [endpoint_id, deliveries] of total) {
    const text = 'deliveries of a webhook endpoint were given up: their events are older than 90 days'
    log.warn({ ...shown({ endpoint_id }), deliveries }, text)
  }
}

type Expired = { endpoint_id: Id; expired: number; queue_ids: Id[] }

/** One step. What stood behind a delivery that is given up gets its turn. */
async function expireStep(connection: Queryable, now: Date): Promise<Expired[]> {
  const { rows } = await connection.query<Expired>({ ...expire, values: [now] })
  const queues = rows.flatMap(({ endpoint_id, queue_ids }) => queue_ids.map((queue_id) => ({ endpoint_id, queue_id })))
  if (queues.length > 0) {
    await lockQueues(connection, queues)
    await giveTurns(connection, queues)
  }
  return rows
}
