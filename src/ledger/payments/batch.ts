import { assert } from '../../core/assert.ts'
import { statusesBefore } from '../../core/payment-status.ts'
import { Problem } from '../../core/problem.ts'
import { releaseKeys, storeAnswers } from '../../database/idempotency.ts'
import type { Connection, Pool } from '../../database/pool.ts'
import { inOrder, type SendCommit, transaction } from '../../database/transaction.ts'
import { writeEvents } from '../../events/outbox.ts'
import { Journal } from '../journal.ts'
import { type Claimant, claimAndRead, type Holdings, releaseReferences, wonKey } from './claims.ts'
import { decide, enterPayment } from './decide.ts'
import { paymentEvents } from './events.ts'
import { type Expectation, type Expected, nothing } from './concurrency/optimistic.ts'
import type { Flight, Flights } from './concurrency/in-flight-batches.ts'
import { lookUpLosers } from './lost-claims.ts'
import { type PaymentOutcome, readsMore } from './command.ts'
import { type AppliedRow, writeApplications, writePayments } from './write.ts'

const triesMax = 4

/** What batches of one process know of each other. */
export type Batches = { flights: Flights; expectation: Expectation }

/**
 * Applies a batch of payments in one transaction of two round trips: claims and balances, then writes. The outcomes stand in the
 * order of the orders; those of replays are still being looked up. Only this function applies money. Design, section 5; the
 * figures are in docs/performance.md. When something that was expected is not so, the batch is undone and done again.
 *
 * The batches in flight must not hold two orders with the same key, reference or payment: the queue sees to that.
 */
export async function applyBatch(
  pool: Pool,
  claimants: Claimant[],
  now: Date,
  { flights, expectation }: Batches,
): Promise<(PaymentOutcome | Promise<PaymentOutcome>)[]> {
  const flight = flights.begin()
  const attempt = async (expected: Expected) => {
    // A lock that overtakes a batch which only reads would be its undoing.
    if (expected.balances === 'locked') await flight.alone()
    return transaction(pool, (...sides) => applyInside(...sides, claimants, now, expected, flight), 1)
  }
  try {
    for (let tries = 1; ; tries++) {
      const expected = tries === 1 ? expectation.of(claimants.length) : nothing
      const outcomes = await attempt(expected).catch((error: unknown) => {
        flight.giveUp()
        if (!expectation.disappointed(error) || tries === triesMax) throw error
      })
      if (!outcomes) continue
      expectation.committed(!outcomes.includes(undefined))
      return lookUpLosers(pool, claimants, outcomes)
    }
  } finally {
    flights.end(flight)
  }
}

/** `undefined` stands for an order that lost a claim: its outcome is looked up after the commit, in a new snapshot. */
async function applyInside(
  connection: Connection,
  sendCommit: SendCommit,
  claimants: Claimant[],
  now: Date,
  expected: Expected,
  flight: Flight,
): Promise<(PaymentOutcome | undefined)[]> {
  // It travels with the claims, which fail when it does.
  flight.open(connection).catch(() => {})
  const holdings = await claimAndRead(connection, claimants, expected)
  const foreseen = await flight.foresee(holdings.receivables.all())
  const journal = new Journal(now)
  // What is written is held to what it was decided from in any case. These are, also where nothing is written on them.
  journal.relyOn(claimants.some(({ order }) => readsMore(order.target)) ? holdings.receivables.all() : foreseen)
  const decided = claimants.map((claimant) => decideOrder(claimant, holdings, journal, now))
  flight.decide(journal.found)
  const rows = decided.filter((one): one is AppliedRow => one !== undefined && 'applied' in one)
  const written = Promise.all([
    writePayments(connection, rows, now),
    journal.writeEntries(connection),
    writeApplications(connection, rows, now),
  ])
  // PostgreSQL writes these rows while Node renders the texts of the rest. Awaited below, so that no failure is lost.
  written.catch(() => {})
  connection.flush()
  const outcomes = decided.map((one) => (one !== undefined && 'applied' in one ? outcomeOf(one) : one))
  const events = rows.flatMap(({ applied }) => paymentEvents(applied, holdings.receivables))
  const rest = Promise.all([
    writeEvents(connection, events),
    ...settleClaims(connection, claimants, outcomes, holdings),
    flight.follow(connection),
    journal.writeBalances(connection),
  ])
  sendCommit()
  await inOrder([holdings.claimed, written, rest])
  return outcomes
}

/** Decides one order and enters it into the journal, or says why it is not applied. */
function decideOrder(
  claimant: Claimant,
  holdings: Holdings,
  journal: Journal,
  now: Date,
): AppliedRow | PaymentOutcome | undefined {
  if (!wonKey(claimant, holdings)) return undefined
  const lost = lostClaim(claimant, holdings)
  if (lost !== undefined) return lost === 'reference' ? undefined : { kind: 'settled_before' }
  const { order } = claimant
  const decision = decide(order, holdings.receivables)
  if (decision === 'target_unknown') return { kind: 'target_unknown' }
  if (decision instanceof Problem) return { kind: 'refused', problem: decision }
  const { transaction: entered, applied } = enterPayment(order, decision, holdings.receivables, journal, now)
  return { applied, transaction_id: entered.id }
}

function outcomeOf({ applied }: AppliedRow): PaymentOutcome {
  const { order } = applied
  return { kind: 'applied', payment_id: order.payment.id, answer: order.render(applied) }
}

function lostClaim({ order, reference }: Claimant, holdings: Holdings): 'reference' | 'settled' | undefined {
  if (reference !== undefined) return holdings.references.has(reference.name) ? undefined : 'reference'
  const payment = holdings.payments.get(order.payment.id)
  assert(payment, 'a payment that is settled exists')
  assert(
    payment.amount === order.payment.amount && payment.currency === order.payment.currency,
    'it is the same payment',
  )
  return statusesBefore('succeeded').includes(payment.status) ? undefined : 'settled'
}

/** Keeps the answers that are final, and gives up the claims of what did not happen: none is left an orphan. */
function settleClaims(
  connection: Connection,
  claimants: Claimant[],
  outcomes: (PaymentOutcome | undefined)[],
  holdings: Holdings,
): Promise<void>[] {
  const answers: Parameters<typeof storeAnswers>[1] = []
  const keys: Parameters<typeof releaseKeys>[1] = []
  const references: Parameters<typeof releaseReferences>[1] = []
  claimants.forEach((claimant, index) => {
    const { key, reference } = claimant
    const outcome = outcomes[index]
    // Also of an order that lost its key: the key stood for another request, with another reference.
    if (outcome?.kind !== 'applied' && reference && holdings.references.has(reference.name)) references.push(reference)
    if (!key || !wonKey(claimant, holdings)) return
    const answer = answerOf(claimant, outcome)
    if (answer) answers.push({ ...key, ...answer, encrypted: false })
    else keys.push(key)
  })
  return [storeAnswers(connection, answers), releaseKeys(connection, keys), releaseReferences(connection, references)]
}

function answerOf(
  { order }: Claimant,
  outcome: PaymentOutcome | undefined,
): { status: number; body: string } | undefined {
  if (outcome?.kind === 'applied') return outcome.answer
  if (outcome?.kind !== 'refused') return undefined
  const { status } = outcome.problem
  return status === 409 || status === 422 ? order.renderProblem(outcome.problem) : undefined
}
