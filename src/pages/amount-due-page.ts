import { dateIn } from '../core/clock.ts'
import { currencySign, editableMoney, maxAmount } from '../core/money.ts'
import type { PayableRange } from '../core/payment-rules.ts'
import { errorSummary, hiddenFields, textField } from '../html/field.ts'
import { type Html, html } from '../html/html.ts'
import type { Page } from '../html/layout.ts'
import { headlineMoney, money, payerLocale } from '../html/money.ts'
import { amountsOf, closedBy } from '../ledger/bill-amounts.ts'
import { formatDate } from './dates.ts'
import type { AmountDueItem, AmountsDue, PageSubject } from './store.ts'

/** Everything that the page of a link shows. */
export type AmountDueView = {
  subject: PageSubject
  owed: AmountsDue
  /** Payments for it that the bank has not decided yet, in minor units. */
  on_its_way: bigint
  now: Date
  /** The address of the page of another object. */
  linkTo(item: AmountDueItem): string
  /** The hidden fields of the pay form; `undefined` where online payment is not set up. */
  pay_form: [string, string][] | undefined
  /** What is wrong with the amount that was sent, and that amount. */
  fault?: { typed: string; detail: string } | undefined
}

/** The page of a customer, an account or a bill: who is owed, by whom, how much, and how to pay it. */
export function amountDuePage(view: AmountDueView): Page {
  const { subject, fault } = view
  const { merchant_name, mode } = subject.environment
  return {
    title: `${fault && subject.range ? 'Error: ' : ''}Pay ${merchant_name}`,
    merchant: merchant_name,
    test: mode === 'test',
    content: html`<section class="card">
${heading(view)}
${facts(view)}
${onItsWayNote(view)}${payment(view)}
</section>
${others(view)}`,
    footer:
      subject.range &&
      view.pay_form &&
      html`You enter your card on the payment service’s own page. ${merchant_name} never sees it.`,
  }
}

/** The debt of the page's own object, if it has one; what else is owed has pages of its own. */
function ownDebt({ subject }: AmountDueView): bigint {
  const { balance, bill } = subject
  return balance !== null && balance > 0n && bill?.status !== 'voided' ? balance : 0n
}

function heading(view: AmountDueView): Html {
  const { subject, owed } = view
  if (owed.totals.length > 0) {
    const several = owed.count > 1
    const amounts = owed.totals.map(({ amount, currency }) => headlineMoney(amount, currency))
    return html`<h1><small>${several ? 'Total owed' : 'Amount owed'}</small> ${amounts}</h1>`
  }
  if (subject.bill?.status === 'voided') return html`<h1>This bill was withdrawn</h1><p>You do not have to pay it.</p>`
  const closed = subject.bill && closedBy(subject.bill)
  if (closed === 'payment') return html`<h1>This bill is paid</h1><p>Thank you. There is nothing to do.</p>`
  if (closed) return html`<h1>This bill is settled</h1><p>There is nothing left to pay.</p>`
  const { balance, currency } = subject
  const credit = balance !== null && currency !== null && balance < 0n
  return html`<h1>Nothing to pay</h1><p>${
    credit ? html`You are ${money(-balance, currency)} in credit.` : 'Everything is settled. Thank you.'
  }</p>`
}

function facts({ subject, now }: AmountDueView): Html {
  const { kind, customer_name, account_name, external_reference, bill, environment } = subject
  const overdue =
    bill?.status === 'unpaid' && bill.due_date !== null && bill.due_date < dateIn(environment.time_zone, now)
  const paid = bill ? amountsOf(bill).paid : 0n
  const adjusted = bill?.amount_adjusted ?? 0n
  const writtenOff = bill?.amount_written_off ?? 0n
  const changed = paid > 0n || adjusted !== 0n || writtenOff > 0n
  const rows: [string, string | Html | null | undefined | false][] = [
    ['For', customer_name],
    ['Account', account_name],
    [kind === 'bill' ? 'Bill' : 'Reference', external_reference],
    ['Bill date', bill && formatDate(bill.bill_date)],
    ['Due', bill?.due_date && html`${formatDate(bill.due_date)}${overdue && html` <strong>(overdue)</strong>`}`],
    ['Billed', bill && changed && money(bill.amount_due, bill.currency)],
    ['Added', bill && adjusted > 0n && money(adjusted, bill.currency)],
    ['Taken off', bill && adjusted < 0n && money(-adjusted, bill.currency)],
    ['Paid so far', bill && paid > 0n && money(paid, bill.currency)],
    ['No longer asked for', bill && writtenOff > 0n && money(writtenOff, bill.currency)],
  ]
  return html`<dl>${rows.map(([term, value]) => value && html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`
}

