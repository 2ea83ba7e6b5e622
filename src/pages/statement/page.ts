import { readStyle } from '../../html/document.ts'
import { type Html, html } from '../../html/html.ts'
import type { Voice } from '../../html/language/voice.ts'
import type { Page } from '../../html/layout.ts'
import { withCarried } from '../carried.ts'
import { factList } from '../fact-list.ts'
import type { PageSubject } from '../subject.ts'
import type { Days } from './days.ts'
import type { CurrencySection, ShownLine, StatementView } from './view.ts'

/** What the page of a statement is made of. */
export type StatementPage = {
  subject: PageSubject
  voice: Voice
  /** The path of the page of what is owed. */
  path: string
  carried: Record<string, string>
  /** The days that are shown or, where those are none, that were typed. */
  days: Days
  choices: [name: string, days: Days][]
  /** `undefined` where no statement can be shown, since the days are none. */
  view: StatementView | undefined
  page: number
  pages: number
  count: number
  /** Where it is as a PDF, or why it is none. */
  pdf: { path: string } | { why_not: string }
}

const statementStyle = readStyle(new URL('./statement.css', import.meta.url))

/** The page of a statement: which days, what was owed before and after them, and what was moved in between. */
export function statementPage(parts: StatementPage): Page {
  const { subject, voice, path, carried, view } = parts
  const { merchant_name, mode } = subject.environment
  const { statement, history, owed } = voice.text
  const title = `${statement.title} – ${merchant_name}`
  return {
    voice,
    query: new URLSearchParams(queryOf(parts.days, parts.page)).toString(),
    title: view ? title : owed.titles.error(title),
    merchant: merchant_name,
    face: subject.face,
    test: mode === 'test',
    style: statementStyle,
    content: html`<section class="card"><h1>${view && html`<small>${view.days}</small> `}${statement.title}</h1>
${chooseDays(parts)}${view && shownStatement(parts, view)}<p class="no-print"><a class="button other" href="${withCarried(path, carried)}">${history.back}</a></p></section>`,
  }
}

function queryOf({ from, to }: Days, page: number): Record<string, string> {
  return { from, to, ...(page > 1 && { page: String(page) }) }
}

function addressOf({ path, carried }: StatementPage, days: Days, page = 1): string {
  return withCarried(`${path}/statement`, { ...queryOf(days, page), ...carried })
}

/** The days by their names and, below, by themselves: without a script. */
function chooseDays(parts: StatementPage): Html {
  const { voice, path, carried, days, choices, view } = parts
  const text = voice.text.statement
  const isChosen = ({ from, to }: Days) => from === days.from && to === days.to
  const field = (
    name: 'from' | 'to',
  ) => html`<div class="field${!view && ' wrong'}"><label for="${name}">${text[name]}</label>
<div class="input"><input type="date" id="${name}" name="${name}" value="${days[name]}" required${!view && html` aria-invalid="true" aria-describedby="wrong"`}></div></div>
`
  return html`<p class="choices no-print">${choices.map(
    ([name, one]) =>
      html`<a href="${addressOf(parts, one)}"${isChosen(one) && html` aria-current="page"`}>${name}</a> `,
  )}</p>
<details class="no-print"${!view && html` open`}><summary>${text.otherDays}</summary><form method="get" action="${path}/statement">
${!view && html`<div class="note bad" role="alert"><p id="wrong">${text.wrongDays}</p></div>\n`}<div class="row">${field('from')}${field('to')}</div>
${Object.entries(carried).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}<button type="submit">${text.show}</button></form></details>
`
}

function shownStatement(parts: StatementPage, { facts, sections, held }: StatementView): Html {
  const { voice, pdf } = parts
  const text = voice.text.statement
  return html`${factList(facts)}${sections.length === 0 && html`<p>${text.none}</p>\n`}${sections.map((one) => section(one, sections.length > 1, voice))}${pager(parts)}
${held.map((one) => html`<div class="note"><p>${one}</p></div>\n`)}<p class="no-print${'why_not' in pdf && ' hint'}">${
    'path' in pdf ? html`<a class="button" href="${pdf.path}">${text.save}</a>` : pdf.why_not
  }</p>
`
}

function section({ currency, sums, brought, lines, ages }: CurrencySection, several: boolean, voice: Voice): Html {
  const text = voice.text.statement
  return html`${several && html`<h2>${currency}</h2>`}${amounts(sums)}${
    lines.length === 0
      ? html`<p>${text.none}</p>\n`
      : html`<p class="hint">${text.explained}</p><ul class="split">${
          brought !== undefined &&
          html`<li><span class="what">${text.brought}</span><span class="money">${brought}</span></li>\n`
        }${lines.map(line)}</ul>\n`
  }${ages.length > 0 && html`<h2>${text.overdue}</h2>${amounts(ages)}`}`
}

function line({ date, what, of, amount, balance }: ShownLine): Html {
  return html`<li><span class="what">${what} <small>${date}${of && html` · ${of}`}</small></span><span class="money">${amount}<small>${balance}</small></span></li>\n`
}

function amounts(rows: CurrencySection['sums']): Html {
  return html`<dl class="sums">${rows.map(
    ([term, amount]) => html`<div><dt>${term}</dt><dd><span class="money">${amount}</span></dd></div>`,
  )}</dl>`
}

function pager(parts: StatementPage): Html | undefined {
  const { voice, days, page, pages, count } = parts
  if (pages < 2) return undefined
  const text = voice.text.debts
  const to = (number: number) => addressOf(parts, days, number)
  return html`<p class="pages">${text.pages(page, pages, count)} ${page > 1 && html`<a href="${to(page - 1)}">${text.previous}</a> `}${
    page < pages && html`<a href="${to(page + 1)}">${text.next}</a>`
  }</p>`
}
