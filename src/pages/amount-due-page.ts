import { currencySign, editableMoney, maxAmount } from '../core/money.ts'
import type { PayableRange } from '../core/payment-rules.ts'
import { errorSummary, hiddenFields, textField } from '../html/field.ts'
import { type Html, html } from '../html/html.ts'
import type { Page } from '../html/layout.ts'
import { headlineMoney, money, payerLocale } from '../html/money.ts'
import { amountsOf, closedBy } from '../ledger/bill-amounts.ts'
import type { AmountDueView } from './amount-due-view.ts'
import { billParticulars } from './bill-particulars.ts'
import { formatDate, formatDateTime } from './dates.ts'
import { debtList } from './debt-list.ts'
import { type Debt, type Due, isPayableWhole } from './debts/debt.ts'
import { howToPay, numberNames } from './how-to-pay.ts'
import type { Owed } from './owed.ts'
import { withTracking } from './tracking.ts'

/** The page of a customer, an account or a bill: who is owed, by whom, how much, and how to pay it. */
export function amountDuePage(view: AmountDueView): Page {
  const { owed, fault, way_up } = view
  const { merchant_name, mode } = owed.subject.environment
  const several = owed.debts.length > 1
  return {
    title: `${fault ? 'Error: ' : ''}${owed.debts.length > 0 ? 'Pay' : 'Nothing to pay'} ${
      owed.debts.length > 0 ? merchant_name : `– ${merchant_name}`
    }`,
    merchant: merchant_name,
    face: owed.subject.face,
    test: mode === 'test',
    content: html`${
      way_up &&
      html`<p class="up"><a href="${way_up.path}">${way_up.kind === 'customer' ? 'All that you owe' : 'All of this account'}</a></p>\n`
    }<section class="card">
${heading(owed)}
${offlineFirst(view)}${owed.subject.bill && billParticulars(owed.subject.bill)}${notes(owed)}${several ? everything(view) : single(view)}${message(owed)}${facts(owed)}${otherWays(view)}
</section>
${several && debtList(view)}`,
    footer: footer(view),
  }
}

function footer({ owed: { subject, debts }, fieldsFor }: AmountDueView): Html | undefined {
  const { guest_until, environment } = subject
  const sentences = [
    fieldsFor &&
      debts.length > 0 &&
      `You enter your card on the payment service’s own page. ${environment.merchant_name} never sees it.`,
    guest_until && `You looked this up: the page ends on ${formatDateTime(guest_until, environment.time_zone)}.`,
  ].filter(Boolean)
  return sentences.length > 0 ? html`${sentences.join(' ')}` : undefined
}

function heading({ subject, debts, totals }: Owed): Html {
  const owing = totals.filter(({ owed }) => owed > 0n)
  if (owing.length > 0) {
    const amounts = owing.map(({ currency, owed }) => {
      const moving = debts.filter((debt) => debt.currency === currency).reduce((sum, one) => sum + one.on_its_way, 0n)
      return headlineMoney(owed - moving, currency)
    })
    const { customer_name } = subject
    const due = debts.length === 1 ? dueLine(debts[0]?.due) : overdueLine(debts)
    return html`<h1><small>${customer_name !== null && `${customer_name}, `}${customer_name === null ? 'You' : 'you'} owe</small> ${amounts}</h1>${due}`
  }
  if (subject.bill?.status === 'voided') return html`<h1>This bill was withdrawn</h1><p>You do not have to pay it.</p>`
  const closed = subject.bill && closedBy(subject.bill)
  if (closed === 'payment') return html`<h1>This bill is paid</h1><p>Thank you. There is nothing to do.</p>`
  if (closed) return html`<h1>This bill is settled</h1><p>There is nothing left to pay.</p>`
  return html`<h1>Nothing to pay</h1><p>Nothing is owed. Thank you.</p>`
}

function dueLine(due: Due | undefined): Html | undefined {
  if (!due) return undefined
  const days = `${due.days} ${due.days === 1 ? 'day' : 'days'}`
  if (due.state === 'today') return html`<p class="due today"><strong>Due today</strong></p>`
  if (due.state === 'later') return html`<p class="due">Due in ${days}, on ${formatDate(due.date)}</p>`
  return html`<p class="due late"><strong>Overdue</strong> since ${formatDate(due.date)}, ${days}</p>`
}

