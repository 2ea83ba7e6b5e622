import { currencySign, editableMoney, maxAmount } from '../core/money.ts'
import type { PayableRange } from '../core/payment-rules.ts'
import { errorSummary, hiddenFields, textField } from '../html/field.ts'
import { type Html, html, isolated } from '../html/html.ts'
import type { Catalogue } from '../html/language/catalogue.ts'
import type { Voice } from '../html/language/voice.ts'
import type { Page } from '../html/layout.ts'
import { headlineMoney, money } from '../html/money.ts'
import { amountsOf, closedBy } from '../ledger/bill-amounts.ts'
import type { AmountDueView } from './amount-due-view.ts'
import { sumOfParts } from './announced/list.ts'
import { transferNote } from './announced/note.ts'
import { transferPath } from './announced/path.ts'
import { billParticulars } from './bill-particulars.ts'
import { withCarried } from './carried.ts'
import { creditForm, creditUsedNote } from './credit/note.ts'
import { formatDate, formatDateTime } from './dates.ts'
import { debtList } from './debt-list.ts'
import { type Debt, type Due, isPayableWhole } from './debts/debt.ts'
import { factList } from './fact-list.ts'
import { howToPay } from './how-to-pay.ts'
import type { Owed } from './owed.ts'
import { paymentsSoFar } from './payments-so-far.ts'
import type { PageSubject } from './subject.ts'
import { cardNote, onward } from './ways.ts'

/** The page of a customer, an account or a bill: who is owed, by whom, how much, and how to pay it. */
export function amountDuePage(view: AmountDueView): Page {
  const { owed, voice, query, fault, way_up } = view
  const { text } = voice
  const { merchant_name, mode } = owed.subject.environment
  const several = owed.debts.length > 1
  const title = owed.debts.length > 0 ? text.owed.titles.pay(merchant_name) : text.owed.titles.nothing(merchant_name)
  return {
    voice,
    query,
    title: fault ? text.owed.titles.error(title) : title,
    merchant: merchant_name,
    face: owed.subject.face,
    test: mode === 'test',
    content: html`${
      way_up &&
      html`<p class="up"><a href="${way_up.path}">${way_up.kind === 'customer' ? text.owed.allOf.customer : text.owed.allOf.account}</a></p>\n`
    }<section class="card">
${heading(owed, voice)}
${view.credit_used && creditUsedNote(view.credit_used, voice)}${offlineFirst(view)}${owed.subject.bill && billParticulars(owed.subject.bill, voice)}${notes(view)}${announced(view)}${several ? everything(view) : single(view)}${message(owed)}${facts(owed, voice)}${paymentsSoFar(view)}${statementLink(view)}${calendar(view)}${otherWays(view)}
</section>
${several && debtList(view)}`,
    footer: footer(view),
  }
}

function footer({ owed: { subject, debts }, voice, fieldsFor, ways }: AmountDueView): Html | undefined {
  const { guest_until, environment } = subject
  const sentences = [
    fieldsFor && debts.length > 0 && cardNote(ways, environment.merchant_name, voice),
    guest_until && voice.text.owed.pageEnds(formatDateTime(guest_until, environment.time_zone, voice)),
  ].filter((one) => one !== undefined && one !== false)
  return sentences.length > 0 ? html`${sentences.map((one, at) => html`${at > 0 && ' '}${one}`)}` : undefined
}

function heading({ subject, debts, totals }: Owed, voice: Voice): Html {
  const text = voice.text.owed
  const owing = totals.filter(({ owed }) => owed > 0n)
  if (owing.length > 0) {
    const amounts = owing.map(({ currency, owed }) => {
      const moving = debts.filter((debt) => debt.currency === currency).reduce((sum, one) => sum + one.on_its_way, 0n)
      return headlineMoney(owed - moving, currency, voice)
    })
    const { customer_name: name } = subject
    const due = debts.length === 1 ? dueLine(debts[0]?.due, voice) : overdueLine(debts, voice)
    return html`<h1><small>${name === null ? text.youOwe : text.namedOwes(isolated(name))}</small> ${amounts}</h1>${due}`
  }
  const { heading, detail } = closedText(subject, text)
  return html`<h1>${heading}</h1><p>${detail}</p>`
}

function closedText({ bill }: PageSubject, text: Catalogue['owed']): { heading: string; detail: string } {
  if (bill?.status === 'voided') return text.withdrawn
  const closed = bill && closedBy(bill)
  if (closed === 'payment') return text.paid
  return closed ? text.settled : text.nothing
}

function dueLine(due: Due | undefined, voice: Voice): Html | undefined {
  if (!due) return undefined
  const text = voice.text.owed
  const date = formatDate(due.date, voice)
  if (due.state === 'today') return html`<p class="due today"><strong>${text.dueToday}</strong></p>`
  if (due.state === 'later') return html`<p class="due">${text.dueIn(due.days, date)}</p>`
  return html`<p class="due late">${text.overdueSince(date, due.days)}</p>`
}

