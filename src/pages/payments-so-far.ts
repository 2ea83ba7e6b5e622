import type { FastifyReply, FastifyRequest } from '../api/fastify.ts'
import type { AppContext } from '../context.ts'
import { dateIn } from '../core/clock.ts'
import { formatId } from '../core/id/id.ts'
import { type Html, html } from '../html/html.ts'
import { askedParameter, voiceFor } from '../html/language/choose.ts'
import type { Voice } from '../html/language/voice.ts'
import { money } from '../html/money.ts'
import { sendPage } from '../html/send.ts'
import type { AmountDueView } from './amount-due-view.ts'
import { withCarried } from './carried.ts'
import { formatDate } from './dates.ts'
import { openLink } from './link.ts'
import { listPastPayments, type PastPayment } from './past-payments.ts'
import type { PageSubject } from './subject.ts'

/** How many payments the page of what is owed tells of. */
export const foldedMax = 5
// Five lines take a kilobyte: beside a longer list of debts they would make a page of more than 15 kB.
const besideMax = 5
const listedMax = 50

/** The payments so far, folded; beside a long list of debts the way to them. */
export function paymentsSoFar({
  payments,
  owed: { subject, debts },
  voice,
  path,
  carried,
}: AmountDueView): Html | undefined {
  if (payments.length === 0) return undefined
  const { title } = voice.text.history
  if (debts.length > besideMax) {
    return html`<p class="more"><a href="${withCarried(`${path}/payments`, carried)}">${title}</a></p>\n`
  }
  return html`<details><summary>${title}</summary>${listOf(payments, { subject, voice, path, carried })}</details>\n`
}

/** `GET /p/{token}/payments`: the payments so far, on a page of their own. */
export async function showPastPayments(
  app: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): Promise<FastifyReply> {
  const subject = await openLink(app, token)
  const payments = await listPastPayments(app.pool, subject, listedMax)
  const { merchant_name, mode } = subject.environment
  const voice = voiceFor(request, subject)
  const carried = askedParameter(voice)
  const { title, none, last, back } = voice.text.history
  const path = `/p/${token}`
  return sendPage(reply, {
    voice,
    query: '',
    title: `${title} – ${merchant_name}`,
    merchant: merchant_name,
    face: subject.face,
    test: mode === 'test',
    content: html`<section class="card"><h1>${title}</h1>
${payments.length > 0 ? listOf(payments, { subject, voice, path, carried }) : html`<p>${none}</p>`}
${payments.length === listedMax && html`<p class="hint">${last(listedMax)}</p>`}<p><a class="button other" href="${withCarried(path, carried)}">${back}</a></p></section>`,
  })
}

type Shown = { subject: PageSubject; voice: Voice; path: string; carried: Record<string, string> }

function listOf(payments: readonly PastPayment[], { subject, voice, path, carried }: Shown): Html {
  const { time_zone } = subject.environment
  const items = payments.map((payment) => {
    const date = formatDate(dateIn(time_zone, payment.received_at), voice)
    const address = withCarried(`${path}/payments/${formatId('payment', payment.id)}`, carried)
    const shown = payment.begun_here ? html`<a href="${address}">${date}</a>` : date
    const gone = goneOf(payment, voice)
    return html`<li><span class="what">${shown}${gone.map((what) => html` <small>${what}</small>`)}</span>${money(payment.amount, payment.currency, voice)}</li>\n`
  })
  return html`<ul class="split">${items}</ul>`
}

/** What was taken back and what was sent back of a payment, in words. */
function goneOf({ amount, reversed, refunded, currency }: PastPayment, voice: Voice): (Html | string)[] {
  const text = voice.text.history
  const shown = (part: bigint) => money(part, currency, voice)
  return [
    ...(reversed > 0n ? [reversed === amount ? text.takenBack : text.partTakenBack(shown(reversed))] : []),
    ...(refunded > 0n ? [refunded === amount ? text.refunded : text.partRefunded(shown(refunded))] : []),
  ]
}
