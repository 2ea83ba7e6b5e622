import type { z } from 'zod'
import { recordChange } from '../../audit/record.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import { absentProblem } from '../../core/absent.ts'
import { formatId, newId, parseId, randomBucket } from '../../core/id/id.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import { apiVersion } from '../../core/version.ts'
import type { Connection } from '../../database/pool.ts'
import { newSigningSecret } from '../signing.ts'
import type { CreateEndpoint, endpoint } from './schema.ts'
import { countEndpoints, deleteEndpoint, type EndpointRow, findEndpoint, insertEndpoint } from './store.ts'

// Every event is delivered to each of them, so their number multiplies the work of the write path.
const endpointsMax = 20

/** Registers an endpoint and makes its signing secret. Throws `url_not_allowed` or `too_many_endpoints`. */
export async function createEndpoint(
  connection: Connection,
  app: Pick<AppContext, 'vault' | 'checkWebhookUrl'>,
  context: RequestContext,
  input: CreateEndpoint,
): Promise<{ row: EndpointRow; secret: string }> {
  const address = app.checkWebhookUrl(input.url)
  if (!address.ok) throw fieldProblem('url_not_allowed', '/url', address.detail)
  if ((await countEndpoints(connection, context.environment.id)) >= endpointsMax) {
    throw new Problem('too_many_endpoints', `An environment has at most ${endpointsMax} endpoints.`)
  }
  const secret = newSigningSecret()
  const row: EndpointRow = {
    id: newId(randomBucket(), context.now.getTime()),
    environment_id: context.environment.id,
    url: address.url,
    description: input.description ?? null,
    event_types: input.event_types ?? null,
    api_version: apiVersion,
    disabled_at: null,
    disabled_reason: null,
    deliveries_expired: 0,
    created_at: context.now,
    updated_at: context.now,
  }
  await insertEndpoint(connection, row, app.vault.encrypt(secret))
  await recordChange(connection, context, { action: 'created', object_kind: 'endpoint', object_id: row.id })
  return { row, secret }
}

/** Finds an endpoint by its id. Throws `not_found`. */
export async function findEndpointOrThrow(
  connection: Parameters<typeof findEndpoint>[0],
  environmentId: number,
  shown: string,
): Promise<EndpointRow> {
  const id = parseId('endpoint', shown)
  const row = id === undefined ? undefined : await findEndpoint(connection, environmentId, id)
  if (!row) throw absentProblem('endpoint', shown, { parameter: 'endpoint' })
  return row
}

/** Deletes an endpoint: nothing more is sent to it. Throws `not_found`. */
export async function removeEndpoint(connection: Connection, context: RequestContext, shown: string): Promise<void> {
  const id = parseId('endpoint', shown)
  if (id === undefined || !(await deleteEndpoint(connection, context.environment.id, id, context.now))) {
    throw absentProblem('endpoint', shown, { parameter: 'endpoint' })
  }
  await recordChange(connection, context, { action: 'deleted', object_kind: 'endpoint', object_id: id })
}

/** An endpoint that was disabled for a reason of its own is paused; a merchant gives none. */
function statusOf({ disabled_at, disabled_reason }: EndpointRow): 'enabled' | 'disabled' | 'paused' {
  if (disabled_at === null) return 'enabled'
  return disabled_reason === null ? 'disabled' : 'paused'
}

/** An endpoint as the API shows it; the secret is never part of it. */
export function renderEndpoint(row: EndpointRow, mode: 'test' | 'live'): z.input<typeof endpoint> {
  return {
    id: formatId('endpoint', row.id),
    url: row.url,
    ...(row.event_types !== null && { event_types: row.event_types }),
    ...(row.description !== null && { description: row.description }),
    status: statusOf(row),
    ...(row.disabled_reason !== null && { status_reason: row.disabled_reason }),
    status_since: (row.disabled_at ?? row.created_at).toISOString(),
    ...(row.deliveries_expired > 0 && { deliveries_expired: row.deliveries_expired }),
    api_version: row.api_version,
    mode,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}
