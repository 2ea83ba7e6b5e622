import { dateIn } from '../../core/clock.ts'
import { receiptNumber } from '../../core/receipt-address.ts'
import { ownDirection } from '../../html/direction.ts'
import type { Voice } from '../../html/language/voice.ts'
import { leftToRight, unbroken } from '../../html/money.ts'
import type { FrozenLine, LaterChange, ReceiptFacts, StoredReceipt } from '../../payments/receipt/store.ts'
import { formatDate, formatDateTime } from '../dates.ts'
import { methodName } from '../method-name.ts'

/** A receipt in words, for its page, its PDF and its message alike. */
export type ReceiptView = {
  merchant: string
  test: boolean
  /** Whether the money went to anything. */
  used: boolean
  /** Whether what was taken back of the money has not come again. */
  taken_back: boolean
  /** Each amount has the code of its currency. */
  amount: string
  facts: [term: string, value: string][]
  /** Of a note, what others wrote keeps to its own direction. */
  lines: { name: string; note: string; amount: string }[]
  /** What was not needed, and why. */
  not_needed: string[]
  since: string[]
}

/** A receipt shows no more lines than these; a page pays for no more. */
const linesMax = 1_000

/** What a receipt says, with what has become of the money since. */
export function viewReceipt(receipt: StoredReceipt, since: readonly LaterChange[], voice: Voice): ReceiptView {
  const { facts } = receipt
  const { currency, merchant } = facts
  const show = (amount: number | bigint) => moneyWithCode(BigInt(amount), currency, voice)
  const said: Saying = { receipt, voice, show }
  return {
    merchant: merchant.name,
    test: facts.mode === 'test',
    used: facts.amount > facts.unapplied_amount,
    taken_back: sumOf(since, 'reversed') > sumOf(since, 'came_back'),
    amount: show(facts.amount),
    facts: factsOf(receipt, voice),
    lines: linesOf(said),
    not_needed: notNeeded(said),
    since: since.map((change) => sayChange(said, change)),
  }
}

function sumOf(since: readonly LaterChange[], kind: LaterChange['kind']): bigint {
  return since.reduce((sum, change) => (change.kind === kind ? sum + change.amount : sum), 0n)
}

/** What the words of a receipt are made of. */
type Saying = { receipt: StoredReceipt; voice: Voice; show: (amount: number | bigint) => string }

function moneyWithCode(amount: bigint, currency: string, voice: Voice): string {
  const shown = unbroken(amount, currency, voice)
  // Some have the code already.
  return leftToRight(shown.includes(currency) ? shown : `${shown}\u00a0${currency}`, voice)
}

function factsOf({ payment_id, facts, personal }: StoredReceipt, voice: Voice): ReceiptView['facts'] {
  const { merchant, time_zone, received_at, currency, channel } = facts
  const { document, receipt, asking } = voice.text
  const contact = [merchant.phone, merchant.email, merchant.website].filter((way) => way !== null)
  const rows: [string, string | null | undefined][] = [
    [document.facts.number, receiptNumber(payment_id)],
    [receipt.facts.date, formatDateTime(new Date(received_at), time_zone, voice)],
    [receipt.facts.paidTo, merchant.name],
    [document.facts.legalName, merchant.legal_name],
    [document.facts.contact, contact.length > 0 ? contact.map((way) => leftToRight(way, voice)).join(' · ') : null],
    [receipt.facts.billedTo, personal?.customer_name],
    // Channels are named by the merchant.
    [receipt.facts.paidWith, personal?.method ? methodName(personal.method, voice) : channel.replaceAll(/[_-]+/g, ' ')],
    [receipt.facts.currency, currency],
    [asking.facts.about, personal?.asked_description],
    [asking.facts.reference, personal?.asked_reference ?? personal?.reference],
  ]
  return rows.filter((row): row is [string, string] => typeof row[1] === 'string')
}

