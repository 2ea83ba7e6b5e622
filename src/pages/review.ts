import type { FastifyReply, FastifyRequest } from '../api/fastify.ts'
import { queryOf, readPairs } from '../api/url-encoded.ts'
import type { AppContext } from '../context.ts'
import { holdsCardNumber } from '../core/card-number.ts'
import { bucketOf, parseId } from '../core/id/id.ts'
import { maxAmount } from '../core/money.ts'
import { voiceFor } from '../html/language/choose.ts'
import type { Voice } from '../html/language/voice.ts'
import { sendPage } from '../html/send.ts'
import type { ChosenAmount } from '../ledger/allocation.ts'
import { offeredFor, pageOriginsOf, waysFor } from '../payments/processor/registry.ts'
import { findSessionPayment } from '../payments/session/store.ts'
import { sendAmountDue } from './amount-due.ts'
import type { AmountDueView } from './amount-due-view.ts'
import { carriedWith, queryHere } from './carried.ts'
import { type Choice, formatSeen, linesOf, readChoice, sumOf } from './debts/choice.ts'
import { openLink } from './link.ts'
import { type Owed, readOwed, syncBeforeShowing } from './owed.ts'
import { newPayForm } from './pay-form.ts'
import { type Moved, reviewPage } from './review-page.ts'
import type { PageSubject } from './subject.ts'
import { readTracking } from './tracking.ts'
import { decideAmount } from './typed-amount.ts'

/** `GET /p/{token}/review`: what a payment of the chosen debts would bring to each, before it is begun. */
export async function showReview(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): Promise<FastifyReply> {
  const subject = await syncBeforeShowing(app, await openLink(app, token), request.id)
  const pairs = readPairs(queryOf(request.url), 'The query')
  const tracking = readTracking(pairs, subject.tracked_parameters)
  const owed = await readOwed(app, subject)
  const voice = voiceFor(request, subject)
  const sent = Object.fromEntries(pairs)
  const choice =
    sent.amount === undefined ? readChoice(pairs) : readTypedChoice(owed, voice, sent.currency, sent.amount)
  if (!choice || 'detail' in choice) {
    const fault = choice ?? { detail: voice.text.owed.refused.nothingTicked }
    return sendAmountDue(app, request, reply, { token, subject, tracking, fault })
  }
  return sendReview(app, request, reply, { token, owed, choice, tracking })
}

/** An amount that was typed for all debts of a currency together; otherwise what is wrong with it. */
function readTypedChoice(
  { debts }: Owed,
  voice: Voice,
  currency = '',
  typed: string,
): Choice | NonNullable<AmountDueView['fault']> {
  const all = debts.filter((debt) => debt.currency === currency).reduce((sum, { open }) => sum + open, 0n)
  if (all === 0n) return { detail: voice.text.owed.refused.nothingInCurrency }
  const range = { from: 1n, to: all < maxAmount ? all : maxAmount }
  const asked = { voice, currency, range, owed: all, owed_before: all }
  const read = decideAmount(typed, asked)
  if ('amount' in read) return { kind: 'amount', currency, amount: read.amount }
  return { currency, typed: holdsCardNumber(typed) ? '' : typed.slice(0, 40), detail: read.fault.detail }
}

/** Sends the review of a choice with a new form; with `moved` when it is not what the payer saw. */
export async function sendReview(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: { token: string; owed: Owed; choice: Choice; tracking: Record<string, string>; moved?: Moved },
): Promise<FastifyReply> {
  const { token, owed, choice, tracking, moved } = asked
  const { subject, now } = owed
  const voice = voiceFor(request, subject)
  const text = voice.text.owed.refused
  const refuse = (detail: string) => sendAmountDue(app, request, reply, { token, subject, tracking, fault: { detail } })
  const lines = linesOf(choice, owed.debts, await amountsOfEarlier(app, subject, choice))
  if (lines.length === 0) return refuse(text.goneMeanwhile)
  if (lines.some(({ debt }) => debt.currency !== lines[0]?.debt.currency)) {
    return refuse(text.severalCurrencies)
  }
  const sum = sumOf(lines)
  if (sum > maxAmount) return refuse(text.tooMuch)
  const all = await waysFor(app, subject.environment)
  if (all.length === 0) return refuse(text.notOnline)
  const ways = offeredFor(all, sum, lines[0]?.debt.currency ?? '')
  if (ways.length === 0) return refuse(text.notThisAmount)
  const fields = newPayForm(app.vault, token, bucketOf(subject.id), now, { choice, seen: formatSeen(lines) })
  const page = reviewPage({
    owed,
    voice,
    lines,
    path: `/p/${token}`,
    query: queryHere(request, tracking),
    carried: carriedWith(tracking, voice),
    fields,
    ways,
    moved,
    unused: choice.kind === 'amount' ? choice.amount - sum : 0n,
  })
  return sendPage(reply, page, { status: moved ? 422 : 200, formOrigins: pageOriginsOf(ways) })
}

/** What the payment of `again` was for; nothing for other choices, or for a payment of another page. */
export async function amountsOfEarlier(
  app: Pick<AppContext, 'pool'>,
  subject: PageSubject,
  choice: Choice,
): Promise<ChosenAmount[]> {
  const id = choice.kind === 'again' ? parseId('payment', choice.shown_id) : undefined
  const payment = id && (await findSessionPayment(app.pool, subject.environment.id, id))
  return payment && payment.target_id === subject.id ? payment.chosen : []
}