function overdueLine(debts: readonly Debt[], voice: Voice): Html[] {
  const late = debts.filter(({ due, open }) => due?.state === 'overdue' && open > 0n)
  return [...Map.groupBy(late, ({ currency }) => currency)].map(([currency, ones]) => {
    const sum = ones.reduce((total, { open }) => total + open, 0n)
    const since = formatDate(ones[0]?.due_date ?? '', voice)
    return html`<p class="due late">${voice.text.owed.sumOverdue(money(sum, currency, voice), since)}</p>`
  })
}

/** What is not part of what is to be paid and must not be hidden: on its way, in credit, held. */
function notes({ owed, voice, credit_offers, path, carried }: AmountDueView): Html[] {
  const { subject, debts, totals, held } = owed
  const text = voice.text.owed
  const merchant = isolated(subject.environment.merchant_name)
  const moving = Map.groupBy(
    debts.filter(({ on_its_way }) => on_its_way > 0n),
    ({ currency }) => currency,
  )
  return [
    ...[...moving].map(([currency, ones]) => {
      const sum = ones.reduce((total, { on_its_way }) => total + on_its_way, 0n)
      return html`<div class="note" role="status"><p>${text.onItsWay(money(sum, currency, voice))}</p></div>\n`
    }),
    ...totals
      .filter(({ credit }) => credit > 0n)
      .map(({ currency, credit, owed }) => {
        const offer = credit_offers.find((one) => one.currency === currency)
        return html`<div class="note"><p>${text.inCredit(money(credit, currency, voice))}${
          owed > 0n && ` ${text.notTakenOff}`
        }</p>${offer && creditForm(offer, [...offer.fields, ...Object.entries(carried)], path, voice)}</div>\n`
      }),
    ...held.map(
      ({ currency, amount }) =>
        html`<div class="note"><p>${text.held(merchant, money(amount, currency, voice))}${
          debts.length > 0 && ` ${text.notTakenOff}`
        }</p></div>\n`,
    ),
  ]
}

/** Bank transfers that were announced: they are not here yet, so nothing is lowered by them. */
function announced({ owed, voice, path, carried }: AmountDueView): Html[] {
  return owed.announced.map((one) => {
    const own = one.begun_here ? withCarried(transferPath(path, one.id), carried) : undefined
    return transferNote({ ...one, amount: sumOfParts(one), path: own }, owed.subject.environment.time_zone, voice)
  })
}

/** The buttons that pay all that can be paid here, one for each currency, and the way to choose. */
function everything(view: AmountDueView): Html {
  const { owed, voice, fieldsFor, path, carried, fault } = view
  const text = voice.text.owed
  if (!fieldsFor) return notPayableHere(owed, voice)
  const byCurrency = [...Map.groupBy(owed.debts.filter(isPayableWhole), ({ currency }) => currency)]
  const buttons = byCurrency.map(([currency, ones]) => {
    const sum = ones.reduce((total, { open }) => total + open, 0n)
    const listed = owed.debts.filter((debt) => debt.currency === currency)
    const all =
      listed.every((debt) => debt.open === 0n || isPayableWhole(debt)) &&
      listed.length === owed.totals.find((total) => total.currency === currency)?.count
    const url = withCarried(`${path}/review?everything=${currency}`, carried)
    const shown = money(sum, currency, voice)
    return html`<a class="button" href="${url}">${all ? text.payEverything(shown) : text.payAllPossible(shown)}</a>\n`
  })
  return html`${errorSummary(fault ? [{ name: 'choose', detail: fault.detail }] : [], voice)}${buttons}${
    byCurrency.length > 0 && html`<a class="button other" href="#choose">${text.choose}</a>\n`
  }`
}

/** The form of the one debt that there is, or that may be paid in advance; otherwise why there is none. */
function single(view: AmountDueView): Html | undefined {
  const { owed, voice, fieldsFor, fault } = view
  const debt = owed.debts[0] ?? owed.settled
  if (!debt || !fieldsFor || !debt.range) {
    const refused = fault && html`<div class="note" role="alert"><p>${fault.detail}</p></div>\n`
    return html`${refused}${debt && debt.open > 0n && notPayableHere(owed, voice, debt, fieldsFor !== undefined)}`
  }
  const form = payForm(view, debt, fieldsFor(debt), debt.range)
  if (fault || debt.open > 0n) return form
  const { payMore, payInAdvance } = voice.text.owed
  return html`<details><summary>${debt.owed > 0n ? payMore : payInAdvance}</summary>${form}</details>`
}

/** Why a debt that is shown cannot be paid here, and what to do instead. */
function notPayableHere({ subject }: Owed, voice: Voice, debt?: Debt, online = false): Html {
  const text = voice.text.owed
  const merchant = isolated(subject.environment.merchant_name)
  const shown = (amount: bigint, { currency }: Debt) => money(amount, currency, voice)
  return html`<div class="note"><p>${
    online && debt
      ? text.onlyWhole(shown(debt.open, debt), shown(debt.rules.max_amount, debt), merchant)
      : subject.face.how_to_pay
        ? text.refused.notOnline
        : text.notOnline(merchant)
  }</p></div>\n`
}

