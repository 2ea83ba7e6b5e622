import { formatId } from '../../core/id/id.ts'
import { hiddenFields } from '../../html/field.ts'
import { type Html, html } from '../../html/html.ts'
import type { Page } from '../../html/layout.ts'
import { headlineMoney, money } from '../../html/money.ts'
import { formatDateTime } from '../dates.ts'
import { refreshNote } from '../refresh.ts'
import type { CheckoutSubject } from './store.ts'

/** Why a request or session cannot be paid at its page, or that it can. */
export type CheckoutState =
  | { kind: 'payable'; fields: [string, string][] }
  | { kind: 'moving'; refresh_s: number | undefined }
  | { kind: 'paid' }
  | { kind: 'ended' }
  /** Less is owed by now than was asked for. */
  | { kind: 'unfit' }
  /** Nothing here takes payments online. */
  | { kind: 'offline' }

/** What the page of a request or session is made of. `path` is its own. */
export type CheckoutView = {
  subject: CheckoutSubject
  state: CheckoutState
  path: string
  tracking: Record<string, string>
}

/** The page of a request or session: who asks, how much, for what, until when, and how to pay it. */
export function checkoutPage(view: CheckoutView): Page {
  const { subject, state } = view
  const { merchant_name, mode } = subject.environment
  const payable = state.kind === 'payable'
  return {
    title: `${payable ? `Pay ${merchant_name}` : `${titles[state.kind]} – ${merchant_name}`}`,
    merchant: merchant_name,
    face: subject.face,
    test: mode === 'test',
    content: html`<section class="card">
${heading(view)}
${step(view)}${facts(subject)}${wayBack(view)}</section>`,
    footer: payable
      ? html`You enter your card on the payment service’s own page. ${merchant_name} never sees it.`
      : undefined,
  }
}

const titles = {
  moving: 'On its way',
  paid: 'Paid',
  ended: 'No longer open',
  unfit: 'Not to be paid here',
  offline: 'How to pay',
} as const

function heading({ subject, state }: CheckoutView): Html {
  const { row, customer_name, environment } = subject
  const amount = headlineMoney(row.amount, row.currency)
  const name = environment.merchant_name
  switch (state.kind) {
    case 'paid':
      return html`<p class="status good" role="status">✓ Paid</p><h1><small>Thank you. This was paid</small> ${amount}</h1>`
    case 'moving':
      return html`<p class="status" role="status">On its way</p><h1><small>Not confirmed yet</small> ${amount}</h1>
<p>Your bank is still confirming this payment. You do not have to do anything, and please do not pay again.</p>
${refreshNote(state.refresh_s)}`
    case 'ended':
      return html`<h1><small>You cannot pay this here any more</small> ${amount}</h1>
<p>${endedText(subject)} You were not charged. Please ask ${name} for a new one if you still want to pay.</p>`
    case 'unfit':
      return html`<h1><small>This was asked for</small> ${amount}</h1>
<p>Less than that is owed by now, so it cannot be paid here. You were not charged. Please ask ${name} what is left to pay.</p>`
    default:
      return html`<h1><small>${customer_name !== null && html`${customer_name}, `}${name} asks you to pay</small> ${amount}</h1>`
  }
}

function endedText({ row, environment }: CheckoutSubject): string {
  if (row.cancelled_at !== null) return `${environment.merchant_name} has withdrawn it.`
  return row.expires_at === null ? '' : `It was open until ${formatDateTime(row.expires_at, environment.time_zone)}.`
}

function step({ subject, state, path, tracking }: CheckoutView): Html | undefined {
  const { row, face, environment } = subject
  if (state.kind === 'payable') {
    return html`<form method="post" action="${path}" data-payment-step>
${hiddenFields([...state.fields, ...Object.entries(tracking)])}
<button type="submit" id="pay" name="method" value="card">Pay ${money(row.amount, row.currency)}</button>
</form>\n`
  }
  if (state.kind === 'paid' && row.payment_id !== null) {
    return html`<p><a class="button other" href="${path}/payments/${formatId('payment', row.payment_id)}">See the receipt</a></p>\n`
  }
  if (state.kind === 'moving') return html`<p><a class="button" href="${path}">Check again</a></p>\n`
  if (state.kind !== 'offline') return undefined
  const how = face.how_to_pay ?? `Please pay ${environment.merchant_name} in the way that you know.`
  return html`<div class="note"><p>Online payment is not available here.</p><p class="lines">${how}</p>${
    row.external_reference !== null && html`<p>Reference to quote: <strong>${row.external_reference}</strong></p>`
  }</div>\n`
}

function facts({ row, environment }: CheckoutSubject): Html {
  const open = row.status === 'active' && row.expires_at !== null
  const rows: [string, string | Html | null | false][] = [
    ['For', row.description !== null && html`<bdi>${row.description}</bdi>`],
    ['Reference', row.external_reference],
    ['Open until', open && row.expires_at !== null && formatDateTime(row.expires_at, environment.time_zone)],
  ]
  return html`<dl>${rows.map(([term, value]) => value && html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`
}

/** Back to the page of the merchant that handed over to a session. */
function wayBack({ subject: { row, environment }, state }: CheckoutView): Html | undefined {
  if (row.return_url === null || state.kind === 'payable') return undefined
  return html`<p><a class="button other" href="${row.return_url}">Back to ${environment.merchant_name}</a></p>`
}