function overdueLine(debts: readonly Debt[]): Html[] {
  const late = debts.filter(({ due, open }) => due?.state === 'overdue' && open > 0n)
  return [...Map.groupBy(late, ({ currency }) => currency)].map(([currency, ones]) => {
    const sum = ones.reduce((total, { open }) => total + open, 0n)
    return html`<p class="due late"><strong>${money(sum, currency)} is overdue</strong> since ${formatDate(ones[0]?.due_date ?? '')}.</p>`
  })
}

/** What is not part of what is to be paid and must not be hidden: on its way, in credit, held. */
function notes({ subject, debts, totals, held }: Owed): Html[] {
  const { merchant_name } = subject.environment
  const moving = Map.groupBy(
    debts.filter(({ on_its_way }) => on_its_way > 0n),
    ({ currency }) => currency,
  )
  return [
    ...[...moving].map(([currency, ones]) => {
      const sum = ones.reduce((total, { on_its_way }) => total + on_its_way, 0n)
      return html`<div class="note" role="status"><p><strong>${money(sum, currency)} is on its way.</strong>
Your bank has not confirmed it yet. You do not have to pay that again.</p></div>\n`
    }),
    ...totals
      .filter(({ credit }) => credit > 0n)
      .map(
        ({ currency, credit, owed }) =>
          html`<div class="note"><p>You have <strong>${money(credit, currency)} in credit</strong>.${
            owed > 0n && ' It is not taken off above.'
          }</p></div>\n`,
      ),
    ...held.map(
      ({ currency, amount }) =>
        html`<div class="note"><p>${merchant_name} holds <strong>${money(amount, currency)}</strong> of yours that is not used yet.${
          debts.length > 0 && ' It is not taken off above.'
        }</p></div>\n`,
    ),
  ]
}

/** The buttons that pay all that can be paid here, one for each currency, and the way to choose. */
function everything(view: AmountDueView): Html {
  const { owed, fieldsFor, path, tracking, fault } = view
  if (!fieldsFor) return notPayableHere(owed)
  const byCurrency = [...Map.groupBy(owed.debts.filter(isPayableWhole), ({ currency }) => currency)]
  const buttons = byCurrency.map(([currency, ones]) => {
    const sum = ones.reduce((total, { open }) => total + open, 0n)
    const listed = owed.debts.filter((debt) => debt.currency === currency)
    const all =
      listed.every((debt) => debt.open === 0n || isPayableWhole(debt)) &&
      listed.length === owed.totals.find((total) => total.currency === currency)?.count
    const url = withTracking(`${path}/review?everything=${currency}`, tracking)
    return html`<a class="button" href="${url}">${all ? 'Pay everything,' : 'Pay all that can be paid here,'} ${money(sum, currency)}</a>\n`
  })
  return html`${errorSummary(fault ? [{ name: 'choose', detail: fault.detail }] : [])}${buttons}${
    byCurrency.length > 0 && html`<a class="button other" href="#choose">Choose what to pay</a>\n`
  }`
}

/** The form of the one debt that there is, or that may be paid in advance; otherwise why there is none. */
function single(view: AmountDueView): Html | undefined {
  const { owed, fieldsFor, fault } = view
  const debt = owed.debts[0] ?? owed.settled
  if (!debt || !fieldsFor || !debt.range) {
    const refused = fault && html`<div class="note" role="alert"><p>${fault.detail}</p></div>\n`
    return html`${refused}${debt && debt.open > 0n && notPayableHere(owed, debt, fieldsFor !== undefined)}`
  }
  const form = payForm(view, debt, fieldsFor(debt), debt.range)
  if (fault || debt.open > 0n) return form
  return html`<details><summary>${debt.owed > 0n ? 'Pay more now anyway' : 'Pay in advance'}</summary>${form}</details>`
}

