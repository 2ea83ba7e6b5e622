import type { Html } from '../html/html.ts'
import type { Voice } from '../html/language/voice.ts'
import type { SessionPayment } from '../payments/session/store.ts'
import type { ReceiptLine } from './receipt-store.ts'
import type { PageSubject } from './subject.ts'

/** Where the page leads: to what is owed and to the same payment again, unless that has no page any more, and to itself. */
export type OutcomeLinks = { page: string | undefined; again: string | undefined; self: string }

/** What the page of an outcome is made of. */
export type Outcome = {
  subject: PageSubject
  voice: Voice
  payment: SessionPayment
  lines: ReceiptLine[]
  links: OutcomeLinks
}

/** A part of the page: its title for the window, what it says, and what stands below. */
export type OutcomeView = { title: string; content: Html; footer?: Html }
