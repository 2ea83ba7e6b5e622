import type { FastifyReply, FastifyRequest } from '../api/fastify.ts'
import type { AppContext } from '../context.ts'
import { readAmount } from '../core/amount-reader.ts'
import { holdsCardNumber } from '../core/card-number.ts'
import { formatId, type Id } from '../core/id/id.ts'
import { isOwnOrigin, readForm, sendForeign } from '../html/form.ts'
import { moneyText, payerLocale } from '../html/money.ts'
import { processorFor } from '../payments/processor/registry.ts'
import { createSessionPayment } from '../payments/session/create.ts'
import { findSessionPayment, type SessionPayment } from '../payments/session/store.ts'
import { sendAmountDue } from './amount-due.ts'
import { pageCause } from './cause.ts'
import { openLink } from './link.ts'
import { decideAmount, type PayFault, readPayForm } from './pay-form.ts'
import { debtOf, type PageSubject } from './store.ts'
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
  const typed = form.get('amount') ?? ''
  // A card number is not shown again, in whichever field it was typed.
  const shown = holdsCardNumber(typed) ? '' : typed.slice(0, 40)
  const tracking = readTracking(form)
  const refuse = ({ detail, renew }: PayFault) =>
    sendAmountDue(app, request, reply, {
      token,
      subject,
      tracking,
      fault: { typed: renew ? undefined : shown, detail },
    })
  if (sent === 'stale') return refuse({ detail: openTooLong })

  const decided = await decideNow(app, subject, sent, typed)
  if ('fault' in decided) return refuse(decided.fault)
  const processor = processorFor(app, subject.environment)
  if (!processor || subject.currency === null) return refuse({ detail: 'You were not charged now.' })
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
  if (started.payment.amount !== decided.amount) return refuse({ detail: alreadyStarted(started.payment) })
  return reply.redirect(outcomeUrl, 303)
}

const openTooLong =
  'This page was open for more than a day. You were not charged now. Please look at the amount, then pay.'

/**
 * The amount to pay, checked against what may be paid at this moment. A form that is sent again with the same amount,
 * for a payment that was started, is that payment, whatever the balance is by now.
 */
async function decideNow(
  app: AppContext,
  subject: PageSubject,
  sent: { id: Id; owed: bigint },
  typed: string,
): Promise<{ amount: bigint } | { fault: PayFault }> {
  const { range, currency, environment } = subject
  const started = await findSessionPayment(app.pool, environment.id, sent.id)
  if (started) {
    const again = readAmount(typed, started.currency, payerLocale)
    const same = 'amount' in again && again.amount === started.amount
    return same ? again : { fault: { detail: alreadyStarted(started) } }
  }
  const owed = debtOf(subject)
  if (!range || currency === null) {
    return { fault: { detail: `${owed === 0n ? 'There is nothing left to pay here. ' : ''}You were not charged now.` } }
  }
  return decideAmount(typed, { currency, range, owed, owed_before: sent.owed })
}

function alreadyStarted({ amount, currency }: SessionPayment): string {
  const shown = moneyText(amount, currency)
  return `You have already started to pay ${shown} from this page. Nothing more was charged. Please look at the amount, then pay.`
}
