import type { z } from 'zod'
import { highestId, idRange } from '../../api/pagination.ts'
import { recordChange } from '../../audit/record.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import { absentProblem } from '../../core/absent.ts'
import { formatDeliveryId, parseDeliveryId } from '../../core/id/delivery-id.ts'
import { formatId, kindOfId, parseId, timeOf } from '../../core/id/id.ts'
import { parseJson } from '../../core/json-reader.ts'
import { Problem } from '../../core/problem.ts'
import type { Connection, Queryable } from '../../database/pool.ts'
import { wholeBody } from '../../events/personal.ts'
import { pageStart, placeAfter } from './cursor.ts'
import { refuseBeyondRetention } from './retention.ts'
import type { delivery, deliveryDetail, eventDetail, ListDeliveries } from './schema.ts'
import {
  type AttemptRow,
  type DeliveryRow,
  findAttempts,
  findDelivery,
  findEvent,
  retryDelivery,
  searchDeliveries,
} from './store.ts'

/** A page of deliveries, newest event first. It may be shorter than the limit, and even empty, while more follow. */
export async function listDeliveries(
  app: Pick<AppContext, 'pool' | 'vault'>,
  { environment }: Pick<RequestContext, 'environment'>,
  query: ListDeliveries,
): Promise<{ data: z.input<typeof delivery>[]; has_more: boolean; next_cursor?: string }> {
  const { limit, cursor, ...sent } = query
  const filters = { environment_id: environment.id, ...sent }
  const after = pageStart(app, cursor, filters) ?? { event_id: highestId, endpoint_id: highestId }
  const endpoint_id = query.endpoint === undefined ? null : parseId('endpoint', query.endpoint)
  const object_id = query.object === undefined ? undefined : idOf(query.object)
  if (endpoint_id === undefined || object_id === null) return { data: [], has_more: false }
  const { rows, stopped_at } = await searchDeliveries(app.pool, {
    environment_id: environment.id,
    after,
    ...idRange({ created_from: query.from, created_to: query.to }, { after: undefined }),
    endpoint_id,
    status: query.status ?? null,
    event_type: query.event_type ?? null,
    object_id,
    limit: limit + 1,
  })
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? shown.at(-1) : stopped_at
  return {
    data: shown.map(renderDelivery),
    has_more: last !== undefined,
    ...(last !== undefined && { next_cursor: placeAfter(app, filters, last) }),
  }
}

/** The id of any kind of object; null when the text is none. */
function idOf(shown: string) {
  const kind = kindOfId(shown)
  return (kind && parseId(kind, shown)) ?? null
}

/** Finds a delivery by its public id. Throws `not_found`. */
export async function findDeliveryOrThrow(
  database: Queryable,
  { environment }: Pick<RequestContext, 'environment'>,
  shown: string,
): Promise<DeliveryRow> {
  const pair = parseDeliveryId(shown)
  const row = pair && (await findDelivery(database, environment.id, pair))
  if (!row) throw absentProblem('delivery', shown, { parameter: 'delivery' })
  return row
}

/** A delivery with its attempts, as the API shows it. */
export async function showDelivery(database: Queryable, row: DeliveryRow): Promise<z.input<typeof deliveryDetail>> {
  return { ...renderDelivery(row), attempts: (await findAttempts(database, row)).map(renderAttempt) }
}

/**
 * Makes a delivery due at once, also one that has ended. Throws `not_found`, also when its endpoint was deleted, and
 * `beyond_retention`.
 */
export async function retry(connection: Connection, context: RequestContext, shown: string): Promise<DeliveryRow> {
  const row = await findDeliveryOrThrow(connection, context, shown)
  refuseBeyondRetention(new Date(timeOf(row.event_id)), { parameter: 'delivery' }, context.now)
  if (!(await retryDelivery(connection, row, context.now))) {
    const detail = 'The endpoint of this delivery was deleted.'
    throw new Problem('not_found', detail, { errors: [{ parameter: 'delivery', code: 'not_found', detail }] })
  }
  const change = { action: 'retried', object_kind: 'endpoint', object_id: row.endpoint_id } as const
  await recordChange(connection, context, change)
  return { ...row, status: 'pending', settled_at: null, next_attempt_at: context.now }
}

/** An event with its deliveries, as the API shows it. Throws `not_found`. */
export async function showEvent(
  database: Queryable,
  { environment }: Pick<RequestContext, 'environment'>,
  shown: string,
): Promise<z.input<typeof eventDetail>> {
  const id = parseId('event', shown)
  const event = id === undefined ? undefined : await findEvent(database, environment.id, id)
  if (!event) throw absentProblem('event', shown, { parameter: 'event' })
  const envelope = parseJson(wholeBody(event)) as Omit<z.input<typeof eventDetail>, 'deliveries'>
  return { ...envelope, deliveries: event.deliveries.map(renderDelivery) }
}

/** A delivery as the API shows it. */
export function renderDelivery(row: DeliveryRow): z.input<typeof delivery> {
  const { next_attempt_at: next, settled_at } = row
  return {
    id: formatDeliveryId(row.event_id, row.endpoint_id),
    event_id: formatId('event', row.event_id),
    event_type: row.type,
    endpoint_id: formatId('endpoint', row.endpoint_id),
    status: row.status,
    attempt_count: row.attempts,
    ...(row.posting_reference !== null && { posting_reference: row.posting_reference }),
    ...(row.status === 'pending' && typeof next !== 'number' && { next_attempt_at: next.toISOString() }),
    created_at: row.created_at.toISOString(),
    ...(settled_at !== null && { ended_at: settled_at.toISOString() }),
  }
}

function renderAttempt(row: AttemptRow): z.input<typeof deliveryDetail>['attempts'][number] {
  return {
    number: row.number,
    started_at: row.started_at.toISOString(),
    duration_ms: row.duration_ms,
    ...(row.address !== null && { address: row.address }),
    ...(row.status_code !== null && { status_code: row.status_code }),
    ...(row.error !== null && { error: row.error }),
    ...(row.response_excerpt !== null && { response_excerpt: row.response_excerpt }),
  }
}
