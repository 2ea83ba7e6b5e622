import type { z } from 'zod'
import { checkIfMatch, etagOf } from '../../../api/etag.ts'
import { recordChange } from '../../../audit/record.ts'
import { mergeMetadata } from '../../../billing/object/metadata.ts'
import type { AppContext, RequestContext } from '../../../context.ts'
import { absentProblem } from '../../../core/absent.ts'
import { bucketOfValue } from '../../../core/bucket.ts'
import { type Id, parseId } from '../../../core/id/id.ts'
import { fieldProblem, Problem } from '../../../core/problem.ts'
import type { Connection, Queryable } from '../../../database/pool.ts'
import { writeEvents } from '../../../events/outbox.ts'
import { type CheckoutRow, renderRequest, statusAt } from '../../../ledger/checkouts/checkout.ts'
import { checkoutEvent } from '../../../ledger/checkouts/event.ts'
import { updateCheckout } from '../../../ledger/checkouts/write.ts'
import { lockCheckouts } from '../../../ledger/store.ts'
import { processorsFor } from '../../processor/registry.ts'
import { checkoutUrl } from '../links.ts'
import { newCheckout } from '../new-row.ts'
import { findCheckout, insertCheckout } from '../store.ts'
import { namesTarget, resolveCheckoutTarget } from '../target.ts'
import type { CreatePaymentRequest, paymentRequest, UpdatePaymentRequest } from './schema.ts'

type App = Pick<AppContext, 'vault' | 'publicUrl'>

const linkLifetimeMs = 24 * 3_600_000
const pushLifetimeMs = 2 * 60_000

/** A payment request as the API shows it, with the address of its page. */
export function renderPaymentRequest(
  app: App,
  { environment, now }: RequestContext,
  row: CheckoutRow,
): z.input<typeof paymentRequest> {
  const { link, ...shown } = renderRequest(environment, row, now)
  if (!link) return shown
  const url = checkoutUrl(app, row)
  return { ...shown, link: { ...link, url, qr_svg_url: `${url}/qr.svg`, qr_png_url: `${url}/qr.png` } }
}

/** The version of a request as its ETag. */
export function requestEtag({ version }: CheckoutRow): string {
  return etagOf({ version, receivable_version: null })
}

/**
 * Creates a payment request. Throws `external_reference_taken`, `not_supported` for a push where nothing can send one, or what
 * makes its target impossible.
 */
export async function createRequest(
  connection: Connection,
  app: Parameters<typeof processorsFor>[0],
  context: RequestContext,
  input: CreatePaymentRequest,
): Promise<CheckoutRow> {
  const { type, amount, currency, external_reference, description, metadata = {}, push } = input
  const expires_at = expiryOf(context, type, input.expires_at)
  if (type === 'push' && !(await processorsFor(app, context.environment)).some(({ push }) => push)) {
    throw fieldProblem('not_supported', '/type', 'No processor of this environment can send a push.')
  }
  const target = namesTarget(input) ? (await resolveCheckoutTarget(connection, context, input)).target : undefined
  const row = newCheckout(context, target, {
    kind: 'request',
    type,
    amount: BigInt(amount),
    currency,
    external_reference: external_reference ?? null,
    description: description ?? null,
    phone: push?.phone ?? null,
    metadata,
    expires_at,
  })
  if (external_reference !== undefined) await claimReference(connection, row.environment_id, external_reference, row.id)
  await Promise.all([
    insertCheckout(connection, app.vault, row),
    recordChange(connection, context, { action: 'created', object_kind: 'payment_request', object_id: row.id }),
    writeEvents(connection, [checkoutEvent(context.environment, row, 'created', context.now)]),
  ])
  return row
}

function expiryOf({ now }: RequestContext, type: 'link' | 'push', sent: string | null | undefined): Date | null {
  if (sent === undefined) return new Date(now.getTime() + (type === 'push' ? pushLifetimeMs : linkLifetimeMs))
  return sent === null ? null : futureInstant(sent, now)
}

function futureInstant(sent: string, now: Date): Date {
  const instant = new Date(sent)
  if (instant > now) return instant
  throw fieldProblem('invalid_request', '/expires_at', 'It is not in the future.')
}

/** A reference belongs to one payment request for good, also after that has been given another. */
async function claimReference(connection: Queryable, environmentId: number, reference: string, id: Id): Promise<void> {
  const { rows } = await connection.query<{ entity_id: Id }>({
    name: 'claim-request-reference',
    text: `insert into external_reference as r (environment_id, kind, reference, entity_id, bucket)
      values ($1, 'payment_request', $2, $3, $4)
      on conflict (environment_id, kind, reference, bucket) do update set entity_id = r.entity_id
      returning entity_id`,
    values: [environmentId, reference, id, bucketOfValue(reference)],
  })
  if (rows[0]?.entity_id === id) return
  const detail = `There is already a payment request with the external reference ${reference}.`
  throw fieldProblem('external_reference_taken', '/external_reference', detail)
}

/** Finds a payment request by its id. Throws `not_found`. */
export async function findRequestOrThrow(
  database: Queryable,
  environmentId: number,
  shown: string,
): Promise<CheckoutRow> {
  const id = parseId('payment_request', shown)
  const row = id === undefined ? undefined : await findCheckout(database, environmentId, 'request', id)
  if (!row) throw absentProblem('payment_request', shown, { parameter: 'payment_request' })
  return row
}

/**
 * Changes the fields that were sent of a request that is not paid. A later `expires_at` opens one that has expired again.
 * Throws `not_found`, `payment_request_state`, `precondition_failed`, `external_reference_taken` or `metadata_too_large`.
 */
export async function updateRequest(
  connection: Connection,
  context: RequestContext,
  shown: string,
  patch: UpdatePaymentRequest,
  ifMatch: string | undefined,
): Promise<CheckoutRow> {
  const found = await findRequestOrThrow(connection, context.environment.id, shown)
  const row = (await lockCheckouts(connection, [found.id], [context.environment.id])).get(found.id) ?? found
  checkIfMatch(ifMatch, requestEtag(row))
  if (row.status === 'paid' || row.status === 'failed' || row.status === 'cancelled') {
    throw new Problem('payment_request_state', `The request is ${row.status}.`)
  }
  const expires_at =
    patch.expires_at === undefined
      ? row.expires_at
      : patch.expires_at === null
        ? null
        : futureInstant(patch.expires_at, context.now)
  const external_reference = patch.external_reference ?? row.external_reference
  if (external_reference !== null && external_reference !== row.external_reference) {
    await claimReference(connection, row.environment_id, external_reference, row.id)
  }
  const status = statusAt({ ...row, expires_at, status: 'active' }, context.now)
  return updateCheckout(connection, context, row, {
    status,
    expires_at,
    external_reference,
    description: patch.description === undefined ? row.description : patch.description,
    metadata: mergeMetadata(row.metadata, patch.metadata),
  })
}
