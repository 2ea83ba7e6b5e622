import type { FastifyReply, FastifyRequest } from '../../api/fastify.ts'
import type { AppContext } from '../../context.ts'
import { formatId } from '../../core/id/id.ts'
import { isOwnOrigin, readForm, sendForeign } from '../../html/form.ts'
import { askedParameter, voiceFor } from '../../html/language/choose.ts'
import { beginCheckout } from '../../payments/checkout/begin.ts'
import { splitOf } from '../../payments/checkout/target.ts'
import { noticeToShow } from '../../payments/notice/show.ts'
import { isBankTransfer } from '../../payments/processor/bank-transfer/bank-transfer.ts'
import { processorNamed, thatCapture, waysFor } from '../../payments/processor/registry.ts'
import { findSessionPayment } from '../../payments/session/store.ts'
import { transferPath } from '../announced/path.ts'
import { carriedWith, withCarried } from '../carried.ts'
import { pageCause } from '../cause.ts'
import { readTracking } from '../tracking.ts'
import { asksTransfer, chooseWay, sendWays, sentFields } from '../ways.ts'
import { readCheckoutForm } from './form.ts'
import { pathOf, sendCheckout } from './show.ts'
import { type Door, openCheckout } from './store.ts'

/**
 * `POST /r/{code}` and `POST /checkout/{code}`: starts an attempt to pay all that is asked for, and redirects to the page of the
 * processor. Where that is not possible any more, the page says why, and nothing is written.
 */
export async function payCheckout(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  door: Door,
): Promise<FastifyReply> {
  if (!isOwnOrigin(app, request)) return sendForeign(request, reply)
  const subject = await openCheckout(app, door)
  const form = readForm(request)
  const id = readCheckoutForm(app.vault, door.code, form)
  if (id === undefined) return sendForeign(request, reply)
  const { row, environment } = subject
  const tracking = readTracking(form, subject.tracked_parameters)
  const again = () => sendCheckout(app, request, reply, { door, subject, tracking })
  const voice = voiceFor(request, subject)
  const outcomePath = withCarried(`${pathOf(door)}/payments/${formatId('payment', id)}`, askedParameter(voice))
  // A form that is sent twice is one payment, whatever has become of it.
  const started = asksTransfer(form) ? undefined : await findSessionPayment(app.pool, environment.id, id)
  const waits = started?.status === 'initiating' || started?.status === 'pending_action'
  if (started && !waits) return reply.redirect(outcomePath, 303)
  const way = started
    ? await processorNamed(app, environment, started.processor)
    : chooseWay(thatCapture(await waysFor(app, environment), row), row, form)
  const open = row.status === 'active' && (row.expires_at === null || row.expires_at > app.clock.now())
  if (!open || row.type === 'push' || way === undefined || way === 'none') return again()
  if ('choices' in way) {
    const { amount, currency } = row
    const carried = Object.entries(carriedWith(tracking, voice))
    return sendWays(reply, {
      voice,
      subject,
      path: pathOf(door),
      fields: [...sentFields(form), ...carried],
      amount,
      currency,
      way,
    })
  }
  if (isBankTransfer(way)) {
    if ((await splitOf(app.pool, row)).unapplied > 0n) return again()
    const { customer_id, currency, amount } = row
    const checkout = { id: row.id, kind: row.kind }
    const wanted = {
      id,
      environment_id: environment.id,
      customer_id,
      target_id: null,
      checkout,
      chosen: [],
      currency,
      amount,
    }
    const notice = await noticeToShow(app, wanted, pageCause(request.id))
    return reply.redirect(withCarried(transferPath(pathOf(door), notice.id), askedParameter(voice)), 303)
  }
  const begun = await beginCheckout(app, way, row, {
    environment,
    id,
    via: { return_url: app.publicUrl() + outcomePath },
    metadata: tracking,
    ...pageCause(request.id),
  })
  if (begun === 'unfit') return again()
  return reply.redirect(begun.kind === 'open' ? (begun.url ?? outcomePath) : outcomePath, 303)
}
