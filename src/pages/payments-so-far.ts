import type { FastifyReply } from '../api/fastify.ts'
import type { AppContext } from '../context.ts'
import { dateIn } from '../core/clock.ts'
import { formatId } from '../core/id/id.ts'
import { type Html, html } from '../html/html.ts'
import { money } from '../html/money.ts'
import { sendPage } from '../html/send.ts'
import type { AmountDueView } from './amount-due-view.ts'
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
export function paymentsSoFar({ payments, owed: { subject, debts }, path }: AmountDueView): Html | undefined {
  if (payments.length === 0) return undefined
  if (debts.length > besideMax) return html`<p class="more"><a href="${path}/payments">Payments so far</a></p>\n`
  return html`<details><summary>Payments so far</summary>${listOf(payments, subject, path)}</details>\n`
}

/** `GET /p/{token}/payments`: the payments so far, on a page of their own. */
export async function showPastPayments(app: AppContext, reply: FastifyReply, token: string): Promise<FastifyReply> {
  const subject = await openLink(app, token)
  const payments = await listPastPayments(app.pool, subject, listedMax)
  const { merchant_name, mode } = subject.environment
  const path = `/p/${token}`
  return sendPage(reply, {
    title: `Payments so far – ${merchant_name}`,
    merchant: merchant_name,
    face: subject.face,
    test: mode === 'test',
    content: html`<section class="card"><h1>Payments so far</h1>
${payments.length > 0 ? listOf(payments, subject, path) : html`<p>There are none.</p>`}
${payments.length === listedMax && html`<p class="hint">These are the last ${listedMax}.</p>`}<p><a class="button other" href="${path}">Back to what is owed</a></p></section>`,
  })
}

function listOf(payments: readonly PastPayment[], { environment: { time_zone } }: PageSubject, path: string): Html {
  const items = payments.map((payment) => {
    const date = formatDate(dateIn(time_zone, payment.received_at))
    const shown = payment.begun_here
      ? html`<a href="${path}/payments/${formatId('payment', payment.id)}">${date}</a>`
      : date
    const taken = takenBack(payment)
    return html`<li><span class="what">${shown}${taken && html` <small>${taken}</small>`}</span>${money(payment.amount, payment.currency)}</li>\n`
  })
  return html`<ul class="split">${items}</ul>`
}

function takenBack({ amount, reversed, currency }: PastPayment): Html | undefined {
  if (reversed === 0n) return undefined
  return reversed === amount ? html`taken back` : html`${money(reversed, currency)} of it taken back`
}
