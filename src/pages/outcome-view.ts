import type { Html } from '../html/html.ts'
import type { SessionPayment } from '../payments/session/store.ts'
import type { ReceiptLine } from './receipt-store.ts'
import type { PageSubject } from './subject.ts'

/** Where the page leads: to what is owed, unless that has no page any more, and to itself. */
export type OutcomeLinks = { page: string | undefined; self: string }

/** What the page of an outcome is made of. */
export type Outcome = { subject: PageSubject; payment: SessionPayment; lines: ReceiptLine[]; links: OutcomeLinks }

/** A part of the page: its title for the window, what it says, and what stands below. */
export type OutcomeView = { title: string; content: Html; footer?: Html }
