import { formatId } from '../core/id/id.ts'
import { type Html, html } from '../html/html.ts'
import type { Page } from '../html/layout.ts'
import { headlineMoney, money } from '../html/money.ts'
import { closedBy } from '../ledger/bill-amounts.ts'
import type { SessionPayment } from '../payments/session/store.ts'
import { formatDateTime } from './dates.ts'
import type { PageSubject } from './store.ts'

/** Where the page leads: to what is owed, unless that has no page any more, and to itself. */
type Links = { page: string | undefined; self: string }

/** The page of the outcome of a payment: paid with its receipt, on its way, or failed with a way to try again. */
export function outcomePage(subject: PageSubject, payment: SessionPayment, links: Links): Page {
  const { merchant_name, mode } = subject.environment
  const shown = outcome(subject, payment, links)
  return {
    title: `${shown.title} – ${merchant_name}`,
    merchant: merchant_name,
    test: mode === 'test',
    content: html`<section class="card">${shown.content}</section>`,
    footer: shown.footer,
  }
}

type OutcomeView = { title: string; content: Html; footer?: Html }

function outcome(subject: PageSubject, payment: SessionPayment, links: Links): OutcomeView {
  switch (payment.status) {
    case 'succeeded':
      return paid(subject, payment, links.page)
    case 'processing':
      return onItsWay(payment, links.self)
    case 'failed':
    case 'cancelled':
    case 'expired':
      return failed(subject, payment, links.page)
    default:
      return unfinished(payment, links)
  }
}

function paid(subject: PageSubject, payment: SessionPayment, page: Links['page']): OutcomeView {
  const { merchant_name, time_zone } = subject.environment
  const { currency, applied_amount, unapplied_amount } = payment
  const card = payment.method_details?.card
  const left = subject.balance !== null && subject.currency === currency ? subject.balance : undefined
  const rows: [string, string | Html | null | undefined | false][] = [
    ['Paid to', merchant_name],
    ['For', subject.customer_name],
    ['Account', subject.account_name],
    [subject.kind === 'bill' ? 'Bill' : 'Reference', subject.external_reference],
    ['Date', payment.received_at && formatDateTime(payment.received_at, time_zone)],
    ['Paid with', card && `${schemeNames[card.scheme] ?? card.scheme} •••• ${card.last4}`],
    ['Payment', formatId('payment', payment.id)],
    ['Still owed', left !== undefined && left >= 0n && money(left, currency)],
    ['In credit', left !== undefined && left < 0n && money(-left, currency)],
  ]
  const surplus =
    unapplied_amount > 0n &&
    html`<div class="note"><p>${
      applied_amount > 0n
        ? html`${money(unapplied_amount, currency)} of it was more than was owed.`
        : whyUnapplied(subject)
    } ${merchant_name} holds ${money(unapplied_amount, currency)} for you.</p></div>\n`
  return {
    title: 'Paid',
    content: html`<p class="status good" data-payment-status="succeeded" role="status">Paid</p>
<h1><small>Thank you. You paid</small> ${headlineMoney(payment.amount, currency)}</h1>
${surplus}<dl>${rows.map(([term, value]) => value && html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>
${page && html`<p class="more no-print"><a href="${page}">Back to what is owed</a></p>`}`,
    footer: html`This page is your receipt. Print it or keep it as a PDF.`,
  }
}

/** Why no part of a payment could be applied, in words for the payer. */
function whyUnapplied({ bill }: PageSubject): string {
  if (bill?.status === 'voided') return 'This bill had been withdrawn.'
  return bill && closedBy(bill) !== 'payment' ? 'Nothing was owed any more.' : 'This had been paid already.'
}

const schemeNames: Readonly<Record<string, string>> = { VISA: 'Visa', MASTERCARD: 'Mastercard' }

function onItsWay(payment: SessionPayment, self: string): OutcomeView {
  return {
    title: 'On its way',
    content: html`<p class="status" data-payment-status="pending" role="status">On its way</p>
<h1><small>Not confirmed yet</small> ${headlineMoney(payment.amount, payment.currency)}</h1>
<p>Your bank is still confirming this payment. You do not have to do anything, and please do not pay again.</p>
<p><a class="button" href="${self}">Look again</a></p>`,
  }
}

function unfinished(payment: SessionPayment, links: Links): OutcomeView {
  return {
    title: 'Not paid yet',
    content: html`<p class="status" data-payment-status="pending" role="status">Not paid yet</p>
<h1><small>You have not finished paying</small> ${headlineMoney(payment.amount, payment.currency)}</h1>
<p>Nothing was taken from your card. If you have just paid, look again in a moment.</p>
${links.page && html`<p><a class="button" href="${links.page}">Start again</a></p>\n`}<p class="more"><a href="${links.self}">Look again</a></p>`,
  }
}

/** Whether the merchant has voided or archived what the payment was for. */
function isCalledOff({ archived, bill }: PageSubject): boolean {
  return archived || bill?.status === 'voided'
}

function failed(subject: PageSubject, payment: SessionPayment, page: Links['page']): OutcomeView {
  const whyCancelled = isCalledOff(subject) ? 'It was called off.' : 'Other payments have been started since.'
  const reason =
    payment.last_payment_error?.message ??
    (payment.status === 'cancelled' ? whyCancelled : 'It was not finished in time.')
  return {
    title: 'Not paid',
    content: html`<p class="status bad" data-payment-status="failed" role="status">Not paid</p>
<h1><small>The payment did not go through</small> ${headlineMoney(payment.amount, payment.currency)}</h1>
<p>${reason} Nothing was taken.</p>
${page && html`<p><a class="button" href="${page}">Try again</a></p>`}`,
  }
}
