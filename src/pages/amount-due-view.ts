import type { ObjectKind } from '../core/page-link.ts'
import type { Voice } from '../html/language/voice.ts'
import type { Way } from '../payments/processor/bank-transfer/bank-transfer.ts'
import type { CreditUsed } from './credit/note.ts'
import type { CreditOffer } from './credit/offer.ts'
import type { Debt } from './debts/debt.ts'
import type { Owed } from './owed.ts'
import type { PastPayment } from './past-payments.ts'

/** Everything that the page of a link shows. */
export type AmountDueView = {
  owed: Owed
  voice: Voice
  /** The last payments of the object. */
  payments: PastPayment[]
  /** The path of this page. */
  path: string
  /** With which it is opened again, without its language. */
  query: string
  /** What links and forms take with them. */
  carried: Record<string, string>
  /** Which page of the list is shown, from 1, and how many there are. */
  page: number
  pages: number
  way_up: { path: string; kind: ObjectKind } | undefined
  /** The address of the page of a debt. */
  linkTo(debt: Debt): string
  /** How it can be paid here. */
  ways: readonly Way[]
  /** The hidden fields of a form that pays one debt; `undefined` where online payment is not set up. */
  fieldsFor: ((debt: Debt) => [string, string][]) | undefined
  /** What may be used of the payer's credit, each with the hidden fields of its form. */
  credit_offers: readonly (CreditOffer & { fields: [string, string][] })[]
  credit_used?: CreditUsed | undefined
  /**
   * What is wrong with what was sent, and the amount that was typed; without it, one is suggested anew. `currency` where it
   * was for all debts of one together.
   */
  fault?: { typed?: string | undefined; currency?: string; detail: string } | undefined
}
