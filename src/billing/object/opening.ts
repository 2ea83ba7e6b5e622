import type { RequestContext } from '../../context.ts'
import { effectiveAt } from '../../core/effective-at.ts'
import { fieldProblem } from '../../core/problem.ts'
import { type EnteredAdjustment, openReceivable } from '../../ledger/adjust.ts'
import type { Journal } from '../../ledger/journal.ts'
import { withReceivable } from './lock.ts'
import type { AccountRow, CustomerRow } from './rows.ts'

/** Customers and accounts may have a balance of their own. */
export type BalanceOwnerRow = CustomerRow | AccountRow

/** A balance that is to be opened, now unless it says since when it counts. */
export type Opening = { balance: number; currency: string; effective_at?: Date | undefined }

/** Where an opening says since when it counts. */
export const openedAt = '/opening/effective_at'

/** What a new object says of its balance. */
type SentOpening = {
  balance?: number | undefined
  opening?: { balance: number; effective_at: string } | undefined
  currency?: string | undefined
}

/**
 * The balance that a new object is to have; `undefined` for none. Throws `currency_required`, and `invalid_request` for two balances
 * or one of a time to come.
 */
export function openingOf(
  { balance, opening, currency }: SentOpening,
  now: Date,
  pointer: string,
): Opening | undefined {
  if (opening === undefined) {
    return balance === undefined ? undefined : { balance, currency: balanceCurrency(currency, null, pointer) }
  }
  if (balance !== undefined) {
    throw fieldProblem('invalid_request', `${pointer}/opening`, 'A balance is opened once: send balance or opening.')
  }
  const effective_at = effectiveAt(opening.effective_at, now, `${pointer}${openedAt}`)
  return { balance: opening.balance, currency: balanceCurrency(currency, null, pointer), effective_at }
}

/** The currency of a new balance: the one sent, or else the object's. */
export function balanceCurrency(sent: string | undefined, known: string | null, pointer: string): string {
  const currency = sent ?? known
  if (!currency) throw fieldProblem('currency_required', `${pointer}/currency`, 'A balance needs a currency.')
  return currency
}

/** An object with its balance, and the adjustment that moved the balance, if it was moved. */
export type Balanced<Row> = { row: Row; entered: EnteredAdjustment | undefined }

/**
 * Enters the opening of a balance into a journal that the caller writes later, together with others; nothing where no
 * balance is to be opened.
 */
export function enterOpening<Row extends BalanceOwnerRow>(
  journal: Journal,
  context: Pick<RequestContext, 'request_id' | 'actor' | 'now'>,
  row: Row,
  opening: Opening | undefined,
): Balanced<Row> {
  if (opening === undefined) return { row, entered: undefined }
  const owner = { ...ownerOf(row), currency: opening.currency }
  const { request_id, actor, now } = context
  const cause = { request_id, actor, effective_at: opening.effective_at }
  const { receivable, entered } = openReceivable(journal, owner, BigInt(opening.balance), cause, now)
  return { row: withReceivable(row, receivable), entered }
}

function ownerOf({ id, kind, customer_id, account_id, external_reference, environment_id }: BalanceOwnerRow) {
  return { id, kind, customer_id, account_id, external_reference, environment_id }
}
