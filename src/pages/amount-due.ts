import type { FastifyReply, FastifyRequest } from '../api/fastify.ts'
import { queryOf, readPairs } from '../api/url-encoded.ts'
import type { AppContext } from '../context.ts'
import { required } from '../core/assert.ts'
import { bucketOf } from '../core/id/id.ts'
import { linkToken } from '../core/page-link.ts'
import { sendPage } from '../html/send.ts'
import { processorFor } from '../payments/processor/registry.ts'
import { listUnfinished, type SessionPayment } from '../payments/session/store.ts'
import { syncWithProcessor } from '../payments/session/sync-with-processor.ts'
import { type AmountDueView, amountDuePage } from './amount-due-page.ts'
import { pageCause } from './cause.ts'
import { openLink } from './link.ts'
import { newPayForm } from './pay-form.ts'
import { findPageSubject, listAmountsDue, type PageSubject } from './store.ts'
import { readTracking } from './tracking.ts'

// How many payments of this page are checked with their processor while the payer waits.
const askedMax = 3

/** `GET /p/{token}`: what is owed now. */
export async function showAmountDue(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): Promise<FastifyReply> {
  const subject = await openLink(app, token)
  const tracking = readTracking(readPairs(queryOf(request.url), 'The query'))
  return sendAmountDue(app, request, reply, { token, subject, tracking })
}

/** Sends the page of what is owed, with a new pay form; with `fault` when what was sent cannot be paid. */
export async function sendAmountDue(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: { token: string; subject: PageSubject; tracking: Record<string, string>; fault?: AmountDueView['fault'] },
): Promise<FastifyReply> {
  const { token, tracking, fault } = asked
  const { subject, on_its_way } = await syncBeforeShowing(app, asked.subject, request.id)
  const now = app.clock.now()
  const processor = processorFor(app, subject.environment)
  const page = amountDuePage({
    subject,
    owed: await listAmountsDue(app.pool, subject),
    on_its_way,
    now,
    linkTo: ({ kind, id, link_version }) => `/p/${linkToken(app.vault, kind, id, link_version)}`,
    pay_form: processor && [...newPayForm(app.vault, token, bucketOf(subject.id), now), ...Object.entries(tracking)],
    fault,
  })
  return sendPage(reply, page, { status: fault ? 422 : 200, formOrigins: processor?.page_origins ?? [] })
}

/**
 * Asks the processor about the unfinished payments of this page before it says what is owed: somebody who paid, closed
 * the window and opened the link again would otherwise be asked for the same money twice. A payment that turns out to
 * have succeeded is applied here, so a GET of a page can apply money.
 */
async function syncBeforeShowing(
  app: AppContext,
  subject: PageSubject,
  requestId: string,
): Promise<{ subject: PageSubject; on_its_way: bigint }> {
  const { environment, customer_id, kind, id } = subject
  const unfinished = await listUnfinished(app.pool, { environment_id: environment.id, customer_id, target_id: id })
  const checked = await Promise.all(
    unfinished.map((payment, index) => (index < askedMax ? syncOrLog(app, payment, requestId) : payment)),
  )
  const hasSucceeded = checked.some(({ status }) => status === 'succeeded')
  const current = hasSucceeded ? await findPageSubject(app.pool, kind, id) : subject
  const processing = checked.filter(({ status }) => status === 'processing')
  return {
    subject: required(current, 'the object of the page exists'),
    on_its_way: processing.reduce((sum, { amount }) => sum + amount, 0n),
  }
}

/** A processor that does not respond must not keep the payer from seeing the page. */
async function syncOrLog(app: AppContext, payment: SessionPayment, requestId: string): Promise<SessionPayment> {
  try {
    return (await syncWithProcessor(app, payment.environment_id, payment.id, pageCause(requestId))) ?? payment
  } catch (error) {
    app.log.warn({ err: error, request_id: requestId }, 'a payment could not be checked while its page was shown')
    return payment
  }
}
