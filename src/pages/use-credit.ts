import type { FastifyReply, FastifyRequest } from '../api/fastify.ts'
import { listCredits } from '../billing/bill/set-off.ts'
import { setOffParts } from '../billing/credit/set-off-parts.ts'
import type { AppContext } from '../context.ts'
import { required } from '../core/assert.ts'
import { bucketOf, type Id } from '../core/id/id.ts'
import type { Connection, Queryable } from '../database/pool.ts'
import { transaction } from '../database/transaction.ts'
import { isOwnOrigin, readForm, sendForeign } from '../html/form.ts'
import { sendAmountDue } from './amount-due.ts'
import { pageCause } from './cause.ts'
import { offersCredit, offersOf, planOf, readCreditForm, type SentOffer } from './credit/offer.ts'
import { toDebt } from './debts/debt.ts'
import { listDebts } from './debts/store.ts'
import { openLink } from './link.ts'
import type { PageSubject } from './subject.ts'
import { readTracking } from './tracking.ts'

/** Whether the form that was posted uses credit, and is not one that pays. */
export function asksToUseCredit({ body }: Pick<FastifyRequest, 'body'>): boolean {
  return body instanceof URLSearchParams && body.has('credit')
}

/** `POST /p/{token}` of a form that uses credit: sets off what it offers, once, and shows what is owed after it. */
export async function useCredit(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): Promise<FastifyReply> {
  if (!isOwnOrigin(app, request)) return sendForeign(request, reply)
  const subject = await openLink(app, token)
  const form = readForm(request)
  const sent = readCreditForm(app.vault, token, form, app.clock.now())
  if (sent === 'forged') return sendForeign(request, reply)
  const done = sent !== 'stale' && offersCredit(subject) && (await setOffOnce(app, subject, sent, request.id))
  return sendAmountDue(app, request, reply, {
    token,
    subject: done ? await openLink(app, token) : subject,
    tracking: readTracking(form, subject.tracked_parameters),
    credit_used: done ? { amount: sent.amount, currency: sent.currency } : 'none',
  })
}

/** Returns whether it was set off, by this form now or before. */
async function setOffOnce(app: AppContext, subject: PageSubject, sent: SentOffer, requestId: string): Promise<boolean> {
  const done = await transaction(app.pool, async (connection) => {
    if (await wasSetOff(connection, subject, sent.id)) return true
    return setOffAsOffered(connection, subject, sent, { ...pageCause(requestId), now: app.clock.now() })
  })
  if (done) app.eventsCommitted()
  // The same form may have been sent twice at once: the one that waited finds other balances than it read.
  return done || wasSetOff(app.pool, subject, sent.id)
}

/** A set-off is told by an event of its id. */
async function wasSetOff(database: Queryable, { environment }: PageSubject, id: Id): Promise<boolean> {
  const { rows } = await database.query({
    name: 'find-set-off',
    text: 'select 1 from event where id = $1 and bucket = $2 and environment_id = $3',
    values: [id, bucketOf(id), environment.id],
  })
  return rows.length > 0
}

type Cause = ReturnType<typeof pageCause> & { now: Date }

/** Sets off what the payer saw; nothing where another offer would be made now. */
async function setOffAsOffered(
  connection: Connection,
  subject: PageSubject,
  { id, currency, plan }: SentOffer,
  cause: Cause,
): Promise<boolean> {
  const { environment, customer_id } = subject
  const [rows, credits] = await Promise.all([
    listDebts(connection, subject),
    listCredits(connection, environment.id, customer_id, currency),
  ])
  const debts = rows.map((row) => toDebt(subject, row, cause.now))
  const offer = offersOf(credits, debts).find((one) => one.currency === currency)
  if (offer === undefined || planOf(offer) !== plan) return false
  const read = new Map([...rows, ...credits].map((one) => [one.id, one]))
  const kindOf = (one: Id) => required(read.get(one), 'a part is of what was read').kind
  const seen = new Map([...read].map(([one, { balance }]) => [one, balance]))
  return setOffParts(connection, { environment, ...cause }, { id, customer_id, parts: offer.parts, seen }, kindOf)
}
