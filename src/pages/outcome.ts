import type { FastifyReply, FastifyRequest } from '../api/fastify.ts'
import type { AppContext } from '../context.ts'
import { formatId, parseId } from '../core/id/id.ts'
import { Problem } from '../core/problem.ts'
import { receiptPath } from '../core/receipt-address.ts'
import { askedParameter, voiceFor } from '../html/language/choose.ts'
import { sendPage } from '../html/send.ts'
import { findSessionPayment } from '../payments/session/store.ts'
import { withCarried } from './carried.ts'
import { hasEnded, openLink } from './link.ts'
import { outcomePage } from './outcome-page.ts'
import { findTakenBack, listReceiptLines } from './receipt-store.ts'
import { refreshOf } from './refresh.ts'
import { syncOrKeep } from './sync.ts'

/**
 * `GET /p/{token}/payments/{payment}`: the outcome of a payment. While the payment is unfinished, each request asks the
 * processor. A payer who was charged gets a receipt even if the object has been archived or voided since.
 */
export async function showOutcome(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { token, payment: shown }: { token: string; payment: string },
): Promise<FastifyReply> {
  const before = await openLink(app, token, { archived: 'accepted', ended: 'accepted' })
  const id = parseId('payment', shown)
  const found = id && (await findSessionPayment(app.pool, before.environment.id, id))
  if (!found || found.target_id !== before.id) throw new Problem('not_found', 'This link has no such payment.')
  const payment = await syncOrKeep(app, found, request.id)
  const [subject, lines, taken_back] = await Promise.all([
    openLink(app, token, { archived: 'accepted', ended: 'accepted' }),
    listReceiptLines(app.pool, payment),
    findTakenBack(app.pool, payment),
  ])
  const voice = voiceFor(request, subject)
  const carried = askedParameter(voice)
  const page = `/p/${token}`
  const shownId = formatId('payment', payment.id)
  const isOpen = !subject.archived && !hasEnded(subject, app.clock.now())
  const refresh_s = refreshOf(payment, app.clock.now())
  const links = {
    page: isOpen ? withCarried(page, carried) : undefined,
    again: isOpen ? withCarried(`${page}/review?again=${shownId}`, carried) : undefined,
    self: withCarried(`${page}/payments/${shownId}`, carried),
  }
  return sendPage(
    reply,
    outcomePage({
      subject,
      voice,
      payment,
      lines,
      taken_back,
      links,
      refresh_s,
      receipt: withCarried(receiptPath(app.vault, payment.id), carried),
    }),
    { refresh_s },
  )
}
