import type { FastifyReply, FastifyRequest } from '../api/fastify.ts'
import type { AppContext } from '../context.ts'
import { holdsCardNumber } from '../core/card-number.ts'
import { formatId, type Id } from '../core/id/id.ts'
import { formatMoney } from '../core/money.ts'
import { isOwnOrigin, readForm, sendForeign } from '../html/form.ts'
import { payerLocale } from '../html/money.ts'
import { processorFor } from '../payments/processor/registry.ts'
import { createSessionPayment } from '../payments/session/create.ts'
import { findSessionPayment, type SessionPayment } from '../payments/session/store.ts'
import { sendAmountDue } from './amount-due.ts'
import { pageCause } from './cause.ts'
import { openLink } from './link.ts'
import { readAmount, readPayForm } from './pay-form.ts'
import type { PageSubject } from './store.ts'
import { readTracking } from './tracking.ts'

/** `POST /p/{token}`: starts the payment of the form, and redirects to the page of the processor. */
export async function pay(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): Promise<FastifyReply> {
  if (!isOwnOrigin(app, request)) return sendForeign(reply)
  const subject = await openLink(app, token)
  const form = readForm(request)
  const sent = readPayForm(app.vault, token, form, app.clock.now())
  if (sent === 'forged') return sendForeign(reply)
  const typed = (form.get('amount') ?? '').slice(0, 40)
  // A card number is not shown again, in whichever field it was typed.
  const shown = holdsCardNumber(typed) ? '' : typed
  const tracking = readTracking(form)
  const refuse = (detail: string) =>
    sendAmountDue(app, request, reply, { token, subject, tracking, fault: { typed: shown, detail } })
  if (sent === 'stale') return refuse('This page was open for more than a day. Please look at the amount, then pay.')

  const decided = await decideAmount(app, subject, sent.id, typed)
  if ('fault' in decided) return refuse(decided.fault)
  const processor = processorFor(app, subject.environment)
  if (!processor || subject.currency === null) return refuse('Online payment is not available here.')
  const outcomeUrl = `${app.publicUrl()}/p/${token}/payments/${formatId('payment', sent.id)}`
  const started = await createSessionPayment(app, processor, {
    environment: subject.environment,
    id: sent.id,
    customer_id: subject.customer_id,
    target_id: subject.id,
    currency: subject.currency,
    amount: decided.amount,
    metadata: tracking,
    return_url: outcomeUrl,
    ...pageCause(request.id),
  })
  if (started.kind === 'open') return reply.redirect(started.url, 303)
  if (started.payment.amount !== decided.amount) return refuse(alreadyStarted(started.payment))
  return reply.redirect(outcomeUrl, 303)
}

/**
 * The amount to pay, checked against what may be paid at this moment. A form that is sent again with the same amount,
 * for a payment that was started, is that payment, whatever the balance is by now.
 */
async function decideAmount(
  app: AppContext,
  subject: PageSubject,
  id: Id,
  typed: string,
): Promise<{ amount: bigint } | { fault: string }> {
  const { range, currency, environment } = subject
  const started = await findSessionPayment(app.pool, environment.id, id)
  if (started) {
    const again = readAmount(typed, started.currency, { from: started.amount, to: started.amount })
    return 'fault' in again ? { fault: alreadyStarted(started) } : again
  }
  if (!range || currency === null) return { fault: 'There is nothing to pay any more.' }
  return readAmount(typed, currency, range)
}

function alreadyStarted({ amount, currency }: SessionPayment): string {
  const shown = formatMoney(amount, currency, payerLocale)
  return `You have already started to pay ${shown} from this page. Please look at the amount, then pay.`
}
