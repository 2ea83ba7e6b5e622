import { dateIn } from '../../core/clock.ts'
import { ownDirection } from '../../html/direction.ts'
import type { Catalogue } from '../../html/language/catalogue.ts'
import type { Voice } from '../../html/language/voice.ts'
import { moneyText } from '../../html/money.ts'
import type { TransactionKind } from '../../ledger/journal-rows.ts'
import { formatDate } from '../dates.ts'
import { shortName } from '../short-name.ts'
import type { PageSubject } from '../subject.ts'
import type { Days } from './days.ts'
import type { ShownMovement, ShownRow } from './store.ts'

type Amounts = [term: string, amount: string][]

/** A movement in words. What it was belongs to its day. */
export type ShownLine = { date: string; what: string; of: string; amount: string; balance: string }

/** What there is in one currency: its sums of all the days, and the movements that are shown. */
export type CurrencySection = {
  currency: string
  sums: Amounts
  /** What was owed before the first movement that is shown, where that is not the first of all. */
  brought: string | undefined
  lines: ShownLine[]
  /** How long the closing balance has been due, where a part of it is overdue. */
  ages: Amounts
}

/** A statement in words, for its page and its PDF alike. */
export type StatementView = {
  merchant: string
  test: boolean
  days: string
  facts: [term: string, value: string][]
  sections: CurrencySection[]
  /** What was paid and is used for nothing. Only the statement of a customer tells it. */
  held: string[]
}

/** What a statement is made of. */
export type StatementParts = {
  subject: PageSubject
  voice: Voice
  days: Days
  /** In the order of currencies. */
  rows: readonly ShownRow[]
  held: readonly { currency: string; amount: bigint }[]
}

/** What a statement says. */
export function viewStatement({ subject, voice, days, rows, held }: StatementParts): StatementView {
  const { statement, owed } = voice.text
  const { merchant_name, mode } = subject.environment
  const date = (day: string) => formatDate(day, voice)
  const { kind, customer_name, account_name, external_reference } = subject
  const facts: [string, string | null][] = [
    [owed.facts.billedTo, customer_name],
    [owed.facts.account, account_name],
    [owed.facts.numbers[kind], external_reference],
  ]
  return {
    merchant: merchant_name,
    test: mode === 'test',
    days: statement.days(date(days.from), date(days.to)),
    facts: facts.filter((fact): fact is [string, string] => fact[1] !== null),
    sections: [...Map.groupBy(rows, ({ currency }) => currency).values()].map((of) => sectionOf(of, subject, voice)),
    held: held.map(({ currency, amount }) =>
      statement.held(ownDirection(merchant_name, voice), moneyText(amount, currency, voice)),
    ),
  }
}

function sectionOf(rows: readonly ShownRow[], subject: PageSubject, voice: Voice): CurrencySection {
  const [first] = rows as [ShownRow]
  const { currency, opening, added, taken_off } = first
  const { sums, ages } = voice.text.statement
  const shown = (amount: bigint) => moneyText(amount, currency, voice)
  const owed = (amount: bigint) => (amount < 0n ? voice.text.statement.inCredit(shown(-amount)) : shown(amount))
  const overdue = first.days_1_30 + first.days_31_60 + first.days_61_90 + first.over_90 !== 0n
  const moved = rows.filter((row): row is ShownMovement => row.id !== null)
  const [next] = moved
  return {
    currency,
    sums: [
      [sums.opening, owed(opening)],
      [sums.added, shown(added)],
      [sums.takenOff, shown(taken_off)],
      [sums.closing, owed(opening + added - taken_off)],
    ],
    brought: next && next.number > 1n ? owed(next.balance - next.amount) : undefined,
    lines: moved.map((row) => lineOf(row, subject, voice)),
    ages: overdue ? ageNames.map((age) => [ages[age], owed(first[age])]) : [],
  }
}

const ageNames = ['current', 'days_1_30', 'days_31_60', 'days_61_90', 'over_90'] as const

function lineOf(row: ShownMovement, subject: PageSubject, voice: Voice): ShownLine {
  const { kind, label, reference, currency, amount, balance } = row
  const name = nameOfOwner(row, subject, voice)
  const raised = kind === 'bill_raised'
  const what = raised ? name : (label ?? voice.text.statement.kinds[kindNames[kind]])
  const notes = [raised ? '' : name, reference === null ? '' : shortName(reference)]
  return {
    date: formatDate(dateIn(subject.environment.time_zone, row.effective_at), voice),
    what: ownDirection(what, voice),
    of: notes
      .filter((note) => note !== '')
      .map((note) => ownDirection(note, voice))
      .join(voice.text.shell.comma),
    amount: moneyText(amount, currency, voice),
    balance: moneyText(balance, currency, voice),
  }
}

/** Whose balance moved, where that is not what the statement is of. */
function nameOfOwner(row: ShownMovement, { id }: PageSubject, { text }: Voice): string {
  const { owner_id, owner_kind, external_reference, account_name } = row
  const { names } = text.shell
  if (owner_id === id || owner_kind === 'customer') return ''
  return shortName(
    owner_kind === 'bill' ? names.bill(external_reference) : (account_name ?? names.account(external_reference)),
  )
}

type Kinds = Catalogue['statement']['kinds']

/** What a movement is to a payer. How money came to be applied or taken off is not. */
const kindNames: Readonly<Record<Exclude<TransactionKind, 'bill_raised'>, keyof Kinds>> = {
  opening_balance: 'opened',
  balance_set: 'changed',
  adjustment: 'changed',
  amount_paid_set: 'changed',
  fee: 'fee',
  credit_note: 'creditNote',
  credit: 'creditUsed',
  discount: 'discount',
  write_off: 'writtenOff',
  bill_voided: 'withdrawn',
  payment: 'payment',
  application: 'payment',
  application_reversal: 'takenBack',
  payment_reversal: 'takenBack',
  refund: 'refund',
  refund_succeeded: 'refund',
  refund_failed: 'cameBack',
  dispute_won: 'cameBack',
  transfer: 'movedOn',
}