function message({ subject: { face } }: Owed): Html | undefined {
  return face.message ? html`<p class="note lines">${face.message}</p>\n` : undefined
}

/** How to pay elsewhere, before anything else: where nothing can be paid here. */
function offlineFirst({ owed, voice, fieldsFor }: AmountDueView): Html | undefined {
  if (fieldsFor || !owed.debts.some(({ open }) => open > 0n)) return undefined
  return howToPay(owed.subject, voice, html`<h2>${voice.text.owed.howToPay}</h2>`)
}

/** The way to how to pay elsewhere, where it can be paid here. */
function otherWays({ owed, voice, fieldsFor, path, carried }: AmountDueView): Html | undefined {
  if (!fieldsFor || !owed.subject.face.how_to_pay || owed.debts.length === 0) return undefined
  return html`<p class="more"><a href="${withCarried(`${path}/ways`, carried)}">${voice.text.owed.otherWays}</a></p>`
}

/** The way to the statement of a customer or an account. */
function statementLink({ owed: { subject }, voice, path, carried }: AmountDueView): Html | undefined {
  if (subject.kind === 'bill') return undefined
  return html`<p class="more"><a href="${withCarried(`${path}/statement`, carried)}">${voice.text.statement.title}</a></p>\n`
}

/** The way to the day on which a bill is due, unless that has passed. */
function calendar({ owed: { subject, debts }, voice, path, carried }: AmountDueView): Html | undefined {
  const due = subject.bill && debts[0]?.due
  if (!due || due.state === 'overdue') return undefined
  return html`<p class="more"><a href="${withCarried(`${path}/due.ics`, carried)}">${voice.text.history.calendar}</a></p>\n`
}

function payForm(
  { voice, path, carried, fault, ways }: AmountDueView,
  debt: Debt,
  fields: [string, string][],
  range: PayableRange,
): Html {
  const text = voice.text.owed
  const { currency } = debt
  const fixed = range.from === range.to
  const amount = fixed
    ? hiddenFields([['amount', editableMoney(range.to, currency, voice.locale)]])
    : textField({
        name: 'amount',
        label: text.amountToPay,
        prefix: currencySign(currency, voice.locale),
        value: fault?.typed ?? suggestion(debt, range, voice),
        hint: limits(range, currency, voice),
        error: fault?.detail,
        inputmode: 'decimal',
        autocomplete: 'off',
      })
  const faults = fault ? [{ name: fixed ? 'pay' : 'amount', detail: fault.detail }] : []
  return html`${errorSummary(faults, voice)}<form method="post" action="${path}" data-payment-step novalidate>
${hiddenFields([...fields, ...Object.entries(carried)])}${amount}
<button type="submit" id="pay" name="method" value="card">${fixed ? text.pay(money(range.to, currency, voice)) : onward(ways, voice)}</button>
</form>\n`
}

/** The suggested amount: what is open, within the payable range; empty when there is none. */
function suggestion({ open, currency }: Debt, { from, to }: PayableRange, { locale }: Voice): string {
  const amount = open > to ? to : open
  return amount >= from ? editableMoney(amount, currency, locale) : ''
}

function limits({ from, to }: PayableRange, currency: string, voice: Voice): Html | string {
  const text = voice.text.owed.limits
  const least = from > 1n && money(from, currency, voice)
  const most = to < maxAmount && money(to, currency, voice)
  if (most) return least ? text.between(least, most) : text.upTo(most)
  return least ? text.from(least) : text.any
}

function facts({ subject }: Owed, voice: Voice): Html {
  const text = voice.text.owed.facts
  const { kind, customer_name, account_name, external_reference, bill } = subject
  const paid = bill ? amountsOf(bill).paid : 0n
  const adjusted = bill?.amount_adjusted ?? 0n
  const writtenOff = bill?.amount_written_off ?? 0n
  const changed = paid > 0n || adjusted !== 0n || writtenOff > 0n
  const rows: [string, string | Html | null | undefined | false][] = [
    [text.billedTo, customer_name],
    [text.account, account_name],
    [text.numbers[kind], external_reference],
    [text.billDate, bill && formatDate(bill.bill_date, voice)],
    [text.due, bill?.due_date && bill.status === 'unpaid' && formatDate(bill.due_date, voice)],
    [text.billTotal, bill && changed && money(bill.amount_due, bill.currency, voice)],
    [text.added, bill && adjusted > 0n && money(adjusted, bill.currency, voice)],
    [text.takenOff, bill && adjusted < 0n && money(-adjusted, bill.currency, voice)],
    [text.alreadyPaid, bill && paid > 0n && money(paid, bill.currency, voice)],
    [text.writtenOff, bill && writtenOff > 0n && money(writtenOff, bill.currency, voice)],
  ]
  return factList(rows)
}
