import type { z } from 'zod'
import type { AppContext, RequestContext } from '../../context.ts'
import { formatDeliveryId } from '../../core/id/delivery-id.ts'
import { formatId, type Id } from '../../core/id/id.ts'
import { loadSql } from '../../database/sql.ts'
import { movedAmount } from '../../events/money.ts'
import { pageStart, placeAfter } from '../record/cursor.ts'
import type { listUnpostedQuery, unpostedEvent } from './schema.ts'

const list = loadSql(import.meta.url, './sql/list-unposted.sql')
const lowestId = '00000000-0000-0000-0000-000000000000'

type Row = { event_id: Id; endpoint_id: Id; unposted_since: Date; type: string; body: string; created_at: Date }

/** A page of the events that move money, are delivered to an endpoint that expects postings, and have none: oldest first. */
export async function listUnposted(
  app: Pick<AppContext, 'pool' | 'vault'>,
  { environment }: Pick<RequestContext, 'environment'>,
  { limit, cursor }: z.output<typeof listUnpostedQuery>,
): Promise<{ data: z.input<typeof unpostedEvent>[]; has_more: boolean; next_cursor?: string }> {
  const filters = { environment_id: environment.id, list: 'unposted' }
  const after = pageStart(app, cursor, filters) ?? { event_id: lowestId, endpoint_id: lowestId }
  const { rows } = await app.pool.query<Row>({
    ...list,
    values: [environment.id, after.event_id, after.endpoint_id, limit + 1],
  })
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? shown.at(-1) : undefined
  return {
    data: shown.map(render),
    has_more: last !== undefined,
    ...(last !== undefined && { next_cursor: placeAfter(app, filters, last) }),
  }
}

function render({ event_id, endpoint_id, unposted_since, type, body, created_at }: Row): z.input<typeof unpostedEvent> {
  return {
    event_id: formatId('event', event_id),
    event_type: type,
    delivery_id: formatDeliveryId(event_id, endpoint_id),
    endpoint_id: formatId('endpoint', endpoint_id),
    ...movedAmount(body),
    created_at: created_at.toISOString(),
    delivered_at: unposted_since.toISOString(),
  }
}
