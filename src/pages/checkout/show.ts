import type { FastifyReply, FastifyRequest } from '../../api/fastify.ts'
import { queryOf, readPairs } from '../../api/url-encoded.ts'
import type { AppContext } from '../../context.ts'
import { formatId } from '../../core/id/id.ts'
import { askedParameter, voiceFor } from '../../html/language/choose.ts'
import { sendPage } from '../../html/send.ts'
import { type CheckoutRow, statusAt } from '../../ledger/checkouts/checkout.ts'
import { splitOf } from '../../payments/checkout/target.ts'
import { offeredFor, pageOriginsOf, thatCapture, waysFor } from '../../payments/processor/registry.ts'
import { findSessionPayment, type SessionPayment } from '../../payments/session/store.ts'
import { listAnnouncedOf } from '../announced/list.ts'
import { transferPath } from '../announced/path.ts'
import { carriedWith, withCarried } from '../carried.ts'
import { refreshOf, refreshSince } from '../refresh.ts'
import { syncOrKeep } from '../sync.ts'
import { readTracking } from '../tracking.ts'
import { newCheckoutForm } from './form.ts'
import { type CheckoutState, checkoutPage } from './page.ts'
import { type CheckoutSubject, type Door, openCheckout } from './store.ts'

/** The path of a page behind a door. */
export function pathOf({ kind, code }: Pick<Door, 'kind' | 'code'>): string {
  return `/${kind === 'request' ? 'r' : 'checkout'}/${code}`
}

/** `GET /r/{code}` and `GET /checkout/{code}`: what is asked for, and whether it can be paid. */
export async function showCheckout(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  door: Door,
): Promise<FastifyReply> {
  const subject = await openCheckout(app, door)
  const tracking = readTracking(readPairs(queryOf(request.url), 'The query'), subject.tracked_parameters)
  return sendCheckout(app, request, reply, { door, subject, tracking })
}

/** What the page was asked with. */
type Asked = { door: Door; subject: CheckoutSubject; tracking: Record<string, string> }

/** Sends the page, with a new form where it can be paid. It asks the processor about the last attempt first. */
export async function sendCheckout(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { door, subject: before, tracking }: Asked,
): Promise<FastifyReply> {
  const attempt = await syncAttempt(app, before.row, request.id)
  const subject = attempt === undefined ? before : await openCheckout(app, door)
  const { capture_method, payment_id } = subject.row
  const voice = voiceFor(request, subject)
  // What is reserved or captured by now is told of the payment.
  if (capture_method === 'manual' && payment_id !== null) {
    const outcome = `${pathOf(door)}/payments/${formatId('payment', payment_id)}`
    return reply.redirect(withCarried(outcome, askedParameter(voice)), 303)
  }
  const state = await stateOf(app, subject, attempt, door)
  const refused = request.method === 'POST' && state.kind !== 'paid' && state.kind !== 'moving'
  const carried = carriedWith(tracking, voice)
  const query = new URLSearchParams(tracking).toString()
  const path = pathOf(door)
  const announced = (await listAnnouncedOf(app.pool, subject.row, app.clock.now())).map((one) => ({
    ...one,
    path: withCarried(transferPath(path, one.id), carried),
  }))
  return sendPage(reply, checkoutPage({ subject, voice, state, path, query, carried, announced }), {
    status: refused ? 422 : 200,
    formOrigins: state.kind === 'payable' ? pageOriginsOf(state.ways) : [],
    refresh_s: state.kind === 'moving' ? state.refresh_s : undefined,
  })
}

/** Asks the processor about an attempt that is not decided: somebody who paid and came back would be asked to pay again. */
async function syncAttempt(
  app: AppContext,
  { environment_id, attempt_id, status }: CheckoutRow,
  requestId: string,
): Promise<SessionPayment | undefined> {
  if (attempt_id === null || status === 'paid') return undefined
  const found = await findSessionPayment(app.pool, environment_id, attempt_id)
  if (!found || found.status === 'failed') return found
  return syncOrKeep(app, found, requestId)
}

async function stateOf(
  app: AppContext,
  { row, environment }: CheckoutSubject,
  attempt: SessionPayment | undefined,
  { code }: Door,
): Promise<CheckoutState> {
  const now = app.clock.now()
  if (row.status === 'paid') return { kind: 'paid' }
  if (attempt?.status === 'processing') return { kind: 'moving', refresh_s: refreshOf(attempt, now) }
  if (statusAt(row, now) !== 'active') return { kind: 'ended' }
  // A push is approved on a phone: its page only says so.
  if (row.type === 'push') return { kind: 'moving', refresh_s: refreshSince(row.created_at, now) }
  if ((await splitOf(app.pool, row)).unapplied > 0n) return { kind: 'unfit' }
  const ways = offeredFor(thatCapture(await waysFor(app, environment), row), row.amount, row.currency)
  if (ways.length === 0) return { kind: 'offline' }
  return { kind: 'payable', fields: newCheckoutForm(app.vault, code, row.bucket, now), ways }
}
