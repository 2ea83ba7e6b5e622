import { dateIn } from '../../core/clock.ts'
import { receiptNumber } from '../../core/receipt-address.ts'
import { moneyText } from '../../html/money.ts'
import type { FrozenLine, LaterChange, ReceiptFacts, StoredReceipt } from '../../payments/receipt/store.ts'
import { formatDate, formatDateTime } from '../dates.ts'
import { methodName } from '../method-name.ts'
import { receiptVoice, receiptWords as words } from './words.ts'

/** A receipt in words, for its page, its PDF and its message alike. */
export type ReceiptView = {
  merchant: string
  test: boolean
  /** Whether the money went to anything. */
  used: boolean
  /** The amount with the code of its currency. */
  amount: string
  facts: [term: string, value: string][]
  lines: { name: string; note: string; amount: string }[]
  /** What was not needed, and why. */
  not_needed: string[]
  since: string[]
}

/** A receipt shows no more lines than these; a page pays for no more. */
const linesMax = 1_000

/** What a receipt says, with what has become of the money since. */
export function viewReceipt(receipt: StoredReceipt, since: readonly LaterChange[]): ReceiptView {
  const { facts } = receipt
  const { currency, merchant } = facts
  const show = (amount: number | bigint) => moneyText(BigInt(amount), currency, receiptVoice)
  return {
    merchant: merchant.name,
    test: facts.mode === 'test',
    used: facts.amount > facts.unapplied_amount,
    amount: withCode(show(facts.amount), currency),
    facts: factsOf(receipt),
    lines: linesOf(receipt, show),
    not_needed: notNeeded(receipt, show),
    since: since.map((change) => {
      const date = formatDate(dateIn(facts.time_zone, change.at), receiptVoice)
      if (change.kind === 'used') return words.used(date, show(change.amount))
      if (change.kind === 'reversed') return words.reversed(date, show(change.amount))
      const at = facts.lines.findIndex(({ receivable_id }) => receivable_id === change.receivable_id)
      return words.takenBack(date, show(change.amount), nameAt(receipt, at), merchant.name)
    }),
  }
}

/** Some amounts have the code already. */
function withCode(amount: string, currency: string): string {
  return amount.includes(currency) ? amount : `${amount} ${currency}`
}

function factsOf({ payment_id, facts, personal }: StoredReceipt): [string, string][] {
  const { merchant, time_zone, received_at, currency, channel } = facts
  const contact = [merchant.phone, merchant.email, merchant.website].filter((way) => way !== null)
  const rows: [string, string | null | undefined][] = [
    [words.number, receiptNumber(payment_id)],
    [words.date, formatDateTime(new Date(received_at), time_zone, receiptVoice)],
    [words.paidTo, merchant.name],
    [words.legalName, merchant.legal_name],
    [words.contact, contact.length > 0 ? contact.join(' · ') : null],
    [words.billedTo, personal?.customer_name],
    [words.paidWith, personal?.method ? methodName(personal.method, receiptVoice) : words.channel(channel)],
    [words.currency, currency],
    [words.about, personal?.asked_description],
    [words.reference, personal?.asked_reference ?? personal?.reference],
  ]
  return rows.filter((row): row is [string, string] => typeof row[1] === 'string')
}

type Show = (amount: number | bigint) => string

function linesOf(receipt: StoredReceipt, show: Show): ReceiptView['lines'] {
  const { facts, personal } = receipt
  const brought = facts.lines.flatMap((line, at) => (line.amount > 0 ? [{ line, at }] : []))
  const shown = brought.slice(0, linesMax).map(({ line, at }) => ({
    name: nameAt(receipt, at),
    note: [personal?.lines[at]?.description, accountOf(receipt, at), resultOf(line, show)].filter(Boolean).join(', '),
    amount: show(line.amount),
  }))
  const rest = brought.slice(linesMax)
  if (rest.length > 0) {
    const amount = show(rest.reduce((sum, { line }) => sum + line.amount, 0))
    shown.push({ name: words.more(rest.length), note: '', amount })
  }
  if (facts.direct_amount > 0) {
    shown.push({ name: words.direct, note: personal?.asked_description ?? '', amount: show(facts.direct_amount) })
  }
  return shown
}

function nameAt({ facts, personal }: StoredReceipt, at: number): string {
  const kind = facts.lines[at]?.kind ?? 'customer'
  return words.debt(kind, personal?.lines[at])
}

function accountOf({ facts, personal }: StoredReceipt, at: number): string | null | undefined {
  return facts.lines[at]?.kind === 'bill' ? personal?.lines[at]?.account_name : undefined
}

function resultOf({ balance_after }: FrozenLine, show: Show): string {
  if (balance_after === null || balance_after === 0) return words.paidInFull
  return balance_after > 0 ? words.left(show(balance_after)) : words.paidAhead(show(-balance_after))
}

function notNeeded(receipt: StoredReceipt, show: Show): string[] {
  const { unapplied_amount, merchant, lines }: ReceiptFacts = receipt.facts
  if (unapplied_amount === 0) return []
  const short = lines.flatMap((line, at) => {
    if (line.amount >= line.chosen) return []
    const name = nameAt(receipt, at)
    if (line.voided) return [words.wasVoided(name)]
    return [line.amount > 0 ? words.wasPartlyPaid(name) : words.wasPaid(name)]
  })
  return [words.notNeeded(show(unapplied_amount), merchant.name), ...short]
}
