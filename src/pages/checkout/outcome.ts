import type { FastifyReply, FastifyRequest } from '../../api/fastify.ts'
import type { AppContext } from '../../context.ts'
import { formatId, type Id, parseId } from '../../core/id/id.ts'
import { Problem } from '../../core/problem.ts'
import { receiptPath } from '../../core/receipt-address.ts'
import { loadSql } from '../../database/sql.ts'
import { askedParameter, voiceFor } from '../../html/language/choose.ts'
import type { Voice } from '../../html/language/voice.ts'
import { sendPage } from '../../html/send.ts'
import { findSessionPayment, type SessionPayment } from '../../payments/session/store.ts'
import { withCarried } from '../carried.ts'
import { outcomePage } from '../outcome-page.ts'
import { findTakenBack, listReceiptLines } from '../receipt-store.ts'
import { refreshOf } from '../refresh.ts'
import { syncOrKeep } from '../sync.ts'
import { pathOf } from './show.ts'
import { type CheckoutSubject, type Door, openCheckout } from './store.ts'

/**
 * `GET /r/{code}/payments/{payment}` and the same of a session: what became of an attempt. A payer who has paid a session goes on to
 * the page that the merchant named.
 */
export async function showCheckoutOutcome(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  door: Door,
  shown: string,
): Promise<FastifyReply> {
  const before = await openCheckout(app, door)
  const id = parseId('payment', shown)
  const found = id && (await findSessionPayment(app.pool, before.environment.id, id))
  // Money that was recorded was begun at no page. It has a receipt all the same.
  if (!found && id !== undefined && id === before.row.payment_id) {
    return reply.redirect(withCarried(receiptPath(app.vault, id), askedParameter(voiceFor(request, before))), 303)
  }
  if (!found || found.checkout?.id !== before.row.id) throw new Problem('not_found', 'This link has no such payment.')
  const payment = await syncOrKeep(app, found, request.id)
  const subject = await openCheckout(app, door)
  const { row } = subject
  const isIt = row.payment_id === payment.id
  // The receipt is for whoever opens it again: the first time, which is right after paying, leads on.
  if (isIt && found.status !== 'succeeded' && row.return_url !== null) return reply.redirect(row.return_url, 303)
  const [lines, taken_back] = await Promise.all([
    appliedOf(app, payment).then((chosen) => listReceiptLines(app.pool, { ...payment, chosen })),
    findTakenBack(app.pool, payment),
  ])
  const voice = voiceFor(request, subject)
  const carried = askedParameter(voice)
  const own = pathOf(door)
  const page = withCarried(own, carried)
  const refresh_s = refreshOf(payment, app.clock.now())
  return sendPage(
    reply,
    outcomePage({
      subject: { ...subject, archived: false },
      voice,
      payment,
      lines,
      taken_back,
      receipt: withCarried(receiptPath(app.vault, payment.id), carried),
      links: { page, self: withCarried(`${own}/payments/${formatId('payment', payment.id)}`, carried), again: page },
      refresh_s,
      asked: {
        about: aboutOf(subject, voice),
        paid_before: row.status === 'paid' && !isIt,
        return_url: row.return_url,
      },
    }),
    { refresh_s },
  )
}

function aboutOf({ row }: CheckoutSubject, { text }: Voice): [string, string][] {
  const { about, reference } = text.asking.facts
  return [
    ...(row.description === null ? [] : [[about, row.description] as [string, string]]),
    ...(row.external_reference === null ? [] : [[reference, row.external_reference] as [string, string]]),
  ]
}

const listAppliedSql = loadSql(import.meta.url, './sql/list-applied-of-payment.sql')

/** What the money went to; what it is meant for while it has not arrived. */
async function appliedOf({ pool }: Pick<AppContext, 'pool'>, payment: SessionPayment) {
  if (payment.status !== 'succeeded') return payment.chosen
  const { rows } = await pool.query<{ receivable_id: Id; amount: bigint }>({
    ...listAppliedSql,
    values: [payment.environment_id, payment.id, payment.bucket],
  })
  return rows
}
