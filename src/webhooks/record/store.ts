import type { Id } from '../../core/id/id.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { attemptsShownMax } from './schema.ts'

export type DeliveryRow = {
  event_id: Id
  endpoint_id: Id
  bucket: number
  environment_id: number
  status: 'pending' | 'delivered' | 'exhausted' | 'cancelled'
  attempts: number
  /** Infinite while it waits for its endpoint. */
  next_attempt_at: Date | number
  settled_at: Date | null
  posting_reference: string | null
  type: string
  created_at: Date
}

/** A delivery in a list of deliveries: the event and the endpoint of the last one that was shown or looked at. */
export type DeliveryPair = { event_id: Id; endpoint_id: Id }

/** What is looked for: within the range of events, beyond the place. */
export type DeliverySearch = {
  environment_id: number
  after: DeliveryPair
  from: Id
  below: Id
  endpoint_id: Id | null
  status: string | null
  event_type: string | null
  object_id: Id | undefined
  limit: number
}

const list = loadSql(import.meta.url, './sql/list-deliveries.sql')
const listOfObject = loadSql(import.meta.url, './sql/list-deliveries-of-object.sql')

/** The first `limit` deliveries that are found, newest event first, and where to go on when not all were looked at. */
export async function searchDeliveries(
  database: Queryable,
  search: DeliverySearch,
): Promise<{ rows: DeliveryRow[]; stopped_at: DeliveryPair | undefined }> {
  const { after, object_id } = search
  const values = [
    search.environment_id,
    after.event_id,
    after.endpoint_id,
    search.from,
    search.below,
    search.endpoint_id,
    search.status,
    search.event_type,
    search.limit,
  ]
  type Row = DeliveryRow & { last_event_id: Id | null; last_endpoint_id: Id | null }
  const statement = object_id === undefined ? { ...list, values } : { ...listOfObject, values: [...values, object_id] }
  const { rows } = await database.query<Row>(statement)
  const { last_event_id: event_id, last_endpoint_id: endpoint_id } = rows[0] ?? {}
  return {
    // A page on which nothing was found has one row without a delivery.
    rows: rows.filter((row) => row.event_id !== null),
    stopped_at: event_id && endpoint_id ? { event_id, endpoint_id } : undefined,
  }
}

/** One delivery. */
export async function findDelivery(
  database: Queryable,
  environmentId: number,
  { event_id, endpoint_id }: DeliveryPair,
): Promise<DeliveryRow | undefined> {
  const { rows } = await database.query<DeliveryRow>({
    name: 'find-delivery',
    text: `select d.event_id, d.endpoint_id, d.bucket, d.environment_id, d.status, d.attempts, d.next_attempt_at,
        d.settled_at, d.posting_reference, e.type, e.created_at
      from webhook_delivery as d join event as e on e.id = d.event_id and e.bucket = d.bucket
      where d.event_id = $2 and e.id = $2 and d.endpoint_id = $3 and d.environment_id = $1`,
    values: [environmentId, event_id, endpoint_id],
  })
  return rows[0]
}

export type AttemptRow = {
  number: number
  started_at: Date
  duration_ms: number
  status_code: number | null
  error: string | null
  response_excerpt: string | null
  address: string | null
}

/** The latest attempts of a delivery, newest first. */
export async function findAttempts(
  database: Queryable,
  { environment_id, event_id, endpoint_id }: DeliveryRow,
): Promise<AttemptRow[]> {
  const { rows } = await database.query<AttemptRow>({
    name: 'find-attempts',
    text: `select number, started_at, duration_ms, status_code, error, response_excerpt, address
      from webhook_attempt where environment_id = $1 and event_id = $2 and endpoint_id = $3
      order by number desc limit ${attemptsShownMax}`,
    values: [environment_id, event_id, endpoint_id],
  })
  return rows
}

/**
 * Makes a delivery due at once, whatever its status, with a schedule of its own. Returns false when its endpoint was
 * deleted.
 */
export async function retryDelivery(database: Queryable, row: DeliveryRow, now: Date): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'retry-delivery',
    text: `update webhook_delivery as d
      set status = 'pending', settled_at = null, attempts_before = attempts, next_attempt_at = $4
      from webhook_endpoint as endpoint
      where d.event_id = $1 and d.endpoint_id = $2 and d.bucket = $3 and d.environment_id = $5
        and endpoint.id = d.endpoint_id and endpoint.deleted_at is null`,
    values: [row.event_id, row.endpoint_id, row.bucket, now, row.environment_id],
  })
  return rowCount === 1
}

/** One event with its deliveries, whose endpoints may have been deleted. */
export async function findEvent(
  database: Queryable,
  environmentId: number,
  id: Id,
): Promise<{ body: string; personal: string | null; deliveries: DeliveryRow[] } | undefined> {
  const { rows } = await database.query<{ body: string; personal: string | null }>({
    name: 'find-event',
    text: 'select body, personal from event where id = $2 and environment_id = $1',
    values: [environmentId, id],
  })
  const [event] = rows
  if (event === undefined) return undefined
  const { rows: deliveries } = await database.query<DeliveryRow>({
    name: 'find-deliveries-of-event',
    text: `select d.event_id, d.endpoint_id, d.bucket, d.environment_id, d.status, d.attempts, d.next_attempt_at,
        d.settled_at, d.posting_reference, e.type, e.created_at
      from webhook_delivery as d join event as e on e.id = d.event_id and e.bucket = d.bucket
      where d.event_id = $2 and e.id = $2 and d.environment_id = $1 order by d.endpoint_id`,
    values: [environmentId, id],
  })
  return { ...event, deliveries }
}
