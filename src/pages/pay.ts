import type { FastifyReply, FastifyRequest } from '../api/fastify.ts'
import type { AppContext } from '../context.ts'
import { readAmount } from '../core/amount-reader.ts'
import { holdsCardNumber } from '../core/card-number.ts'
import { formatId } from '../core/id/id.ts'
import { isOwnOrigin, readForm, sendForeign } from '../html/form.ts'
import { askedParameter, voiceFor } from '../html/language/choose.ts'
import type { Voice } from '../html/language/voice.ts'
import { moneyText } from '../html/money.ts'
import type { ChosenAmount } from '../ledger/allocation.ts'
import { isBankTransfer } from '../payments/processor/bank-transfer/bank-transfer.ts'
import { processorNamed, waysFor } from '../payments/processor/registry.ts'
import { createSessionPayment, sameChoice } from '../payments/session/create.ts'
import { findSessionPayment, type SessionPayment } from '../payments/session/store.ts'
import { sendAmountDue } from './amount-due.ts'
import { carriedWith, withCarried } from './carried.ts'
import { pageCause } from './cause.ts'
import { formatSeen, linesOf, parseSeen } from './debts/choice.ts'
import { openLink } from './link.ts'
import { type Owed, readOwed } from './owed.ts'
import { type Offer, readPayForm } from './pay-form.ts'
import { amountsOfEarlier, sendReview } from './review.ts'
import { readTracking } from './tracking.ts'
import { beginTransfer } from './transfer/begin.ts'
import { decideAmount, type PayFault } from './typed-amount.ts'
import { asksTransfer, chooseWay, sendWays, sentFields } from './ways.ts'

/** `POST /p/{token}`: starts the payment of the form, and redirects to the page of the processor. */
export async function pay(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): Promise<FastifyReply> {
  if (!isOwnOrigin(app, request)) return sendForeign(request, reply)
  const subject = await openLink(app, token)
  const form = readForm(request)
  const sent = readPayForm(app.vault, token, form, app.clock.now())
  if (sent === 'forged') return sendForeign(request, reply)
  const typed = form.get('amount')
  // A card number is not shown again, in whichever field it was typed.
  const shown = typed === null || holdsCardNumber(typed) ? '' : typed.slice(0, 40)
  const tracking = readTracking(form, subject.tracked_parameters)
  const voice = voiceFor(request, subject)
  const text = voice.text.owed.refused
  const refuse = ({ detail, renew }: PayFault) =>
    sendAmountDue(app, request, reply, {
      token,
      subject,
      tracking,
      only: sent !== 'stale' && sent.choice.kind === 'debts' ? sent.choice.shown_ids[0] : undefined,
      fault: { typed: renew ? undefined : shown, detail },
    })
  if (sent === 'stale') return refuse({ detail: text.openTooLong })

  const owed = await readOwed(app, subject)
  // A transfer begins no payment, so one that was begun by the same form does not stand in its way.
  const started = asksTransfer(form) ? undefined : await findSessionPayment(app.pool, subject.environment.id, sent.id)
  const decided = started ? decideAgain(started, typed, voice) : await decide(app, owed, sent, typed, voice)
  if (decided === 'moved') {
    return sendReview(app, request, reply, { token, owed, tracking, choice: sent.choice, moved: { seen: sent.seen } })
  }
  if ('fault' in decided) return refuse(decided.fault)
  const { chosen, currency } = decided
  const amount = chosen.reduce((sum, one) => sum + one.amount, 0n)
  const { environment } = subject
  const way = started
    ? await processorNamed(app, environment, started.processor)
    : chooseWay(await waysFor(app, environment), { amount, currency }, form)
  if (way === undefined || way === 'none') return refuse({ detail: text.notThisAmount })
  if ('choices' in way) {
    const carried = Object.entries(carriedWith(tracking, voice))
    return sendWays(reply, {
      voice,
      subject,
      path: `/p/${token}`,
      fields: [...sentFields(form), ...carried],
      amount,
      currency,
      way,
    })
  }
  if (isBankTransfer(way)) {
    return beginTransfer(app, request, reply, { token, owed, voice, id: sent.id, chosen, currency, amount })
  }
  const outcomePath = withCarried(`/p/${token}/payments/${formatId('payment', sent.id)}`, askedParameter(voice))
  const outcomeUrl = app.publicUrl() + outcomePath
  const begun = await createSessionPayment(app, way, {
    environment: subject.environment,
    id: sent.id,
    customer_id: subject.customer_id,
    target_id: subject.id,
    chosen,
    currency,
    amount,
    checkout_id: null,
    capture_method: null,
    metadata: tracking,
    via: { return_url: outcomeUrl },
    ...pageCause(request.id),
  })
  if (begun.kind === 'open') return reply.redirect(begun.url ?? outcomeUrl, 303)
  if (!sameChoice(begun.payment.chosen, chosen)) return refuse({ detail: alreadyStarted(begun.payment, voice) })
  return reply.redirect(outcomeUrl, 303)
}

type Decided = { chosen: ChosenAmount[]; currency: string } | { fault: PayFault } | 'moved'

/**
 * A form that is sent again with the same amount, for a payment that was started, is that payment, whatever the balances
 * are by now.
 */
function decideAgain(started: SessionPayment, typed: string | null, voice: Voice): Decided {
  const { chosen, currency, amount } = started
  const read = typed === null ? { amount } : readAmount(typed, currency, voice.locale)
  const isSame = 'amount' in read && read.amount === amount
  return isSame ? { chosen, currency } : { fault: { detail: alreadyStarted(started, voice) } }
}

/** The amounts to pay, checked against what may be paid at this moment, and against what the payer saw. */
async function decide(
  app: AppContext,
  owed: Owed,
  { choice, seen }: Offer,
  typed: string | null,
  voice: Voice,
): Promise<Decided> {
  if (typed !== null) return decideTyped(owed, { choice, seen }, typed, voice)
  const lines = linesOf(choice, owed.debts, await amountsOfEarlier(app, owed.subject, choice))
  const [first] = lines
  if (!first || formatSeen(lines) !== seen) return 'moved'
  const chosen = lines.map(({ debt, amount }) => ({ receivable_id: debt.id, amount }))
  return { chosen, currency: first.debt.currency }
}

/** An amount that was typed for one debt. */
function decideTyped({ debts, settled }: Owed, { choice, seen }: Offer, typed: string, voice: Voice): Decided {
  const [shown_id] = choice.kind === 'debts' ? choice.shown_ids : []
  const debt = [...debts, ...(settled ? [settled] : [])].find((one) => one.shown_id === shown_id)
  if (!debt?.range) {
    const { notCharged, nothingLeft } = voice.text.owed.refused
    return { fault: { detail: debt && debt.owed > 0n ? notCharged : nothingLeft } }
  }
  const { currency, range, open: owed } = debt
  const read = decideAmount(typed, { voice, currency, range, owed, owed_before: parseSeen(seen).sum })
  if ('fault' in read) return read
  return { chosen: [{ receivable_id: debt.id, amount: read.amount }], currency }
}

function alreadyStarted({ amount, currency }: SessionPayment, voice: Voice): string {
  return voice.text.owed.refused.alreadyStarted(moneyText(amount, currency, voice))
}
