import { dateIn } from '../core/clock.ts'
import { formatId } from '../core/id/id.ts'
import { type Html, html, isolated } from '../html/html.ts'
import type { Voice } from '../html/language/voice.ts'
import { headlineMoney, money } from '../html/money.ts'
import { formatDate, formatDateTime } from './dates.ts'
import { accountOf, nameOf } from './debts/debt.ts'
import { factList } from './fact-list.ts'
import { methodName } from './method-name.ts'
import type { Outcome, OutcomeView } from './outcome-view.ts'
import type { ReceiptLine } from './receipt-store.ts'

/**
 * The receipt of a payment that succeeded: what it brought to each debt at its time, what was not needed and why, and
 * what has become of it since. Money that brought nothing is never shown as paid.
 */
export function receipt(outcome: Outcome): OutcomeView {
  const { subject, voice, payment, lines, asked } = outcome
  const text = voice.text.receipt
  const { currency, amount } = payment
  // The money of somebody who is no customer was all for what was asked, however much of it was refunded since.
  const direct = payment.customer_id === null ? amount : 0n
  const applied = lines.reduce((sum, line) => sum + line.applied, 0n) + direct
  const used = applied > 0n && !asked?.paid_before
  const { title, is_good, status } = stateOf(outcome, used)
  return {
    title,
    content: html`<p class="status ${is_good ? 'good' : 'amber'}" data-payment-status="succeeded" role="status">${status}</p>
<h1><small>${used ? text.youPaid : text.weReceived}</small> ${headlineMoney(amount, currency, voice)}</h1>
${asked?.paid_before && paidBefore(outcome)}${surplusNote(outcome, amount - applied)}<ul class="split">${lines
      .filter((line) => line.applied > 0n)
      .map(
        (line) =>
          html`<li><span class="what">${isolated(nameOf(line, voice))} <small>${resultOf(line, currency, voice)}</small></span>${money(line.applied, currency, voice)}</li>\n`,
      )}</ul>
${sinceThen(subject.environment, lines, currency, voice)}${takenBackNote(outcome)}${refundNote(outcome)}${receiptFacts(outcome)}
<p class="no-print"><a class="button" href="${outcome.receipt}">${text.keep}</a></p>
${wayOn(outcome)}`,
  }
}

/** What stands above all: money that was taken back is not shown as paid. */
function stateOf({ voice, taken_back }: Outcome, used: boolean) {
  const text = voice.text.receipt
  if (taken_back) return { title: text.takenBackTitle, is_good: false, status: `! ${text.paidAndTakenBack}` }
  return used
    ? { title: text.paidTitle, is_good: true, status: `✓ ${text.paid}` }
    : { title: text.unneededTitle, is_good: false, status: `! ${text.unneeded}` }
}

/** Money for what another payment had paid: it lies at the merchant, and whoever paid has to be told. */
function paidBefore({ subject, voice }: Outcome): Html {
  const told = voice.text.receipt.paidBefore(isolated(subject.environment.merchant_name))
  return html`<div class="note amber" role="status"><p>${told}</p></div>\n`
}

function wayOn({ subject, voice, links: { page }, asked }: Outcome): Html | undefined {
  const button = (href: string, text: Html | string) =>
    html`<p class="no-print"><a class="button other" href="${href}">${text}</a></p>`
  if (!asked) return page === undefined ? undefined : button(page, voice.text.receipt.seeLeft)
  if (asked.return_url === null) return undefined
  return button(asked.return_url, voice.text.asking.backTo(isolated(subject.environment.merchant_name)))
}

function receiptFacts({ subject, voice, payment, lines, asked }: Outcome): Html {
  const text = voice.text.receipt.facts
  const { merchant_name, time_zone } = subject.environment
  const { currency } = payment
  const [only] = lines.length === 1 ? lines : []
  const after = only?.balance_after ?? undefined
  return factList([
    [text.paidTo, merchant_name],
    [text.billedTo, subject.customer_name],
    [text.date, payment.received_at && formatDateTime(payment.received_at, time_zone, voice)],
    [text.paidWith, payment.method_details && methodName(payment.method_details, voice)],
    [text.currency, currency],
    [text.payment, formatId('payment', payment.id)],
    ...(asked?.about ?? []),
    [text.owedAfter, after !== undefined && after >= 0n && money(after, currency, voice)],
    [text.creditAfter, after !== undefined && after < 0n && money(-after, currency, voice)],
  ])
}

function resultOf(line: ReceiptLine, currency: string, voice: Voice): Html {
  const { text } = voice
  const account = accountOf(line)
  const place = account !== null && html`${isolated(account)}${text.shell.comma}`
  const { partPaid, left, inAdvance, inFull } = text.receipt
  const { balance_after } = line
  if (balance_after === null) return html`${place}${partPaid}`
  if (balance_after > 0n) return html`${place}${left(money(balance_after, currency, voice))}`
  return html`${place}${balance_after < 0n ? inAdvance : inFull}`
}

/** What of the money was not needed, with the true cause for each debt, and where it lies. */
function surplusNote({ subject, voice, payment, lines }: Outcome, surplus: bigint): Html | undefined {
  if (surplus <= 0n) return undefined
  const text = voice.text.receipt
  const merchant = isolated(subject.environment.merchant_name)
  const { currency, unapplied_amount: held } = payment
  const where = () => {
    if (held === 0n) return text.usedSince
    return held < surplus ? text.holdsPart(merchant, money(held, currency, voice)) : text.holdsAll(merchant)
  }
  const short = lines.filter(({ chosen, applied }) => applied < chosen)
  return html`<div class="note amber" role="status"><p><strong>${text.notNeeded(money(surplus, currency, voice))}</strong> ${where()}</p>
${short.map((line) => html`<p>${causeOf(line, voice)}</p>`)}</div>\n`
}

function causeOf(line: ReceiptLine, voice: Voice): Html {
  const { withdrawn, part, whole } = voice.text.receipt.causes
  const name = isolated(nameOf(line, voice))
  if (line.status === 'voided') return withdrawn(name)
  return line.applied > 0n ? part(name) : whole(name)
}

/** What the bank took back of the money since. */
function takenBackNote({ subject, voice, payment: { currency }, taken_back }: Outcome): Html | undefined {
  if (!taken_back) return undefined
  const date = formatDate(dateIn(subject.environment.time_zone, taken_back.at), voice)
  const told = voice.text.receipt.bankTookBack(money(taken_back.amount, currency, voice), date)
  return html`<div class="note amber" role="status"><p>${told}</p></div>\n`
}

/** What was sent back of the money since, or is on its way. */
function refundNote({ subject, voice, payment: { refunded_amount, currency } }: Outcome): Html | undefined {
  if (refunded_amount === 0n) return undefined
  const merchant = isolated(subject.environment.merchant_name)
  const told = voice.text.receipt.refunded(merchant, money(refunded_amount, currency, voice))
  return html`<div class="note"><p>${told}</p></div>\n`
}

/** What the merchant has done with the money since. The lines above stay as they were. */
function sinceThen(
  { merchant_name, time_zone }: Outcome['subject']['environment'],
  lines: readonly ReceiptLine[],
  currency: string,
  voice: Voice,
): Html[] {
  return lines.flatMap((line) => {
    if (line.reversed_at === null) return []
    const date = formatDate(dateIn(time_zone, line.reversed_at), voice)
    const [by, amount, from] = [
      isolated(merchant_name),
      money(line.reversed, currency, voice),
      isolated(nameOf(line, voice)),
    ]
    return html`<div class="note"><p>${voice.text.receipt.takenBack(by, amount, from, date)}</p></div>\n`
  })
}
