import { checkIfMatch } from '../../api/etag.ts'
import { recordChange } from '../../audit/record.ts'
import { differenceOf } from '../../audit/values.ts'
import type { AppContext, RequestContext } from '../../context.ts'
import { Problem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import { openCredentials, previousValidUntil, rotated, schemeOf, sealCredentials } from '../credentials.ts'
import { beginWaking, wakePutOff } from '../delivery/waking.ts'
import { publicKeyOf } from '../signing.ts'
import { mergeHeaders } from './headers.ts'
import type { UpdateEndpoint } from './schema.ts'
import { allowedEndpointUrl, auditedEndpoint, endpointEtag, findEndpointOrThrow } from './service.ts'
import { type EndpointRow, updateEndpoint } from './store.ts'

type App = Pick<AppContext, 'vault' | 'checkWebhookUrl'>

const hourMs = 3_600_000
const overlapDefaultH = 24

/**
 * Changes the fields of an endpoint that are sent. What waits for it goes to the new address, and becomes due within a second
 * when it is enabled again. Throws `not_found`, `precondition_failed`, `url_not_allowed` or `header_not_allowed`.
 */
export async function changeEndpoint(
  connection: Connection,
  app: App,
  context: RequestContext,
  shown: string,
  patch: UpdateEndpoint,
  ifMatch: string | undefined,
): Promise<EndpointRow> {
  const row = await findEndpointOrThrow(connection, context.environment.id, shown, { lock: true })
  checkIfMatch(ifMatch, endpointEtag(row))
  const changed: EndpointRow = {
    ...row,
    url: patch.url === undefined ? row.url : allowedEndpointUrl(app, patch.url),
    event_types: patch.event_types === undefined ? row.event_types : patch.event_types,
    description: patch.description === undefined ? row.description : patch.description,
    secret: withHeaders(app, row, patch.headers),
    max_in_flight: patch.max_in_flight === undefined ? row.max_in_flight : patch.max_in_flight,
    rate_per_s: patch.rate_per_s === undefined ? row.rate_per_s : patch.rate_per_s,
    expects_posting: patch.expects_posting ?? row.expects_posting,
    ...statusOf(row, patch.status, context.now),
  }
  if (JSON.stringify(changed) === JSON.stringify(row)) return row
  const stored = await store(connection, app, context, row, changed)
  if (row.disabled_at !== null && stored.disabled_at === null) {
    await beginWaking(connection, row.environment_id, row.id, context.now)
  } else if (row.max_in_flight !== stored.max_in_flight || row.rate_per_s !== stored.rate_per_s) {
    await wakePutOff(connection, row.environment_id, row.id, context.now)
  }
  return stored
}

function withHeaders({ vault }: App, { secret }: EndpointRow, sent: UpdateEndpoint['headers']): Buffer {
  if (sent === undefined) return secret
  const credentials = openCredentials(vault, secret)
  const headers = mergeHeaders(credentials.headers, sent)
  // Encrypted anew it would be another text.
  if (JSON.stringify(headers) === JSON.stringify(credentials.headers)) return secret
  return sealCredentials(vault, { ...credentials, headers })
}

type Status = Pick<EndpointRow, 'disabled_at' | 'disabled_reason' | 'enabled_at'>

function statusOf(row: EndpointRow, status: UpdateEndpoint['status'], now: Date): Partial<Status> {
  if (status === 'enabled' && row.disabled_at !== null)
    return { disabled_at: null, disabled_reason: null, enabled_at: now }
  // One that is paused can be disabled: it stays so when whatever paused it is over.
  const isDisabled = row.disabled_at !== null && row.disabled_reason === null
  return status === 'disabled' && !isDisabled ? { disabled_at: now, disabled_reason: null } : {}
}

/** Stores a changed endpoint, later than it was by a millisecond at least: the time is its version. */
async function store(
  connection: Connection,
  app: Pick<AppContext, 'vault'>,
  context: RequestContext,
  row: EndpointRow,
  changed: EndpointRow,
): Promise<EndpointRow> {
  const updated_at = new Date(Math.max(context.now.getTime(), changed.updated_at.getTime() + 1))
  const stored = { ...changed, updated_at }
  await updateEndpoint(connection, stored)
  const difference = differenceOf(auditedEndpoint(app, context, row), auditedEndpoint(app, context, stored))
  await recordChange(connection, context, {
    action: 'updated',
    object_kind: 'endpoint',
    object_id: row.id,
    ...difference,
  })
  return stored
}

/**
 * Gives an endpoint a new secret; the one before also signs for `overlapHours`. Throws `not_found`, or `rotation_in_progress`
 * while an earlier one does.
 */
export async function rotateSecret(
  connection: Connection,
  { vault }: Pick<AppContext, 'vault'>,
  context: RequestContext,
  shown: string,
  overlapHours = overlapDefaultH,
): Promise<{ secret?: string; public_key?: string; previous_valid_until: string }> {
  const row = await findEndpointOrThrow(connection, context.environment.id, shown, { lock: true })
  const credentials = openCredentials(vault, row.secret)
  const running = previousValidUntil(credentials, context.now)
  if (running) {
    throw new Problem('rotation_in_progress', `The secret before is valid until ${running.toISOString()}.`)
  }
  const validUntil = new Date(context.now.getTime() + overlapHours * hourMs)
  const next = rotated(credentials, validUntil)
  await store(connection, { vault }, context, row, { ...row, secret: sealCredentials(vault, next) })
  return {
    ...(schemeOf(next) === 'v1' ? { secret: next.secret } : { public_key: publicKeyOf(next.secret) }),
    previous_valid_until: validUntil.toISOString(),
  }
}

/** Ends the overlap of a rotation: from now on only the newest secret signs. Throws `not_found`. */
export async function endRotation(
  connection: Connection,
  { vault }: Pick<AppContext, 'vault'>,
  context: RequestContext,
  shown: string,
): Promise<EndpointRow> {
  const row = await findEndpointOrThrow(connection, context.environment.id, shown, { lock: true })
  const { previous, ...credentials } = openCredentials(vault, row.secret)
  if (previous === undefined) return row
  return store(connection, { vault }, context, row, { ...row, secret: sealCredentials(vault, credentials) })
}
