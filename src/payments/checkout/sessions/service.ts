import type { z } from 'zod'
import { etagOf } from '../../../api/etag.ts'
import { recordChange } from '../../../audit/record.ts'
import type { RequestContext } from '../../../context.ts'
import { absentProblem } from '../../../core/absent.ts'
import { required } from '../../../core/assert.ts'
import { parseId } from '../../../core/id/id.ts'
import { fieldProblem } from '../../../core/problem.ts'
import type { Connection, Queryable } from '../../../database/pool.ts'
import { writeEvents } from '../../../events/outbox.ts'
import { type CheckoutRow, renderSession } from '../../../ledger/checkouts/checkout.ts'
import { checkoutEvent } from '../../../ledger/checkouts/event.ts'
import type { ProcessorApp } from '../../processor/kinds.ts'
import { processorsFor, thatCapture } from '../../processor/registry.ts'
import { checkoutUrl } from '../links.ts'
import { newCheckout } from '../new-row.ts'
import { findCheckout, insertCheckout } from '../store.ts'
import { namesTarget, resolveCheckoutTarget } from '../target.ts'
import type { CreatePaymentSession, paymentSession } from './schema.ts'

type App = ProcessorApp

/** A payment session as the API shows it, with the address of its page. */
export function renderPaymentSession(
  app: Pick<App, 'vault' | 'publicUrl'>,
  { environment, now }: RequestContext,
  row: CheckoutRow,
): z.input<typeof paymentSession> {
  return { ...renderSession(environment, row, now), session_url: checkoutUrl(app, row) }
}

/** The version of a session as its ETag. */
export function sessionEtag({ version }: CheckoutRow): string {
  return etagOf({ version, receivable_version: null })
}

/**
 * Creates a payment session, which ends after the time that the settings give. Throws `not_supported`, `url_not_allowed`, or
 * what makes its target impossible.
 */
export async function createSession(
  connection: Connection,
  app: App,
  context: RequestContext,
  input: CreatePaymentSession,
): Promise<CheckoutRow> {
  refuseUnsupported(input)
  const { amount, currency, external_reference, metadata = {}, options } = input
  const capture_method = options?.payment_method_options?.card?.capture_method ?? 'automatic'
  if (capture_method === 'manual') await refuseUncapturable(connection, app, context)
  const sentUrl = options?.checkout_options?.return_url
  const return_url = sentUrl === undefined ? null : allowedReturnUrl(context, sentUrl)
  const target = namesTarget(input) ? (await resolveCheckoutTarget(connection, context, input)).target : undefined
  const lifetime_h = await readLifetime(connection, context.environment.id)
  const row = newCheckout(context, target, {
    kind: 'session',
    type: 'one_time',
    amount: BigInt(amount),
    currency,
    external_reference: external_reference ?? null,
    return_url,
    capture_method,
    metadata,
    expires_at: new Date(context.now.getTime() + lifetime_h * 3_600_000),
  })
  await Promise.all([
    insertCheckout(connection, app.vault, row),
    recordChange(connection, context, { action: 'created', object_kind: 'payment_session', object_id: row.id }),
    writeEvents(connection, [checkoutEvent(context.environment, row, 'created', context.now)]),
  ])
  return row
}

/** Refuses what is documented of this API and not supported here, so that nobody takes it for done. */
function refuseUnsupported({ amount, type, options }: CreatePaymentSession): void {
  const refuse = (pointer: string, detail: string) => fieldProblem('not_supported', pointer, detail)
  if (type !== 'one_time') {
    throw refuse('/type', 'Mandates, and the series that they allow, are not supported: send one_time.')
  }
  if (amount === 0) throw refuse('/amount', 'Verifying a card without a payment is not supported: send an amount.')
  const save = options?.checkout_options?.save_payment_method
  if (save !== undefined && save !== 'never') {
    throw refuse('/options/checkout_options/save_payment_method', 'Cards are not saved: send never, or leave it out.')
  }
}

/** Refuses what no processor of the environment can do, so that its payer does not find a page that takes nothing. */
async function refuseUncapturable(connection: Connection, app: App, { environment }: RequestContext): Promise<void> {
  const able = thatCapture(await processorsFor(app, environment, connection), { capture_method: 'manual' })
  if (able.length > 0) return
  const pointer = '/options/payment_method_options/card/capture_method'
  const detail = 'No processor here can authorise now and capture later: leave it out.'
  throw fieldProblem('not_supported', pointer, detail)
}

const thisMachine = ['localhost', '127.0.0.1', '[::1]']

// Of the normal form, which may be longer than what was sent.
const returnUrlMax = 2_000

/** The address in its normal form: what is kept, and what a browser is sent to, is what was looked at here. */
function allowedReturnUrl({ environment }: RequestContext, sent: string): string {
  const { protocol, hostname, username, password, href } = new URL(sent)
  const refuse = (detail: string) => fieldProblem('url_not_allowed', '/options/checkout_options/return_url', detail)
  const local = environment.mode === 'test' && protocol === 'http:' && thisMachine.includes(hostname)
  if ((protocol !== 'https:' && !local) || username !== '' || password !== '') {
    throw refuse('Send an https address without a user name or password, such as https://shop.example.com/thank-you.')
  }
  if (href.length > returnUrlMax) throw refuse(`The URL must have at most ${returnUrlMax} characters.`)
  return href
}

async function readLifetime(database: Queryable, environmentId: number): Promise<number> {
  const { rows } = await database.query<{ session_lifetime_h: number }>({
    name: 'read-session-lifetime',
    text: 'select session_lifetime_h from environment where id = $1',
    values: [environmentId],
  })
  return required(rows[0], 'the environment of a request exists').session_lifetime_h
}

/** Finds a payment session by its id. Throws `not_found`. */
export async function findSessionOrThrow(
  database: Queryable,
  environmentId: number,
  shown: string,
): Promise<CheckoutRow> {
  const id = parseId('payment_session', shown)
  const row = id === undefined ? undefined : await findCheckout(database, environmentId, 'session', id)
  if (!row) throw absentProblem('payment_session', shown, { parameter: 'payment_session' })
  return row
}
