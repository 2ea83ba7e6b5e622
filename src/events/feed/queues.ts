import type { Id } from '../../core/id/id.ts'
import { integerArray, uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'

// An endpoint that is ordered gets the events of an object one after the other: its deliveries stand in a queue for each object, of
// which the first alone is due (docs/decisions/0042).

const queueSql = loadSql(import.meta.url, './sql/queue-deliveries.sql')
const lockSql = loadSql(import.meta.url, './sql/lock-queues.sql')
const turnsSql = loadSql(import.meta.url, './sql/give-turns.sql')

/** A queue: the endpoint, and the receivable or other object that its events are about. */
export type Queue = { endpoint_id: Id; queue_id: Id }

/** A delivery to an endpoint that is ordered. */
export type OrderedDelivery = { endpoint_id: Id; event_id: Id; bucket: number }

/**
 * Puts deliveries into their queues, and gives those their turn that are the first. Their events have to have their positions by
 * then. Returns whether there were any.
 */
export async function queueDeliveries(connection: Queryable, deliveries: readonly OrderedDelivery[]): Promise<boolean> {
  const { rows } = await connection.query<Queue>({
    ...queueSql,
    values: [
      uuidArray(deliveries.map(({ endpoint_id }) => endpoint_id)),
      uuidArray(deliveries.map(({ event_id }) => event_id)),
      integerArray(deliveries.map(({ bucket }) => bucket)),
    ],
  })
  if (rows.length === 0) return false
  await lockQueues(connection, rows)
  await giveTurns(connection, rows)
  return true
}

/**
 * Locks the queues of these endpoints. Whoever ends a delivery in a queue does so first: of one that ends and one that is put
 * behind it at the same moment, the later transaction sees the other and gives the turn.
 */
export async function lockQueues(connection: Queryable, queues: readonly Pick<Queue, 'endpoint_id'>[]): Promise<void> {
  await connection.query({ ...lockSql, values: [uuidArray(queues.map(({ endpoint_id }) => endpoint_id))] })
}

/** Gives the first delivery of each queue its turn, if it waits for it. The queues have to be locked. */
export async function giveTurns(connection: Queryable, queues: readonly Queue[]): Promise<void> {
  await connection.query({
    ...turnsSql,
    values: [
      uuidArray(queues.map(({ endpoint_id }) => endpoint_id)),
      uuidArray(queues.map(({ queue_id }) => queue_id)),
    ],
  })
}
