import { currencySign } from '../core/money.ts'
import { hiddenFields, textField } from '../html/field.ts'
import { type Html, html } from '../html/html.ts'
import { money, payerLocale } from '../html/money.ts'
import type { AmountDueView } from './amount-due-view.ts'
import { isText } from './bill-particulars.ts'
import { formatDate } from './dates.ts'
import { tickedMax } from './debts/choice.ts'
import { type Debt, isPayableWhole } from './debts/debt.ts'
import { debtsMax } from './debts/store.ts'
import { withTracking } from './tracking.ts'

/** The debts of one page of the list, to be ticked. One payment has one currency, so each has a form of its own. */
export function debtList(view: AmountDueView): Html {
  const { owed, page } = view
  const shown = owed.debts.slice((page - 1) * tickedMax, page * tickedMax)
  const byCurrency = [...Map.groupBy(shown, ({ currency }) => currency)]
  return html`<div id="choose">${byCurrency.map(([currency, debts]) => currencyForm(view, currency, debts, byCurrency.length > 1))}</div>
${pager(view)}`
}

function currencyForm(view: AmountDueView, currency: string, debts: Debt[], several: boolean): Html {
  const { path, tracking, linkTo, fieldsFor } = view
  const tickable = fieldsFor !== undefined && debts.some(isPayableWhole)
  const [open, moving] = [debts.filter((debt) => debt.open > 0n), debts.filter((debt) => debt.open === 0n)]
  const groups = [...Map.groupBy([...open, ...moving], groupOf)]
  return html`<form class="card debts" method="get" action="${path}/review">
<h2>What you owe${several && ` in ${currency}`}</h2>
${groups.map(
  ([name, ones]) => html`<h3${name === 'Overdue' && html` class="late"`}>${name}</h3>
${ones.map((debt) => debtRow(debt, linkTo(debt), tickable))}`,
)}
${tickable && html`${hiddenFields(Object.entries(tracking))}<button type="submit">Continue with what is ticked</button>\n`}</form>
${tickable && anotherAmount(view, currency)}`
}

/** An amount that is spread over what is owed in a currency, the most urgent first. */
function anotherAmount({ path, tracking, fault }: AmountDueView, currency: string): Html {
  const id = `amount-${currency}`
  const error = fault?.currency === currency ? fault.detail : undefined
  return html`<details class="card"${error && html` open`}><summary>Pay another amount</summary><form method="get" action="${path}/review">
${hiddenFields([['currency', currency], ...Object.entries(tracking)])}${textField({
  name: 'amount',
  id,
  label: 'Amount to pay',
  prefix: currencySign(currency, payerLocale),
  value: error && fault?.typed,
  hint: 'It is used for what is overdue first, then by due date. You see the split before you pay.',
  error,
  inputmode: 'decimal',
  autocomplete: 'off',
})}
<button type="submit">Show the split</button>
</form></details>
`
}

function groupOf({ due, open, kind }: Debt): string {
  if (open === 0n) return 'Being paid just now'
  if (due) return { overdue: 'Overdue', today: 'Due today', later: 'Later' }[due.state]
  return kind === 'bill' ? 'Without a date' : 'Running balances'
}

function debtRow(debt: Debt, link: string, tickable: boolean): Html {
  const { shown_id, name, description, account_name, open, on_its_way, owed, currency, due } = debt
  const usable = tickable && isPayableWhole(debt)
  const facts = [
    account_name && shorten(account_name),
    due &&
      (due.state === 'overdue'
        ? `Due ${formatDate(due.date)}, ${due.days} ${due.days === 1 ? 'day' : 'days'} ago`
        : `Due ${formatDate(due.date)}`),
    open > 0n && on_its_way > 0n && html`${money(on_its_way, currency)} of it is being paid just now`,
    tickable && open > 0n && !usable && 'Not payable together with others',
  ].filter((one) => one !== null && one !== undefined && one !== false)
  return html`<div class="debt"><label>${
    usable
      ? html`<input type="checkbox" name="debt" value="${shown_id}"${due?.state === 'overdue' && html` checked`}>`
      : html`<span class="no-tick"></span>`
  }<span class="what">${shorten(name)}${
    isText(description) && html`<small><bdi>${shorten(description, descriptionMax)}</bdi></small>`
  }</span>${money(open > 0n ? open : owed, currency)}</label>
<p class="hint">${facts.map((fact, at) => html`${at > 0 && ' · '}${fact}`)}${facts.length > 0 && ' · '}<a href="${link}">Details</a></p></div>
`
}

// A name may have 255 characters. The page of the debt shows it whole.
const nameMax = 60
const descriptionMax = 80

function shorten(text: string, max = nameMax): string {
  const characters = [...text]
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : text
}

function pager({ owed, page, pages, path, tracking }: AmountDueView): Html {
  const listed = owed.debts.length
  const beyond = owed.totals.reduce((sum, { count }) => sum + count, 0) - listed
  const to = (number: number) => withTracking(`${path}?page=${number}`, tracking)
  return html`${
    pages > 1 &&
    html`<p class="pages">Page ${page} of ${pages}, ${listed} in all. ${page > 1 && html`<a href="${to(page - 1)}">Previous</a> `}${
      page < pages && html`<a href="${to(page + 1)}">Next</a>`
    }</p>\n`
  }${beyond > 0 && page === pages && html`<p class="hint">The sum above is of ${beyond} more than the ${debtsMax} that are listed. They are listed once these are paid.</p>`}`
}
