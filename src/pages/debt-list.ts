import { currencySign } from '../core/money.ts'
import { hiddenFields, textField } from '../html/field.ts'
import { type Html, html, isolated } from '../html/html.ts'
import type { Voice } from '../html/language/voice.ts'
import { money } from '../html/money.ts'
import type { AmountDueView } from './amount-due-view.ts'
import { isText } from './bill-particulars.ts'
import { withCarried } from './carried.ts'
import { formatDate } from './dates.ts'
import { tickedMax } from './debts/choice.ts'
import { accountOf, type Debt, type Due, isPayableWhole, nameOf } from './debts/debt.ts'
import { debtsMax } from './debts/store.ts'
import { shortName } from './short-name.ts'

/** The debts of one page of the list, to be ticked. One payment has one currency, so each has a form of its own. */
export function debtList(view: AmountDueView): Html {
  const { owed, page } = view
  const shown = owed.debts.slice((page - 1) * tickedMax, page * tickedMax)
  const byCurrency = [...Map.groupBy(shown, ({ currency }) => currency)]
  return html`<div id="choose">${byCurrency.map(([currency, debts]) => currencyForm(view, currency, debts, byCurrency.length > 1))}</div>
${pager(view)}`
}

function currencyForm(view: AmountDueView, currency: string, debts: Debt[], several: boolean): Html {
  const { voice, path, carried, linkTo, fieldsFor } = view
  const text = voice.text.debts
  const tickable = fieldsFor !== undefined && debts.some(isPayableWhole)
  const [open, moving] = [debts.filter((debt) => debt.open > 0n), debts.filter((debt) => debt.open === 0n)]
  const groups = [...Map.groupBy([...open, ...moving], groupOf)]
  return html`<form class="card debts" method="get" action="${path}/review">
<h2>${several ? text.headingIn(currency) : text.heading}</h2>
${groups.map(
  ([group, ones]) => html`<h3${group === 'overdue' && html` class="late"`}>${text.groups[group]}</h3>
${ones.map((debt) => debtRow(debt, linkTo(debt), tickable, voice))}`,
)}
${tickable && html`${hiddenFields(Object.entries(carried))}<button type="submit">${text.payTicked}</button>\n`}</form>
${tickable && anotherAmount(view, currency)}`
}

/** An amount that is spread over what is owed in a currency, the most urgent first. */
function anotherAmount({ voice, path, carried, fault }: AmountDueView, currency: string): Html {
  const text = voice.text.debts
  const id = `amount-${currency}`
  const error = fault?.currency === currency ? fault.detail : undefined
  return html`<details class="card"${error && html` open`}><summary>${text.anotherAmount}</summary><form method="get" action="${path}/review">
${hiddenFields([['currency', currency], ...Object.entries(carried)])}${textField({
  name: 'amount',
  id,
  label: voice.text.owed.amountToPay,
  prefix: currencySign(currency, voice.locale),
  value: error && fault?.typed,
  hint: text.spreadHint,
  error,
  inputmode: 'decimal',
  autocomplete: 'off',
})}
<button type="submit">${text.showSplit}</button>
</form></details>
`
}

function groupOf({ due, open, kind }: Debt): keyof Voice['text']['debts']['groups'] {
  if (open === 0n) return 'moving'
  if (due) return due.state
  return kind === 'bill' ? 'undated' : 'running'
}

function debtRow(debt: Debt, link: string, tickable: boolean, voice: Voice): Html {
  const text = voice.text.debts
  const { shown_id, description, open, on_its_way, owed, currency, due } = debt
  const usable = tickable && isPayableWhole(debt)
  const account = accountOf(debt)
  const facts = [
    account && isolated(shortName(account)),
    due && dueText(formatDate(due.date, voice), due, voice),
    open > 0n && on_its_way > 0n && text.partMoving(money(on_its_way, currency, voice)),
    tickable && open > 0n && !usable && text.notTogether,
  ].filter((one) => one !== null && one !== undefined && one !== false)
  return html`<div class="debt"><label>${
    usable
      ? html`<input type="checkbox" name="debt" value="${shown_id}"${due?.state === 'overdue' && html` checked`}>`
      : html`<span class="no-tick"></span>`
  }<bdi class="what">${shortName(nameOf(debt, voice))}${
    isText(description) && html`<small><bdi>${shortName(description, descriptionMax)}</bdi></small>`
  }</bdi>${money(open > 0n ? open : owed, currency, voice)}</label>
<p class="hint">${facts.map((fact, at) => html`${at > 0 && ' · '}${fact}`)}${facts.length > 0 && ' · '}<a href="${link}">${text.details}</a></p></div>
`
}

function dueText(date: string, { state, days }: Due, { text }: Voice): string {
  return state === 'overdue' ? text.debts.dueAgo(date, days) : text.debts.dueOn(date)
}

const descriptionMax = 80

function pager({ owed, voice, page, pages, path, carried }: AmountDueView): Html {
  const text = voice.text.debts
  const listed = owed.debts.length
  const beyond = owed.totals.reduce((sum, { count }) => sum + count, 0) - listed
  const to = (number: number) => withCarried(`${path}?page=${number}`, carried)
  return html`${
    pages > 1 &&
    html`<p class="pages">${text.pages(page, pages, listed)} ${page > 1 && html`<a href="${to(page - 1)}">${text.previous}</a> `}${
      page < pages && html`<a href="${to(page + 1)}">${text.next}</a>`
    }</p>\n`
  }${beyond > 0 && page === pages && html`<p class="hint">${text.beyond(beyond, debtsMax)}</p>`}`
}
