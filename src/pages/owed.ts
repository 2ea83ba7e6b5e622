import { listCredits } from '../billing/bill/set-off.ts'
import type { AppContext } from '../context.ts'
import { required } from '../core/assert.ts'
import type { Credit } from '../ledger/set-off.ts'
import { listUnfinished, type SessionPayment } from '../payments/session/store.ts'
import { syncWithProcessor } from '../payments/session/sync-with-processor.ts'
import { type AnnouncedTransfer, listAnnounced } from './announced/list.ts'
import { pageCause } from './cause.ts'
import { offersCredit } from './credit/offer.ts'
import { type Debt, settledDebt, toDebt } from './debts/debt.ts'
import { type CurrencyTotal, listDebts, sumBalances, sumHeld } from './debts/store.ts'
import { findPageSubject, type PageSubject } from './subject.ts'

/** All that a page tells of what is owed, read at one time. */
export type Owed = {
  subject: PageSubject
  /** The most urgent first. */
  debts: Debt[]
  /** The page's own balance, where nothing is owed on it. */
  settled: Debt | undefined
  totals: CurrencyTotal[]
  /** What was paid and is applied to nothing. Only the customer's page tells it: other links are passed on. */
  held: { currency: string; amount: bigint }[]
  /** The balances in credit that the payer may use here. */
  credits: Credit[]
  /** Bank transfers that were announced. They are not taken off anything. */
  announced: AnnouncedTransfer[]
  now: Date
}

/** Reads what is owed on the subject of a page. */
export async function readOwed(app: Pick<AppContext, 'pool' | 'clock'>, subject: PageSubject): Promise<Owed> {
  const { pool } = app
  const now = app.clock.now()
  const [rows, totals, held, credits, announced] = await Promise.all([
    listDebts(pool, subject),
    sumBalances(pool, subject),
    subject.kind === 'customer' ? sumHeld(pool, subject) : [],
    offersCredit(subject) ? listCredits(pool, subject.environment.id, subject.customer_id) : [],
    listAnnounced(pool, subject, now),
  ])
  const debts = rows.map((row) => toDebt(subject, row, now))
  return { subject, debts, settled: settledDebt(subject, debts), totals, held, credits, announced, now }
}

/** The same of one debt alone, to pay a part of it; of everything where there is no such debt. */
export function narrow(owed: Owed, shown_id: string | undefined): Owed {
  const debt = owed.debts.find((one) => one.shown_id === shown_id)
  if (!debt || owed.debts.length === 1) return owed
  const totals = [{ currency: debt.currency, owed: debt.owed, count: 1, credit: 0n }]
  const announced = owed.announced
    .map((one) => ({ ...one, parts: one.parts.filter(({ receivable_id }) => receivable_id === debt.id) }))
    .filter(({ parts }) => parts.length > 0)
  return { ...owed, debts: [debt], settled: undefined, totals, held: [], credits: [], announced }
}

// How many payments of this page are checked with their processor while the payer waits.
const askedMax = 3

/**
 * Asks the processor about the unfinished payments of a page before it says what is owed: somebody who paid, closed the
 * window and opened the link again would otherwise be asked for the same money twice. A payment that turns out to have
 * succeeded is applied here, so a GET of a page can apply money. Returns the subject as it is then.
 */
export async function syncBeforeShowing(
  app: AppContext,
  subject: PageSubject,
  requestId: string,
): Promise<PageSubject> {
  const { environment, kind, id, guest_until } = subject
  const unfinished = await listUnfinished(app.pool, { ...subject, environment_id: environment.id })
  const checked = await Promise.all(unfinished.slice(0, askedMax).map((payment) => syncOrLog(app, payment, requestId)))
  if (!checked.some(({ status }) => status === 'succeeded')) return subject
  return required(
    await findPageSubject(app.pool, { kind, id, expires_at: guest_until }),
    'the object of the page exists',
  )
}

/** A processor that does not respond must not keep the payer from seeing the page. */
async function syncOrLog(app: AppContext, payment: SessionPayment, requestId: string): Promise<SessionPayment> {
  try {
    return (await syncWithProcessor(app, payment.environment_id, payment.id, pageCause(requestId))) ?? payment
  } catch (error) {
    app.log.warn({ err: error, request_id: requestId }, 'a payment could not be checked while its page was shown')
    return payment
  }
}
