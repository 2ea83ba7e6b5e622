import type { Id } from '../../core/id/id.ts'
import type { Queryable } from '../../database/pool.ts'
import type { EndpointLimits } from '../delivery/slots.ts'

export type EndpointRow = EndpointLimits & {
  id: Id
  environment_id: number
  url: string
  description: string | null
  event_types: string[] | null
  /** The credentials, encrypted. */
  secret: Buffer
  api_version: string
  /** Whether its receiver answers with the reference of its posting. */
  expects_posting: boolean
  /** Whether it gets the events of an object one after the other. */
  ordered: boolean
  disabled_at: Date | null
  /** Why the server paused it; null when the merchant disabled it. */
  disabled_reason: 'gone' | 'failing' | null
  /** When it was last enabled again. */
  enabled_at: Date | null
  deliveries_expired: number
  created_at: Date
  updated_at: Date
}

const columns = `id, environment_id, url, description, event_types, secret, api_version, max_in_flight, rate_per_s,
  expects_posting, ordered, disabled_at, disabled_reason, enabled_at, deliveries_expired::integer, created_at, updated_at`

/** Writes a new endpoint. */
export async function insertEndpoint(connection: Queryable, row: EndpointRow): Promise<void> {
  await connection.query({
    name: 'insert-endpoint',
    text: `insert into webhook_endpoint
        (id, environment_id, url, description, event_types, secret, api_version, created_at, updated_at,
         max_in_flight, rate_per_s, expects_posting, ordered)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10, $11, $12)`,
    values: [
      row.id,
      row.environment_id,
      row.url,
      row.description,
      row.event_types,
      row.secret,
      row.api_version,
      row.created_at,
      row.max_in_flight,
      row.rate_per_s,
      row.expects_posting,
      row.ordered,
    ],
  })
}

/**
 * How many endpoints an environment has. The row of the environment is locked, so that two that are registered at once
 * are both counted.
 */
export async function countEndpoints(connection: Queryable, environmentId: number): Promise<number> {
  await connection.query({
    name: 'lock-environment',
    text: 'select 1 from environment where id = $1 for no key update',
    values: [environmentId],
  })
  const { rows } = await connection.query<{ count: number }>({
    name: 'count-endpoints',
    text: 'select count(*)::integer as count from webhook_endpoint where environment_id = $1 and deleted_at is null',
    values: [environmentId],
  })
  return rows[0]?.count ?? 0
}

/** The endpoints of an environment, newest first. */
export async function listEndpoints(connection: Queryable, environmentId: number): Promise<EndpointRow[]> {
  const { rows } = await connection.query<EndpointRow>({
    name: 'list-endpoints',
    text: `select ${columns} from webhook_endpoint where environment_id = $1 and deleted_at is null order by id desc`,
    values: [environmentId],
  })
  return rows
}

/** Writes what can be changed of an endpoint. Another address has not failed yet. */
export async function updateEndpoint(connection: Queryable, row: EndpointRow): Promise<void> {
  await connection.query({
    name: 'update-endpoint',
    text: `update webhook_endpoint set url = $3, description = $4, event_types = $5, secret = $6, disabled_at = $7,
        disabled_reason = $8, enabled_at = $9, updated_at = $10, max_in_flight = $11, rate_per_s = $12, expects_posting = $13,
        failing_since = case when url = $3 then failing_since end
      where environment_id = $1 and id = $2`,
    values: [
      row.environment_id,
      row.id,
      row.url,
      row.description,
      row.event_types,
      row.secret,
      row.disabled_at,
      row.disabled_reason,
      row.enabled_at,
      row.updated_at,
      row.max_in_flight,
      row.rate_per_s,
      row.expects_posting,
    ],
  })
}

/** One endpoint that is not deleted; `lock` locks it against other changes until the transaction ends. */
export async function findEndpoint(
  connection: Queryable,
  environmentId: number,
  id: Id,
  options: { lock?: boolean } = {},
): Promise<EndpointRow | undefined> {
  const { rows } = await connection.query<EndpointRow>({
    name: options.lock ? 'lock-endpoint' : 'find-endpoint',
    text: `select ${columns} from webhook_endpoint where environment_id = $1 and id = $2 and deleted_at is null
      ${options.lock ? 'for no key update' : ''}`,
    values: [environmentId, id],
  })
  return rows[0]
}

/** Marks an endpoint deleted; its row stays, for the deliveries that name it. Returns whether there was one. */
export async function deleteEndpoint(
  connection: Queryable,
  environmentId: number,
  id: Id,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await connection.query({
    name: 'delete-endpoint',
    text: `update webhook_endpoint set deleted_at = $3, updated_at = $3, waking_since = $3, waking_from = null, waking_to = null
      where environment_id = $1 and id = $2 and deleted_at is null`,
    values: [environmentId, id, now],
  })
  return rowCount === 1
}
