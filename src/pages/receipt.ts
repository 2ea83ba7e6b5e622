import { dateIn } from '../core/clock.ts'
import { formatId } from '../core/id/id.ts'
import { type Html, html } from '../html/html.ts'
import { headlineMoney, money } from '../html/money.ts'
import type { SessionPayment } from '../payments/session/store.ts'
import { formatDate, formatDateTime } from './dates.ts'
import { nameOf } from './debts/debt.ts'
import type { Outcome, OutcomeLinks, OutcomeView } from './outcome-view.ts'
import type { ReceiptLine } from './receipt-store.ts'

/**
 * The receipt of a payment that succeeded: what it brought to each debt at its time, what was not needed and why, and
 * what has become of it since. Money that brought nothing is never shown as paid.
 */
export function receipt({ subject, payment, lines, links, receipt: path, asked }: Outcome): OutcomeView {
  const { merchant_name, time_zone } = subject.environment
  const { currency, amount } = payment
  const card = payment.method_details?.card
  const applied = lines.reduce((sum, line) => sum + line.applied, 0n) + payment.direct_amount
  const [only] = lines.length === 1 ? lines : []
  const rows: [string, string | Html | null | undefined | false][] = [
    ['Paid to', merchant_name],
    ['Billed to', subject.customer_name],
    ['Date', payment.received_at && formatDateTime(payment.received_at, time_zone)],
    ['Paid with', card && `${schemeNames[card.scheme] ?? card.scheme} •••• ${card.last4}`],
    ['Currency', currency],
    ['Payment', formatId('payment', payment.id)],
    ...(asked?.about ?? []),
    [
      'Owed after this payment',
      only?.balance_after != null && only.balance_after >= 0n && money(only.balance_after, currency),
    ],
    [
      'In credit after it',
      only?.balance_after != null && only.balance_after < 0n && money(-only.balance_after, currency),
    ],
  ]
  const used = applied > 0n && !asked?.paid_before
  return {
    title: used ? 'Paid' : 'Not needed',
    content: html`<p class="status ${used ? 'good' : 'amber'}" data-payment-status="succeeded" role="status">${used ? '✓ Paid' : '! Received, and not needed'}</p>
<h1><small>${used ? 'Thank you. You paid' : 'We received'}</small> ${headlineMoney(amount, currency)}</h1>
${asked?.paid_before && paidBefore(merchant_name)}${surplusNote(merchant_name, payment, amount - applied, lines)}<ul class="split">${lines
      .filter((line) => line.applied > 0n)
      .map(
        (line) =>
          html`<li><span class="what">${nameOf(line)} <small>${resultOf(line, currency)}</small></span>${money(line.applied, currency)}</li>\n`,
      )}</ul>
${sinceThen(merchant_name, lines, currency, time_zone)}<dl>${rows.map(([term, value]) => value && html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>
<p class="no-print"><a class="button" href="${path}">Save the receipt</a></p>
${wayOn(merchant_name, links, asked)}`,
  }
}

/** Money for what another payment had paid: it lies at the merchant, and whoever paid has to be told. */
function paidBefore(merchant: string): Html {
  return html`<div class="note amber" role="status"><p><strong>This had been paid before.</strong> ${merchant} has this money too: ask for it back.</p></div>\n`
}

function wayOn(merchant: string, { page }: OutcomeLinks, asked: Outcome['asked']): Html | undefined {
  if (asked) {
    return asked.return_url === null
      ? undefined
      : html`<p class="no-print"><a class="button other" href="${asked.return_url}">Back to ${merchant}</a></p>`
  }
  return page === undefined
    ? undefined
    : html`<p class="no-print"><a class="button other" href="${page}">See what is left to pay</a></p>`
}

const schemeNames: Readonly<Record<string, string>> = { VISA: 'Visa', MASTERCARD: 'Mastercard' }

function resultOf({ kind, account_name, balance_after }: ReceiptLine, currency: string): Html {
  const account = kind === 'bill' && account_name !== null ? `${account_name}, ` : ''
  if (balance_after === null) return html`${account}paid`
  if (balance_after > 0n) return html`${account}${money(balance_after, currency)} left`
  return html`${account}${balance_after < 0n ? 'paid in advance' : 'paid in full'}`
}

/** What of the money was not needed, with the true cause for each debt, and where it lies. */
function surplusNote(
  merchant: string,
  { currency, unapplied_amount: held }: Pick<SessionPayment, 'currency' | 'unapplied_amount'>,
  surplus: bigint,
  lines: readonly ReceiptLine[],
): Html | undefined {
  if (surplus <= 0n) return undefined
  const rest = held < surplus ? html`still holds ${money(held, currency)} of it` : 'holds it'
  const where =
    held === 0n
      ? 'Since then it was used or given back.'
      : html`${merchant} ${rest} for you: ask for it back, or it goes to what you owe next.`
  const short = lines.filter(({ chosen, applied }) => applied < chosen)
  return html`<div class="note amber" role="status"><p><strong>${money(surplus, currency)} of it was not needed.</strong> ${where}</p>
${short.map((line) => html`<p>${nameOf(line)}: ${causeOf(line)}</p>`)}</div>\n`
}

function causeOf({ status, applied }: ReceiptLine): string {
  if (status === 'voided') return 'it had been withdrawn.'
  return applied > 0n ? 'part of it had been paid already, or taken off.' : 'it had been paid already, or taken off.'
}

/** What the merchant has done with the money since. The lines above stay as they were. */
function sinceThen(merchant: string, lines: readonly ReceiptLine[], currency: string, timeZone: string): Html[] {
  return lines
    .filter(({ reversed }) => reversed > 0n)
    .map(
      (line) =>
        html`<div class="note"><p><strong>Since then:</strong> ${merchant} took ${money(line.reversed, currency)} back from ${nameOf(line)}${
          line.reversed_at && ` on ${formatDate(dateIn(timeZone, line.reversed_at))}`
        }.</p></div>\n`,
    )
}
