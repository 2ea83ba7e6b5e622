import type { Presented } from './store.ts'
import { beginPayment } from '../payments/session/create.ts'
import { findPagePayment, type PagePayment } from '../payments/session/store.ts'
import { processorFor } from '../payments/processor/registry.ts'
import { type Id, showId } from '../core/id/id.ts'
import { formatMoney } from '../core/money.ts'
import { isOwnOrigin, readForm, sendForeign } from '../html/form.ts'
import { payerLocale } from '../html/money.ts'
import type { FastifyReply, FastifyRequest, Platform } from '../api/platform.ts'
import { openLink } from './link.ts'
import { sendOwed } from './amount-due.ts'
import { readAmount, readPayForm } from './pay-form.ts'
import { readTracking } from './tracking.ts'

/** `POST /p/{token}`: begins the payment that the form stands for, and leads to the processor's page. */
export async function pay(
  platform: Platform,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): Promise<FastifyReply> {
  if (!isOwnOrigin(platform, request)) return sendForeign(reply)
  const presented = await openLink(platform, token)
  const form = readForm(request)
  const sent = readPayForm(platform.vault, token, form, platform.clock.now())
  if (sent === 'forged') return sendForeign(reply)
  const typed = (form.get('amount') ?? '').slice(0, 40)
  const tracking = readTracking(form)
  const refuse = (detail: string) =>
    sendOwed(platform, request, reply, { token, presented, tracking, fault: { typed, detail } })
  if (sent === 'stale') return refuse('This page was open for more than a day. Please look at the amount, then pay.')

  const decided = await decideAmount(platform, presented, sent.id, typed)
  if ('fault' in decided) return refuse(decided.fault)
  const processor = processorFor(platform, presented.environment)
  if (!processor || presented.currency === null) return refuse('Online payment is not available here.')
  const outcomeUrl = `${platform.publicUrl()}/p/${token}/payments/${showId('payment', sent.id)}`
  const begun = await beginPayment(platform, processor, {
    environment: presented.environment,
    id: sent.id,
    customer_id: presented.customer_id,
    target_id: presented.id,
    currency: presented.currency,
    amount: decided.amount,
    metadata: tracking,
    return_url: outcomeUrl,
  })
  if (begun.kind === 'open') return reply.redirect(begun.url, 303)
  if (begun.payment.amount !== decided.amount) return refuse(begunBefore(begun.payment))
  return reply.redirect(outcomeUrl, 303)
}

/**
 * The amount to pay, checked against what may be paid at this moment. A form that comes again for a payment that was begun with
 * the same amount is that payment, whatever has become of the balance since.
 */
async function decideAmount(
  platform: Platform,
  presented: Presented,
  id: Id,
  typed: string,
): Promise<{ amount: bigint } | { fault: string }> {
  const { range, currency, environment } = presented
  const begun = await findPagePayment(platform.pool, environment.id, id)
  if (begun) {
    const again = readAmount(typed, begun.currency, { from: begun.amount, to: begun.amount })
    return 'fault' in again ? { fault: begunBefore(begun) } : again
  }
  if (!range || currency === null) return { fault: 'There is nothing to pay any more.' }
  return readAmount(typed, currency, range)
}

function begunBefore({ amount, currency }: PagePayment): string {
  const shown = formatMoney(amount, currency, payerLocale)
  return `You had begun to pay ${shown} from this page. Please look at the amount, then pay.`
}
