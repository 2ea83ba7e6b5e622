import { hiddenFields } from '../html/field.ts'
import { type Html, html } from '../html/html.ts'
import type { Page } from '../html/layout.ts'
import { headlineMoney, money } from '../html/money.ts'
import { type ChoiceLine, parseSeen, sumOf } from './debts/choice.ts'
import type { Debt } from './debts/debt.ts'
import type { Owed } from './owed.ts'
import { withTracking } from './tracking.ts'

/** What a payer saw of a choice before, as the form had it. */
export type Moved = { seen: string }

/** Everything that the review of a choice shows. */
export type ReviewView = {
  owed: Owed
  lines: ChoiceLine[]
  /** The path of the page of what is owed. */
  path: string
  tracking: Record<string, string>
  /** The hidden fields of the form. */
  fields: [string, string][]
  moved?: Moved | undefined
  /** What of an amount that was typed finds no debt that takes it here. */
  unused: bigint
}

const shownLinesMax = 25

/** The page between what is owed and the card: how much goes to which debt, and what is still owed afterwards. */
export function reviewPage({ owed, lines, path, tracking, fields, moved, unused }: ReviewView): Page {
  const { merchant_name, mode } = owed.subject.environment
  const { currency } = (lines[0] as ChoiceLine).debt
  const sum = sumOf(lines)
  const left = leftAfter(owed, currency, sum)
  return {
    title: `${moved ? 'Please look again' : 'Review'} – ${merchant_name}`,
    merchant: merchant_name,
    face: owed.subject.face,
    test: mode === 'test',
    content: html`<section class="card">
${moved && movedNote(moved, lines)}<h1><small>You are about to pay</small> ${headlineMoney(sum, currency)}</h1>
${split(lines)}${
  unused > 0n &&
  html`<p class="hint">${money(unused, currency)} of what you entered is left out: what else you owe cannot be paid in part here.</p>\n`
}<p class="hint">${left > 0n ? html`After this you still owe ${money(left, currency)}.` : `After this you owe nothing more in ${currency}.`}</p>
<form method="post" action="${path}" data-payment-step>
${hiddenFields([...fields, ...Object.entries(tracking)])}<button type="submit" name="method" value="card">Continue to card payment</button>
</form>
<a class="button other" href="${withTracking(path, tracking)}#choose">Change</a>
</section>`,
    footer: html`You enter your card on the payment service’s own page. ${merchant_name} never sees it.`,
  }
}

function leftAfter({ totals, debts }: Owed, currency: string, sum: bigint): bigint {
  const owed = totals.find((total) => total.currency === currency)?.owed ?? 0n
  const moving = debts.filter((debt) => debt.currency === currency).reduce((all, one) => all + one.on_its_way, 0n)
  return owed - moving - sum
}

function split(lines: readonly ChoiceLine[]): Html {
  const shown = lines.length > shownLinesMax ? lines.slice(0, shownLinesMax - 1) : lines
  const others = lines.slice(shown.length)
  return html`<ul class="split">${shown.map(
    ({
      debt,
      amount,
    }) => html`<li><span class="what">${debt.name} <small>${partOf(debt, amount)}</small></span>${money(amount, debt.currency)}</li>
`,
  )}${others.length > 0 && html`<li><span class="what">${others.length} more</span>${money(sumOf(others), (others[0] as ChoiceLine).debt.currency)}</li>`}</ul>
`
}

function partOf({ open, due, account_name }: Debt, amount: bigint): string {
  const state = due?.state === 'overdue' ? 'overdue' : due?.state === 'today' ? 'due today' : undefined
  const part = amount < open ? 'in part' : amount > open ? 'in advance' : undefined
  return [account_name, state, part].filter((one) => one !== null && one !== undefined).join(', ')
}

/** What is different from what the payer saw: by debt, or the sum alone where they were many. */
function movedNote({ seen }: Moved, lines: readonly ChoiceLine[]): Html {
  const { amounts, sum } = parseSeen(seen)
  const { currency } = (lines[0] as ChoiceLine).debt
  const known = new Set(lines.map(({ debt }) => debt.shown_id))
  const wereMany = amounts.has('all')
  const isChanged = ({ debt, amount }: ChoiceLine) => amounts.get(debt.shown_id) !== amount
  const changes = wereMany ? [] : lines.filter(isChanged).slice(0, shownLinesMax)
  const gone = wereMany ? [] : [...amounts].filter(([shown_id]) => !known.has(shown_id))
  return html`<div class="note bad" role="alert"><h2>This has changed since you looked</h2>
${changes.map(({ debt, amount }) => {
  const before = amounts.get(debt.shown_id)
  return html`<p>${debt.name} is ${money(amount, currency)} now${before !== undefined && html`, it was ${money(before, currency)}`}.</p>`
})}${gone.map(([, amount]) => html`<p>${money(amount, currency)} is not owed any more.</p>`)}<p>It was ${money(sum, currency)} in all. Nothing was charged. Look at it, then pay.</p></div>
`
}