/** Why a debt that is shown cannot be paid here, and what to do instead. */
function notPayableHere({ subject }: Owed, debt?: Debt, online = false): Html {
  const { merchant_name } = subject.environment
  return html`<div class="note"><p>${
    online && debt
      ? html`${money(debt.open, debt.currency)} can only be paid as a whole, and no more than ${money(debt.rules.max_amount, debt.currency)} can be paid online at once. Please contact ${merchant_name} to pay it.`
      : html`Online payment is not available here.${!subject.face.how_to_pay && ` Please pay ${merchant_name} in the way that you know.`}`
  }</p></div>\n`
}

function message({ subject: { face } }: Owed): Html | undefined {
  return face.message ? html`<p class="note lines">${face.message}</p>\n` : undefined
}

/** How to pay elsewhere, before anything else: where nothing can be paid here. */
function offlineFirst({ owed, fieldsFor }: AmountDueView): Html | undefined {
  if (fieldsFor || !owed.debts.some(({ open }) => open > 0n)) return undefined
  return howToPay(owed.subject, html`<h2>How to pay</h2>`)
}

/** The way to how to pay elsewhere, where it can be paid here. */
function otherWays({ owed, fieldsFor, path }: AmountDueView): Html | undefined {
  if (!fieldsFor || !owed.subject.face.how_to_pay || owed.debts.length === 0) return undefined
  return html`<p class="more"><a href="${path}/ways">Other ways to pay</a></p>`
}

function payForm(
  { path, tracking, fault }: AmountDueView,
  debt: Debt,
  fields: [string, string][],
  range: PayableRange,
): Html {
  const { currency } = debt
  const fixed = range.from === range.to
  const amount = fixed
    ? hiddenFields([['amount', editableMoney(range.to, currency, payerLocale)]])
    : textField({
        name: 'amount',
        label: 'Amount to pay',
        prefix: currencySign(currency, payerLocale),
        value: fault?.typed ?? suggestion(debt, range),
        hint: limits(range, currency),
        error: fault?.detail,
        inputmode: 'decimal',
        autocomplete: 'off',
      })
  return html`${errorSummary(fault ? [{ name: fixed ? 'pay' : 'amount', detail: fault.detail }] : [])}<form method="post" action="${path}" data-payment-step novalidate>
${hiddenFields([...fields, ...Object.entries(tracking)])}${amount}
<button type="submit" id="pay" name="method" value="card">${fixed ? html`Pay ${money(range.to, currency)}` : 'Continue to card payment'}</button>
</form>\n`
}

/** The suggested amount: what is open, within the payable range; empty when there is none. */
function suggestion({ open, currency }: Debt, { from, to }: PayableRange): string {
  const amount = open > to ? to : open
  return amount >= from ? editableMoney(amount, currency, payerLocale) : ''
}

function limits({ from, to }: PayableRange, currency: string): Html {
  const least = from > 1n && money(from, currency)
  const most = to < maxAmount && money(to, currency)
  if (most) return least ? html`From ${least} up to ${most}` : html`Up to ${most}`
  return least ? html`From ${least}` : html`Any amount`
}

function facts({ subject }: Owed): Html {
  const { kind, customer_name, account_name, external_reference, bill } = subject
  const paid = bill ? amountsOf(bill).paid : 0n
  const adjusted = bill?.amount_adjusted ?? 0n
  const writtenOff = bill?.amount_written_off ?? 0n
  const changed = paid > 0n || adjusted !== 0n || writtenOff > 0n
  const rows: [string, string | Html | null | undefined | false][] = [
    ['Billed to', customer_name],
    ['Account', account_name],
    [numberNames[kind], external_reference],
    ['Bill date', bill && formatDate(bill.bill_date)],
    ['Due', bill?.due_date && bill.status === 'unpaid' && formatDate(bill.due_date)],
    ['Bill total', bill && changed && money(bill.amount_due, bill.currency)],
    ['Added', bill && adjusted > 0n && money(adjusted, bill.currency)],
    ['Taken off', bill && adjusted < 0n && money(-adjusted, bill.currency)],
    ['Already paid', bill && paid > 0n && money(paid, bill.currency)],
    ['No longer asked for', bill && writtenOff > 0n && money(writtenOff, bill.currency)],
  ]
  return html`<dl>${rows.map(([term, value]) => value && html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`
}
