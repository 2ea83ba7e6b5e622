import { formatId } from '../../core/id/id.ts'
import { hiddenFields } from '../../html/field.ts'
import { type Html, html, isolated } from '../../html/html.ts'
import type { Voice } from '../../html/language/voice.ts'
import type { Page } from '../../html/layout.ts'
import { headlineMoney, money } from '../../html/money.ts'
import type { Way } from '../../payments/processor/bank-transfer/bank-transfer.ts'
import { type TransferNote, transferNote } from '../announced/note.ts'
import { withCarried } from '../carried.ts'
import { formatDateTime } from '../dates.ts'
import { factList } from '../fact-list.ts'
import { refreshNote } from '../refresh.ts'
import { cardNote } from '../ways.ts'
import type { CheckoutSubject } from './store.ts'

/** Why a request or session cannot be paid at its page, or that it can. */
export type CheckoutState =
  | { kind: 'payable'; fields: [string, string][]; ways: readonly Way[] }
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
  voice: Voice
  state: CheckoutState
  path: string
  /** With which it is opened again, without its language. */
  query: string
  carried: Record<string, string>
  /** Bank transfers that were announced for it and have not arrived. */
  announced: TransferNote[]
}

/** The page of a request or session: who asks, how much, for what, until when, and how to pay it. */
export function checkoutPage(view: CheckoutView): Page {
  const { subject, voice, state, query } = view
  const { merchant_name, mode } = subject.environment
  const payable = state.kind === 'payable'
  return {
    voice,
    query,
    title: payable ? voice.text.owed.titles.pay(merchant_name) : `${titleOf(state.kind, voice)} – ${merchant_name}`,
    merchant: merchant_name,
    face: subject.face,
    test: mode === 'test',
    content: html`<section class="card">
${heading(view)}
${announced(view)}${step(view)}${facts(view)}${wayBack(view)}</section>`,
    footer: state.kind === 'payable' ? cardNote(state.ways, merchant_name, voice) : undefined,
  }
}

/** Unless it is paid or on its way already. */
function announced({ subject, voice, state, announced }: CheckoutView): Html[] {
  if (state.kind === 'paid' || state.kind === 'moving') return []
  return announced.map((one) => transferNote(one, subject.environment.time_zone, voice))
}

function titleOf(kind: Exclude<CheckoutState['kind'], 'payable'>, { text }: Voice): string {
  switch (kind) {
    case 'moving':
      return text.paying.moving.status
    case 'paid':
      return text.receipt.paidTitle
    case 'offline':
      return text.owed.howToPay
    default:
      return text.asking[kind].title
  }
}

function heading({ subject, voice, state }: CheckoutView): Html {
  const { row, customer_name, environment } = subject
  const { asking, paying, receipt } = voice.text
  const amount = headlineMoney(row.amount, row.currency, voice)
  const merchant = isolated(environment.merchant_name)
  switch (state.kind) {
    case 'paid':
      return html`<p class="status good" role="status">✓ ${receipt.paid}</p><h1><small>${asking.wasPaid}</small> ${amount}</h1>`
    case 'moving':
      return html`<p class="status" role="status">${paying.moving.status}</p><h1><small>${paying.moving.heading}</small> ${amount}</h1>
<p>${asking.moving}</p>
${refreshNote(state.refresh_s, voice)}`
    case 'ended':
      return html`<h1><small>${asking.ended.heading}</small> ${amount}</h1>
<p>${endedText(subject, voice)} ${asking.ended.askAgain(merchant)}</p>`
    case 'unfit':
      return html`<h1><small>${asking.unfit.heading}</small> ${amount}</h1>
<p>${asking.unfit.detail(merchant)}</p>`
    default: {
      const who = customer_name === null ? asking.asks(merchant) : asking.asksNamed(isolated(customer_name), merchant)
      return html`<h1><small>${who}</small> ${amount}</h1>`
    }
  }
}

function endedText({ row, environment }: CheckoutSubject, voice: Voice): Html | string {
  const { withdrawn, wasOpenUntil } = voice.text.asking.ended
  if (row.cancelled_at !== null) return withdrawn(isolated(environment.merchant_name))
  return row.expires_at === null ? '' : wasOpenUntil(formatDateTime(row.expires_at, environment.time_zone, voice))
}

function step({ subject, voice, state, path, carried }: CheckoutView): Html | undefined {
  const { row, face, environment } = subject
  const { asking, owed, paying } = voice.text
  if (state.kind === 'payable') {
    return html`<form method="post" action="${path}" data-payment-step>
${hiddenFields([...state.fields, ...Object.entries(carried)])}
<button type="submit" id="pay" name="method" value="card">${owed.pay(money(row.amount, row.currency, voice))}</button>
</form>\n`
  }
  if (state.kind === 'paid' && row.payment_id !== null) {
    const receipt = withCarried(`${path}/payments/${formatId('payment', row.payment_id)}`, carried)
    return html`<p><a class="button other" href="${receipt}">${asking.seeReceipt}</a></p>\n`
  }
  if (state.kind === 'moving') {
    return html`<p><a class="button" href="${withCarried(path, carried)}">${paying.checkAgain}</a></p>\n`
  }
  if (state.kind !== 'offline') return undefined
  const how = face.how_to_pay ?? asking.inTheKnownWay(isolated(environment.merchant_name))
  return html`<div class="note"><p>${owed.refused.notOnline}</p><p class="lines">${how}</p>${
    row.external_reference !== null && html`<p>${asking.quote(isolated(row.external_reference))}</p>`
  }</div>\n`
}

function facts({ subject: { row, environment }, voice, state }: CheckoutView): Html {
  const text = voice.text.asking.facts
  const open = state.kind === 'payable' || state.kind === 'offline'
  return factList([
    [text.about, row.description],
    [text.reference, row.external_reference],
    [text.openUntil, open && row.expires_at !== null && formatDateTime(row.expires_at, environment.time_zone, voice)],
  ])
}

/** Back to the page of the merchant that handed over to a session. */
function wayBack({ subject: { row, environment }, voice, state }: CheckoutView): Html | undefined {
  if (row.return_url === null || state.kind === 'payable') return undefined
  return html`<p><a class="button other" href="${row.return_url}">${voice.text.asking.backTo(isolated(environment.merchant_name))}</a></p>`
}
