import type { z } from 'zod'
import { allowedUrl } from '../../api/allowed-url.ts'
import { recordChange } from '../../audit/record.ts'
import { type AuditedValues, goneWith, madeWith } from '../../audit/values.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import { absentProblem } from '../../core/absent.ts'
import { formatId, newId, parseId, randomBucket } from '../../core/id/id.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import type { Vault } from '../../core/secret.ts'
import { apiVersion } from '../../core/version.ts'
import type { Connection } from '../../database/pool.ts'
import { newCredentials, openCredentials, previousValidUntil, schemeOf, sealCredentials } from '../credentials.ts'
import { publicKeyOf } from '../signing.ts'
import { maskHeaders, mergeHeaders } from './headers.ts'
import type { CreateEndpoint, endpoint } from './schema.ts'
import { countEndpoints, deleteEndpoint, type EndpointRow, findEndpoint, insertEndpoint } from './store.ts'

// Every event is delivered to each of them, so their number multiplies the work of the write path.
const endpointsMax = 20

/** The normal form of the address of an endpoint. It has no blank, while that of a document may have one. Throws `url_not_allowed`. */
export function allowedEndpointUrl(app: Pick<AppContext, 'checkWebhookUrl'>, url: string): string {
  if (url.includes(' ')) {
    throw fieldProblem(
      'url_not_allowed',
      '/url',
      'The URL must not contain white space: in a path a blank is written %20.',
    )
  }
  return allowedUrl(app, url, '/url')
}

/** Registers an endpoint and makes its keys. Throws `url_not_allowed`, `header_not_allowed` or `too_many_endpoints`. */
export async function createEndpoint(
  connection: Connection,
  app: Pick<AppContext, 'vault' | 'checkWebhookUrl'>,
  context: RequestContext,
  input: CreateEndpoint,
): Promise<{ row: EndpointRow; secret: string | undefined }> {
  const url = allowedEndpointUrl(app, input.url)
  const headers = mergeHeaders({}, input.headers)
  if ((await countEndpoints(connection, context.environment.id)) >= endpointsMax) {
    throw new Problem('too_many_endpoints', `An environment has at most ${endpointsMax} endpoints.`)
  }
  const credentials = newCredentials(input.signature ?? 'v1', headers)
  const row: EndpointRow = {
    id: newId(randomBucket(), context.now.getTime()),
    environment_id: context.environment.id,
    url,
    description: input.description ?? null,
    event_types: input.event_types ?? null,
    secret: sealCredentials(app.vault, credentials),
    api_version: apiVersion,
    max_in_flight: input.max_in_flight ?? null,
    rate_per_s: input.rate_per_s ?? null,
    expects_posting: input.expects_posting ?? false,
    ordered: input.ordered ?? false,
    disabled_at: null,
    disabled_reason: null,
    enabled_at: null,
    deliveries_expired: 0,
    created_at: context.now,
    updated_at: context.now,
  }
  await insertEndpoint(connection, row)
  const made = madeWith(auditedEndpoint(app, context, row))
  await recordChange(connection, context, { action: 'created', object_kind: 'endpoint', object_id: row.id, ...made })
  return { row, secret: schemeOf(credentials) === 'v1' ? credentials.secret : undefined }
}

/** Finds an endpoint by its id; `lock` locks it until the transaction ends. Throws `not_found`. */
export async function findEndpointOrThrow(
  connection: Parameters<typeof findEndpoint>[0],
  environmentId: number,
  shown: string,
  options: { lock?: boolean } = {},
): Promise<EndpointRow> {
  const id = parseId('endpoint', shown)
  const row = id === undefined ? undefined : await findEndpoint(connection, environmentId, id, options)
  if (!row) throw absentProblem('endpoint', shown, { parameter: 'endpoint' })
  return row
}

/** Deletes an endpoint: nothing more is sent to it. Throws `not_found`. */
export async function removeEndpoint(connection: Connection, context: RequestContext, shown: string): Promise<void> {
  const row = await findEndpointOrThrow(connection, context.environment.id, shown, { lock: true })
  await deleteEndpoint(connection, context.environment.id, row.id, context.now)
  // Its secret is not opened: where that cannot be done, it can still be deleted.
  const gone = goneWith({
    url: row.url,
    event_types: row.event_types,
    description: row.description,
    status: statusOf(row),
  })
  await recordChange(connection, context, { action: 'deleted', object_kind: 'endpoint', object_id: row.id, ...gone })
}

/** The ETag of an endpoint. Two changes of one are never of the same millisecond. */
export function endpointEtag({ updated_at }: EndpointRow): string {
  return `"${updated_at.getTime()}"`
}

/** An endpoint that was disabled for a reason of its own is paused; a merchant gives none. */
function statusOf({ disabled_at, disabled_reason }: EndpointRow): 'enabled' | 'disabled' | 'paused' {
  if (disabled_at === null) return 'enabled'
  return disabled_reason === null ? 'disabled' : 'paused'
}

/** What was set of an endpoint, as the API shows it. */
export function auditedEndpoint(
  { vault }: Pick<AppContext, 'vault'>,
  context: RequestContext,
  row: EndpointRow,
): AuditedValues {
  const { id, mode, api_version, deliveries_expired, created_at, updated_at, ...set } = renderEndpoint(
    vault,
    context,
    row,
  )
  return set
}

/** An endpoint as the API shows it; no secret is part of it. */
export function renderEndpoint(
  vault: Vault,
  { environment: { mode }, now }: Pick<RequestContext, 'environment' | 'now'>,
  row: EndpointRow,
): z.input<typeof endpoint> {
  const credentials = openCredentials(vault, row.secret)
  const signature = schemeOf(credentials)
  const validUntil = previousValidUntil(credentials, now)
  return {
    id: formatId('endpoint', row.id),
    url: row.url,
    ...(row.event_types !== null && { event_types: row.event_types }),
    ...(row.description !== null && { description: row.description }),
    ...(Object.keys(credentials.headers).length > 0 && { headers: maskHeaders(credentials.headers) }),
    signature,
    ...(signature === 'v1a' && { public_key: publicKeyOf(credentials.secret) }),
    ...(validUntil && { previous_secret_valid_until: validUntil.toISOString() }),
    status: statusOf(row),
    ...(row.disabled_reason !== null && { status_reason: row.disabled_reason }),
    status_since: (row.disabled_at ?? row.enabled_at ?? row.created_at).toISOString(),
    ...(row.max_in_flight !== null && { max_in_flight: row.max_in_flight }),
    ...(row.rate_per_s !== null && { rate_per_s: row.rate_per_s }),
    expects_posting: row.expects_posting,
    ordered: row.ordered,
    ...(row.deliveries_expired > 0 && { deliveries_expired: row.deliveries_expired }),
    api_version: row.api_version,
    mode,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}
