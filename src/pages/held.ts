import { html, isolated } from '../html/html.ts'
import { headlineMoney } from '../html/money.ts'
import type { SessionPayment } from '../payments/session/store.ts'
import type { Outcome, OutcomeView } from './outcome-view.ts'

/** What of a payment is authorised and neither captured nor let go of; undefined for one whose money arrives at once. */
export function heldOf({ authorised_amount, captured_amount, voided_amount }: SessionPayment): bigint | undefined {
  if (authorised_amount === null) return undefined
  return authorised_amount - (captured_amount ?? 0n) - (voided_amount ?? 0n)
}

/**
 * The outcome of a payment that is captured by hand: what is reserved is not paid, and is shown as pending; what was captured has a
 * receipt, which grows with each capture.
 */
export function heldPayment(outcome: Outcome, held: bigint): OutcomeView {
  const { payment, voice, receipt, asked } = outcome
  const { paying, receipt: paid, asking } = voice.text
  const { currency, authorised_amount } = payment
  const captured = payment.captured_amount ?? 0n
  const text = held > 0n ? paying.held : paying.released
  const shown = held > 0n ? held : (authorised_amount ?? 0n)
  const reserved = html`<p class="status" data-payment-status="${held > 0n ? 'pending' : 'released'}" role="status">${text.status}</p>
<h1><small>${text.heading}</small> ${headlineMoney(shown, currency, voice)}</h1>
<p>${text.detail}</p>\n`
  const taken = html`<p class="status good" data-payment-status="succeeded" role="status">✓ ${paid.paid}</p>
<h1><small>${paid.youPaid}</small> ${headlineMoney(captured, currency, voice)}</h1>
<p><a class="button" href="${receipt}">${asking.seeReceipt}</a></p>\n`
  const back = asked?.return_url
  return {
    title: held > 0n ? text.status : captured > 0n ? paid.paidTitle : text.status,
    content: html`${captured > 0n && taken}${(held > 0n || captured === 0n) && reserved}${
      back &&
      html`<p><a class="button other" href="${back}">${asking.backTo(isolated(outcome.subject.environment.merchant_name))}</a></p>`
    }`,
  }
}
