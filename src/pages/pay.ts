import type { FastifyReply, FastifyRequest } from '../api/fastify.ts'
import type { AppContext } from '../context.ts'
import { holdsCardNumber } from '../core/card-number.ts'
import { formatId } from '../core/id/id.ts'
import { formatMoney } from '../core/money.ts'
import { isOwnOrigin, readForm, sendForeign } from '../html/form.ts'
import { payerLocale } from '../html/money.ts'
import type { ChosenAmount } from '../ledger/allocation.ts'
import { processorFor } from '../payments/processor/registry.ts'
import { createSessionPayment, sameChoice } from '../payments/session/create.ts'
import { findSessionPayment, type SessionPayment } from '../payments/session/store.ts'
import { sendAmountDue } from './amount-due.ts'
import { pageCause } from './cause.ts'
import { formatSeen, linesOf, parseSeen } from './debts/choice.ts'
import type { Debt } from './debts/debt.ts'
import { openLink } from './link.ts'
import { type Owed, readOwed } from './owed.ts'
import { type Offer, readAmount, readPayForm } from './pay-form.ts'
import { amountsOfEarlier, sendReview } from './review.ts'
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
  const typed = form.get('amount')
  // A card number is not shown again, in whichever field it was typed.
  const shown = typed === null || holdsCardNumber(typed) ? '' : typed.slice(0, 40)
  const tracking = readTracking(form)
  const refuse = (detail: string) =>
    sendAmountDue(app, request, reply, { token, subject, tracking, fault: { typed: shown, detail } })
  if (sent === 'stale') return refuse('This page was open for more than a day. Please look at the amount, then pay.')

  const owed = await readOwed(app, subject)
  const started = await findSessionPayment(app.pool, subject.environment.id, sent.id)
  const decided = started ? decideAgain(started, typed) : await decide(app, owed, sent, typed)
  if (decided === 'moved') {
    return sendReview(app, request, reply, { token, owed, tracking, choice: sent.choice, moved: { seen: sent.seen } })
  }
  if ('fault' in decided) return refuse(decided.fault)
  const processor = processorFor(app, subject.environment)
  if (!processor) return refuse('Online payment is not available here.')
  const outcomeUrl = `${app.publicUrl()}/p/${token}/payments/${formatId('payment', sent.id)}`
  const { chosen, currency } = decided
  const begun = await createSessionPayment(app, processor, {
    environment: subject.environment,
    id: sent.id,
    customer_id: subject.customer_id,
    target_id: subject.id,
    chosen,
    currency,
    metadata: tracking,
    return_url: outcomeUrl,
    ...pageCause(request.id),
  })
  if (begun.kind === 'open') return reply.redirect(begun.url, 303)
  if (!sameChoice(begun.payment.chosen, chosen)) return refuse(alreadyStarted(begun.payment))
  return reply.redirect(outcomeUrl, 303)
}

type Decided = { chosen: ChosenAmount[]; currency: string } | { fault: string } | 'moved'

/**
 * A form that is sent again with the same amount, for a payment that was started, is that payment, whatever the balances
 * are by now.
 */
function decideAgain(started: SessionPayment, typed: string | null): Decided {
  const { chosen, currency, amount } = started
  const again = typed === null || 'amount' in readAmount(typed, currency, { from: amount, to: amount })
  return again ? { chosen, currency } : { fault: alreadyStarted(started) }
}

/** The amounts to pay, checked against what may be paid at this moment, and against what the payer saw. */
async function decide(app: AppContext, owed: Owed, { choice, seen }: Offer, typed: string | null): Promise<Decided> {
  if (typed !== null) return decideTyped(owed, { choice, seen }, typed)
  const lines = linesOf(choice, owed.debts, await amountsOfEarlier(app, owed.subject, choice))
  const [first] = lines
  if (!first || formatSeen(lines) !== seen) return 'moved'
  const chosen = lines.map(({ debt, amount }) => ({ receivable_id: debt.id, amount }))
  return { chosen, currency: first.debt.currency }
}

/** An amount that was typed for one debt. */
function decideTyped({ debts, settled }: Owed, { choice, seen }: Offer, typed: string): Decided {
  const [shown_id] = choice.kind === 'debts' ? choice.shown_ids : []
  const debt = [...debts, ...(settled ? [settled] : [])].find((one) => one.shown_id === shown_id)
  if (!debt?.range) return { fault: 'There is nothing to pay any more.' }
  const before = parseSeen(seen).sum
  if (debt.open !== before) return { fault: movedText(debt, before) }
  const read = readAmount(typed, debt.currency, debt.range)
  if ('fault' in read) return read
  return { chosen: [{ receivable_id: debt.id, amount: read.amount }], currency: debt.currency }
}

function movedText({ open, currency }: Debt, before: bigint): string {
  const show = (amount: bigint) => formatMoney(amount, currency, payerLocale)
  return `The amount owed is now ${show(open)} (it was ${show(before)}). Nothing was charged. Look at it, then pay.`
}

function alreadyStarted({ amount, currency }: SessionPayment): string {
  const shown = formatMoney(amount, currency, payerLocale)
  return `You have already started to pay ${shown} from this page. Please look at the amount, then pay.`
}
