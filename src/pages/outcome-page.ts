import { type Html, html } from '../html/html.ts'
import type { Page } from '../html/layout.ts'
import { headlineMoney, money } from '../html/money.ts'
import type { SessionPayment } from '../payments/session/store.ts'
import { nameOf } from './debts/debt.ts'
import type { Outcome, OutcomeLinks, OutcomeSubject, OutcomeView } from './outcome-view.ts'
import { receipt } from './receipt.ts'
import type { ReceiptLine } from './receipt-store.ts'
import { refreshNote } from './refresh.ts'

/** The page of the outcome of a payment: paid with its receipt, on its way, or failed with a way to try again. */
export function outcomePage(outcome: Outcome): Page {
  const { merchant_name, mode } = outcome.subject.environment
  const shown = viewOf(outcome)
  return {
    title: `${shown.title} – ${merchant_name}`,
    merchant: merchant_name,
    face: outcome.subject.face,
    test: mode === 'test',
    content: html`<section class="card">${shown.content}</section>`,
    footer: shown.footer,
  }
}

function viewOf(outcome: Outcome): OutcomeView {
  switch (outcome.payment.status) {
    case 'succeeded':
      return receipt(outcome)
    case 'processing':
      return onItsWay(outcome)
    case 'failed':
    case 'cancelled':
    case 'expired':
      return failed(outcome)
    default:
      return unfinished(outcome)
  }
}

function onItsWay({ payment, links, refresh_s }: Outcome): OutcomeView {
  return {
    title: 'On its way',
    content: html`<p class="status" data-payment-status="pending" role="status">On its way</p>
<h1><small>Not confirmed yet</small> ${headlineMoney(payment.amount, payment.currency)}</h1>
<p>Your bank is still confirming this payment. You do not have to do anything, and please do not pay again. You can close this page.</p>
${refreshNote(refresh_s)}<p><a class="button" href="${links.self}">Check again</a></p>`,
  }
}

function unfinished({ payment, links, refresh_s, asked }: Outcome): OutcomeView {
  return {
    title: 'Not paid yet',
    content: html`<p class="status" data-payment-status="pending" role="status">Not paid yet</p>
<h1><small>You have not finished paying</small> ${headlineMoney(payment.amount, payment.currency)}</h1>
<p>Nothing was taken from your card. If you have just paid, check again in a moment.</p>
${refreshNote(refresh_s)}${again(payment, links, asked !== undefined)}<p class="more"><a href="${links.self}">Check again</a></p>`,
  }
}

function failed({ subject, payment, lines, links, asked }: Outcome): OutcomeView {
  const whyCancelled = isCalledOff(subject, lines) ? 'It was called off.' : 'You began again elsewhere.'
  const reason =
    payment.last_payment_error?.message ??
    (payment.status === 'cancelled' ? whyCancelled : 'It was not finished in time.')
  return {
    title: 'Not paid',
    content: html`<p class="status bad" data-payment-status="failed" role="status">Not paid</p>
<h1><small>The payment did not go through</small> ${headlineMoney(payment.amount, payment.currency)}</h1>
<p>${reason} Nothing was taken.</p>
${forWhat(lines)}${isCalledOff(subject, lines) ? back(links) : again(payment, links, asked !== undefined)}`,
  }
}

/** Whether the merchant has voided or archived what the payment was for. */
function isCalledOff({ archived }: OutcomeSubject, lines: readonly ReceiptLine[]): boolean {
  return archived || lines.some(({ status }) => status === 'voided')
}

function forWhat(lines: readonly ReceiptLine[]): Html | undefined {
  const [line] = lines
  if (!line) return undefined
  const others = lines.length - 1
  return html`<p>You were paying ${nameOf(line)}${others > 0 && ` and ${others} more`}.</p>\n`
}

function back({ page }: OutcomeLinks): Html | undefined {
  return page === undefined ? undefined : html`<p><a class="button other" href="${page}">See what is owed</a></p>`
}

/** The same amounts of the same debts again, as far as they are still owed; and the way back, where another amount can be paid. */
function again({ amount, currency }: SessionPayment, links: OutcomeLinks, isFixed: boolean): Html | undefined {
  if (!links.page || !links.again) return undefined
  return html`<p><a class="button" href="${links.again}">Try ${money(amount, currency)} again</a></p>
${!isFixed && html`<p><a class="button other" href="${links.page}">Pay another amount</a></p>\n`}`
}