/** Most double payments are made by people whom nobody told that their first payment is on its way. */
function onItsWayNote({ subject, on_its_way }: AmountDueView): Html | undefined {
  if (on_its_way === 0n || subject.currency === null) return undefined
  return html`<div class="note" role="status"><p><strong>${money(on_its_way, subject.currency)} is on its way.</strong>
Your bank has not confirmed it yet. You do not have to pay that again.</p></div>\n`
}

function payment(view: AmountDueView): Html | undefined {
  const { subject, pay_form, on_its_way, owed } = view
  const { range, currency } = subject
  const debt = ownDebt(view)
  if (currency === null) return undefined
  if (!pay_form || !range) return debt > 0n ? notPayableHere(view, debt, currency) : undefined
  const form = payForm(view, pay_form, range, currency)
  if (view.fault) return form
  if (debt === 0n) return html`<details><summary>Pay in advance</summary>${form}</details>`
  if (on_its_way >= debt) return html`<details><summary>Pay another amount all the same</summary>${form}</details>`
  const others = owed.count > 1
  return html`${others && html`<h2>Pay the balance of ${money(debt, currency)}</h2>\n`}${form}`
}

/** Why a debt that is shown cannot be paid here, and what to do instead. */
function notPayableHere({ subject, pay_form }: AmountDueView, debt: bigint, currency: string): Html {
  const { environment, rules } = subject
  const { merchant_name } = environment
  const most = rules?.max_amount ?? 0n
  return html`<div class="note"><p>${
    pay_form
      ? html`${money(debt, currency)} can only be paid as a whole, and no more than ${money(most, currency)} can be paid online at once. Please contact ${merchant_name} to pay it.`
      : html`Online payment is not available here. Please pay ${merchant_name} in the way that you know.`
  }</p></div>`
}

function payForm(view: AmountDueView, fields: [string, string][], range: PayableRange, currency: string): Html {
  const { fault } = view
  const fixed = range.from === range.to
  const exact = typedMoney(range.to, currency)
  const summary = errorSummary(fault ? [{ name: fixed ? 'pay' : 'amount', detail: fault.detail }] : [])
  const amount = fixed
    ? hiddenFields([['amount', exact]])
    : textField({
        name: 'amount',
        label: 'Amount to pay',
        prefix: currencySign(currency, payerLocale),
        value: fault?.typed ?? suggestion(view, range, currency),
        hint: limits(range, currency),
        error: fault?.detail,
        inputmode: 'decimal',
        autocomplete: 'off',
      })
  return html`${summary}<form method="post" data-payment-step novalidate>
${hiddenFields(fields)}${amount}
<button type="submit" id="pay" name="method" value="card">Pay ${fixed ? money(range.to, currency) : 'by card'}</button>
</form>`
}

/**
 * The suggested amount: what is still open after the payments on their way, within the payable range; empty when there
 * is none.
 */
function suggestion(view: AmountDueView, range: PayableRange, currency: string): string {
  const open = ownDebt(view) - view.on_its_way
  const amount = open > range.to ? range.to : open
  return amount >= range.from ? typedMoney(amount, currency) : ''
}

function limits({ from, to }: PayableRange, currency: string): Html {
  const least = from > 1n && money(from, currency)
  const most = to < maxAmount && money(to, currency)
  if (most) return least ? html`From ${least} up to ${most}` : html`Up to ${most}`
  return least ? html`From ${least}` : html`Any amount`
}

/** An amount as a payer would type it, with the decimal sign used on the rest of the page. */
function typedMoney(amount: bigint, currency: string): string {
  return editableMoney(amount, currency, payerLocale)
}

/** What else is owed, each with the link of its own page: balances and bills are separate debts. */
function others({ subject, owed, linkTo }: AmountDueView): Html | undefined {
  const items = owed.items.filter(({ id }) => id !== subject.id)
  if (items.length === 0) return undefined
  const own = owed.items.length > items.length
  const hidden = owed.count - owed.items.length
  return html`<section class="card"><h2>${own ? 'Also owed' : 'What is owed'}</h2>
<ul class="owed">${items.map(
    (item) =>
      html`<li><a href="${linkTo(item)}">${nameOf(item)}</a>${money(item.balance, item.currency)}${
        item.due_date !== null && html`<small>Due ${formatDate(item.due_date)}</small>`
      }</li>`,
  )}</ul>${hidden > 0 && html`<p class="hint">and ${hidden} more, in the sum above</p>`}
</section>`
}

function nameOf({ kind, account_name, external_reference }: AmountDueItem): string {
  if (kind === 'bill') return `Bill ${external_reference}`
  return kind === 'account' ? (account_name ?? `Account ${external_reference}`) : 'Balance'
}
