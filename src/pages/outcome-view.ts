import type { Html } from '../html/html.ts'
import type { Voice } from '../html/language/voice.ts'
import type { SessionPayment } from '../payments/session/store.ts'
import type { ReceiptLine, TakenBack } from './receipt-store.ts'
import type { PageSubject } from './subject.ts'

/**
 * Where the page leads: to what is owed or asked for, unless that has no page any more, to itself, and to the same payment
 * again.
 */
export type OutcomeLinks = { page: string | undefined; self: string; again: string | undefined }

/** Who paid whom; both a page of what is owed and one of a request or session have it. */
export type OutcomeSubject = Pick<PageSubject, 'environment' | 'face' | 'customer_name' | 'archived'>

/** What the page of an outcome is made of. */
export type Outcome = {
  subject: OutcomeSubject
  voice: Voice
  payment: SessionPayment
  lines: ReceiptLine[]
  taken_back: TakenBack | undefined
  links: OutcomeLinks
  /** In how many seconds the page looks again by itself; `undefined` when it does not. */
  refresh_s: number | undefined
  /** The path of its receipt, once it has succeeded. */
  receipt: string
  /** Of a request or session: what it says of itself, and whether another payment has paid it. */
  asked?: { about: [string, string][]; paid_before: boolean; return_url: string | null }
}

/** A part of the page: its title for the window, what it says, and what stands below. */
export type OutcomeView = { title: string; content: Html; footer?: Html }
