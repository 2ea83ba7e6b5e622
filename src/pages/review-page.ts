import { hiddenFields } from '../html/field.ts'
import { type Html, html, isolated } from '../html/html.ts'
import type { Voice } from '../html/language/voice.ts'
import type { Page } from '../html/layout.ts'
import { headlineMoney, money } from '../html/money.ts'
import type { Way } from '../payments/processor/bank-transfer/bank-transfer.ts'
import { withCarried } from './carried.ts'
import { type ChoiceLine, parseSeen, sumOf } from './debts/choice.ts'
import { accountOf, type Debt, nameOf } from './debts/debt.ts'
import type { Owed } from './owed.ts'
import { cardNote, onward } from './ways.ts'

/** What a payer saw of a choice before, as the form had it. */
export type Moved = { seen: string }

/** Everything that the review of a choice shows. */
export type ReviewView = {
  owed: Owed
  voice: Voice
  lines: ChoiceLine[]
  /** The path of the page of what is owed. */
  path: string
  /** With which it is opened again, without its language. */
  query: string
  carried: Record<string, string>
  /** The hidden fields of the form. */
  fields: [string, string][]
  /** How it can be paid. */
  ways: readonly Way[]
  moved?: Moved | undefined
  /** What of an amount that was typed finds no debt that takes it here. */
  unused: bigint
}

const shownLinesMax = 25

/** The page between what is owed and the card: how much goes to which debt, and what is still owed afterwards. */
export function reviewPage(view: ReviewView): Page {
  const { owed, voice, lines, path, query, carried, fields, ways, moved, unused } = view
  const text = voice.text.paying.review
  const { merchant_name, mode } = owed.subject.environment
  const { currency } = (lines[0] as ChoiceLine).debt
  const sum = sumOf(lines)
  const left = leftAfter(owed, currency, sum)
  return {
    voice,
    query,
    title: moved ? text.movedTitle(merchant_name) : text.title(merchant_name),
    merchant: merchant_name,
    face: owed.subject.face,
    test: mode === 'test',
    content: html`<section class="card">
${moved && movedNote(moved, lines, voice)}<h1><small>${text.aboutToPay}</small> ${headlineMoney(sum, currency, voice)}</h1>
${split(lines, voice)}${
  unused > 0n && html`<p class="hint">${text.unused(money(unused, currency, voice))}</p>\n`
}<p class="hint">${left > 0n ? text.stillOwed(money(left, currency, voice)) : text.nothingMore(currency)}</p>
<form method="post" action="${path}" data-payment-step>
${hiddenFields([...fields, ...Object.entries(carried)])}<button type="submit" name="method" value="card">${onward(ways, voice)}</button>
</form>
<a class="button other" href="${withCarried(path, carried)}#choose">${text.change}</a>
</section>`,
    footer: cardNote(ways, merchant_name, voice),
  }
}

function leftAfter({ totals, debts }: Owed, currency: string, sum: bigint): bigint {
  const owed = totals.find((total) => total.currency === currency)?.owed ?? 0n
  const moving = debts.filter((debt) => debt.currency === currency).reduce((all, one) => all + one.on_its_way, 0n)
  return owed - moving - sum
}

function split(lines: readonly ChoiceLine[], voice: Voice): Html {
  const shown = lines.length > shownLinesMax ? lines.slice(0, shownLinesMax - 1) : lines
  const others = lines.slice(shown.length)
  const amountOf = (amount: bigint) => money(amount, (lines[0] as ChoiceLine).debt.currency, voice)
  return html`<ul class="split">${shown.map(
    ({
      debt,
      amount,
    }) => html`<li><span class="what">${isolated(nameOf(debt, voice))} <small>${partOf(debt, amount, voice)}</small></span>${amountOf(amount)}</li>
`,
  )}${others.length > 0 && html`<li><span class="what">${voice.text.paying.review.more(others.length)}</span>${amountOf(sumOf(others))}</li>`}</ul>
`
}

function partOf(debt: Debt, amount: bigint, { text }: Voice): Html {
  const { overdue, today, inPart, inAdvance } = text.paying.review
  const { open, due } = debt
  const account = accountOf(debt)
  const state = due?.state === 'overdue' ? overdue : due?.state === 'today' ? today : undefined
  const part = amount < open ? inPart : amount > open ? inAdvance : undefined
  const facts = [account !== null && isolated(account), state, part].filter((one) => one !== undefined && one !== false)
  return html`${facts.map((fact, at) => html`${at > 0 && text.shell.comma}${fact}`)}`
}

/** What is different from what the payer saw: by debt, or the sum alone where they were many. */
function movedNote({ seen }: Moved, lines: readonly ChoiceLine[], voice: Voice): Html {
  const text = voice.text.paying.review
  const { amounts, sum } = parseSeen(seen)
  const { currency } = (lines[0] as ChoiceLine).debt
  const shown = (amount: bigint) => money(amount, currency, voice)
  const known = new Set(lines.map(({ debt }) => debt.shown_id))
  const wereMany = amounts.has('all')
  const isChanged = ({ debt, amount }: ChoiceLine) => amounts.get(debt.shown_id) !== amount
  const changes = wereMany ? [] : lines.filter(isChanged).slice(0, shownLinesMax)
  const gone = wereMany ? [] : [...amounts].filter(([shown_id]) => !known.has(shown_id))
  return html`<div class="note bad" role="alert"><h2>${text.moved}</h2>
${changes.map(({ debt, amount }) => {
  const before = amounts.get(debt.shown_id)
  const name = isolated(nameOf(debt, voice))
  return html`<p>${before === undefined ? text.isNow(name, shown(amount)) : text.isNowAndWas(name, shown(amount), shown(before))}</p>`
})}${gone.map(([, amount]) => html`<p>${text.notOwed(shown(amount))}</p>`)}<p>${text.wasInAll(shown(sum))}</p></div>
`
}
