import { type Html, html, isolated } from '../html/html.ts'
import type { Voice } from '../html/language/voice.ts'
import type { Page } from '../html/layout.ts'
import { headlineMoney, money } from '../html/money.ts'
import type { SessionPayment } from '../payments/session/store.ts'
import { nameOf } from './debts/debt.ts'
import { heldOf, heldPayment } from './held.ts'
import type { Outcome, OutcomeLinks, OutcomeSubject, OutcomeView } from './outcome-view.ts'
import { receipt } from './receipt.ts'
import type { ReceiptLine } from './receipt-store.ts'
import { refreshNote } from './refresh.ts'

/** The page of the outcome of a payment: paid with its receipt, on its way, or failed with a way to try again. */
export function outcomePage(outcome: Outcome): Page {
  const { merchant_name, mode } = outcome.subject.environment
  const shown = viewOf(outcome)
  return {
    voice: outcome.voice,
    query: '',
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
    case 'succeeded': {
      const held = heldOf(outcome.payment)
      return held === undefined ? receipt(outcome) : heldPayment(outcome, held)
    }
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

function onItsWay({ payment, voice, links, refresh_s }: Outcome): OutcomeView {
  const { moving, checkAgain } = voice.text.paying
  return {
    title: moving.status,
    content: html`<p class="status" data-payment-status="pending" role="status">${moving.status}</p>
<h1><small>${moving.heading}</small> ${headlineMoney(payment.amount, payment.currency, voice)}</h1>
<p>${moving.detail}</p>
${refreshNote(refresh_s, voice)}<p><a class="button" href="${links.self}">${checkAgain}</a></p>`,
  }
}

function unfinished({ payment, voice, links, refresh_s, asked }: Outcome): OutcomeView {
  const { unfinished, checkAgain } = voice.text.paying
  return {
    title: unfinished.status,
    content: html`<p class="status" data-payment-status="pending" role="status">${unfinished.status}</p>
<h1><small>${unfinished.heading}</small> ${headlineMoney(payment.amount, payment.currency, voice)}</h1>
<p>${unfinished.detail}</p>
${refreshNote(refresh_s, voice)}${again(payment, links, voice, asked !== undefined)}<p class="more"><a href="${links.self}">${checkAgain}</a></p>`,
  }
}

function failed({ subject, voice, payment, lines, links, asked }: Outcome): OutcomeView {
  const text = voice.text.paying.failed
  const calledOff = isCalledOff(subject, lines)
  return {
    title: text.status,
    content: html`<p class="status bad" data-payment-status="failed" role="status">${text.status}</p>
<h1><small>${text.heading}</small> ${headlineMoney(payment.amount, payment.currency, voice)}</h1>
<p>${reasonOf(payment, calledOff, voice)} ${text.nothingTaken}</p>
${forWhat(lines, voice)}${calledOff ? back(links, voice) : again(payment, links, voice, asked !== undefined)}`,
  }
}

/** A decline that is not known is told in the words of the processor. */
function reasonOf(
  { status, last_payment_error: decline }: SessionPayment,
  calledOff: boolean,
  { text: { paying } }: Voice,
): string {
  if (decline?.decline_code === 'session_expired') return paying.failed.notInTime
  if (decline) {
    const known: ReadonlyMap<string, string> = new Map(Object.entries(paying.declines))
    return known.get(decline.decline_code) ?? decline.message
  }
  if (status !== 'cancelled') return paying.failed.notInTime
  return calledOff ? paying.failed.calledOff : paying.failed.elsewhere
}

/** Whether the merchant has voided or archived what the payment was for. */
function isCalledOff({ archived }: OutcomeSubject, lines: readonly ReceiptLine[]): boolean {
  return archived || lines.some(({ status }) => status === 'voided')
}

function forWhat(lines: readonly ReceiptLine[], voice: Voice): Html | undefined {
  const [line] = lines
  if (!line) return undefined
  const text = voice.text.paying.failed
  const name = isolated(nameOf(line, voice))
  return html`<p>${lines.length > 1 ? text.wasForMore(name, lines.length - 1) : text.wasFor(name)}</p>\n`
}

function back({ page }: OutcomeLinks, { text }: Voice): Html | undefined {
  return page === undefined ? undefined : html`<p><a class="button other" href="${page}">${text.paying.seeOwed}</a></p>`
}

/** The same amounts of the same debts again, as far as they are still owed; and the way back, where another amount can be paid. */
function again(
  { amount, currency }: SessionPayment,
  links: OutcomeLinks,
  voice: Voice,
  isFixed: boolean,
): Html | undefined {
  if (!links.page || !links.again) return undefined
  const { tryAgain, another } = voice.text.paying
  return html`<p><a class="button" href="${links.again}">${tryAgain(money(amount, currency, voice))}</a></p>
${!isFixed && html`<p><a class="button other" href="${links.page}">${another}</a></p>\n`}`
}