function linesOf(saying: Saying): ReceiptView['lines'] {
  const { receipt, voice, show } = saying
  const { facts, personal } = receipt
  const { text } = voice
  const brought = facts.lines.flatMap((line, at) => (line.amount > 0 ? [{ line, at }] : []))
  const shown = brought.slice(0, linesMax).map(({ line, at }) => {
    const notes = [personal?.lines[at]?.description, accountOf(receipt, at)].filter((one) => typeof one === 'string')
    return {
      name: nameAt(receipt, at, voice),
      note: [...notes.map((one) => ownDirection(one, voice)), resultOf(line, saying)]
        .filter(Boolean)
        .join(text.shell.comma),
      amount: show(line.amount),
    }
  })
  const rest = brought.slice(linesMax)
  if (rest.length > 0) {
    const amount = show(rest.reduce((sum, { line }) => sum + line.amount, 0))
    shown.push({ name: text.paying.review.more(rest.length), note: '', amount })
  }
  if (facts.direct_amount > 0) {
    shown.push({
      name: text.document.asAsked,
      note: ownDirection(personal?.asked_description ?? '', voice),
      amount: show(facts.direct_amount),
    })
  }
  return shown
}

/** What a payer calls a debt; by its kind where its name was erased. */
function nameAt({ facts, personal }: StoredReceipt, at: number, { text }: Voice): string {
  const kind = facts.lines[at]?.kind ?? 'customer'
  const named = personal?.lines[at]
  const { names } = text.shell
  if (kind === 'customer') return names.general
  if (!named) return text.document.unnamed[kind]
  return kind === 'bill'
    ? names.bill(named.external_reference)
    : (named.account_name ?? names.account(named.external_reference))
}

function accountOf({ facts, personal }: StoredReceipt, at: number): string | null | undefined {
  return facts.lines[at]?.kind === 'bill' ? personal?.lines[at]?.account_name : undefined
}

function resultOf({ balance_after }: FrozenLine, { voice: { text }, show }: Saying): string {
  if (balance_after === null || balance_after === 0) return text.receipt.inFull
  return balance_after > 0 ? text.document.left(show(balance_after)) : text.document.inCredit(show(-balance_after))
}

function notNeeded({ receipt, voice, show }: Saying): string[] {
  const { unapplied_amount, merchant, lines }: ReceiptFacts = receipt.facts
  if (unapplied_amount === 0) return []
  const { notNeeded, causes } = voice.text.document
  const short = lines.flatMap((line, at) => {
    if (line.amount >= line.chosen) return []
    const name = ownDirection(nameAt(receipt, at, voice), voice)
    if (line.voided) return [causes.withdrawn(name)]
    return [line.amount > 0 ? causes.part(name) : causes.whole(name)]
  })
  return [notNeeded(show(unapplied_amount), ownDirection(merchant.name, voice)), ...short]
}

function sayChange({ receipt, voice, show }: Saying, change: LaterChange): string {
  const { time_zone, lines, merchant } = receipt.facts
  const { takenBack, reversed, cameBack, refunded, refundFailed, movedOn, used } = voice.text.document.since
  const date = formatDate(dateIn(time_zone, change.at), voice)
  const amount = show(change.amount)
  if (change.kind === 'used') return used(date, amount)
  if (change.kind === 'reversed') return reversed(date, amount)
  if (change.kind === 'came_back') return cameBack(date, amount)
  if (change.kind === 'refunded') return refunded(date, amount)
  if (change.kind === 'moved_on') return movedOn(date, amount, ownDirection(merchant.name, voice))
  if (change.kind === 'refund_failed') return refundFailed(date, amount, ownDirection(merchant.name, voice))
  const at = lines.findIndex(({ receivable_id }) => receivable_id === change.receivable_id)
  const name = ownDirection(nameAt(receipt, at, voice), voice)
  return takenBack(date, amount, name, ownDirection(merchant.name, voice))
}
