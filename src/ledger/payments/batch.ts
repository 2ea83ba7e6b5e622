import { assert } from '../../core/assert.ts'
import { statusesBefore } from '../../core/payment-status.ts'
import { Problem } from '../../core/problem.ts'
import { OutcomeUnknown } from '../../database/availability.ts'
import { type ResolvedKey, resolveKeys } from '../../database/idempotency.ts'
import type { Connection, Pool } from '../../database/pool.ts'
import { inOrder, type SendCommit, transaction } from '../../database/transaction.ts'
import { insertEvents, numberEvents } from '../../events/outbox.ts'
import { withSpan } from '../../tracing/span.ts'
import { Journal } from '../journal.ts'
import { reopen } from '../store.ts'
import { completeCheckouts, paidEvent, payCheckouts } from './checkouts.ts'
import {
  type BatchInputs,
  type ClaimedCommand,
  claimAndRead,
  isKept,
  resolveLostClaims,
  wonKey,
  wonReference,
} from './claims.ts'
import { type PaymentOutcome, type RenderedText, readsMore } from './command.ts'
import {
  createInFlightBatches,
  type InFlightBatch,
  type InFlightBatchRegistry,
} from './concurrency/in-flight-batches.ts'
import { type Assumptions, createOptimisticMode, noAssumptions, type OptimisticMode } from './concurrency/optimistic.ts'
import { decide, enterPayment, reopenedBy } from './decide.ts'
import { noticeOf, settledEvent, settleNotices, writeSettledNotices } from './notices.ts'
import { writeReceipts } from './receipts.ts'
import { releasePaymentReferences } from './reference-claims.ts'
import { type AppliedRow, openPayments, paymentEvents, writeApplications, writePayments } from './write.ts'

const triesMax = 4

/** What the batches of one process know about each other, on one node. */
export type BatchConcurrency = { inFlight: InFlightBatchRegistry; optimistic: OptimisticMode }

/** What the first batch of a process knows: of no other. */
export function newConcurrency(): BatchConcurrency {
  return { inFlight: createInFlightBatches(), optimistic: createOptimisticMode() }
}

/**
 * Applies a batch of payments in one transaction of two round trips: claims and balances, then writes. The outcomes are
 * in the order of the commands; those of replays are promises, since they are looked up after the commit. Money is
 * applied here and, later, where a correction applies what had stayed unapplied (corrections/correction-journal.ts);
 * nowhere else. When an assumption turns out false, the batch is aborted and run again without it.
 *
 * The batches in flight must not hold two commands with the same key, reference or payment: the queue ensures that. A
 * batch that would wait for a lock longer than `lock_wait_ms` fails with a lock timeout.
 */
export async function applyBatch(
  pool: Pool,
  commands: ClaimedCommand[],
  now: Date,
  { inFlight, optimistic }: BatchConcurrency,
  lock_wait_ms: number,
): Promise<(PaymentOutcome | Promise<PaymentOutcome>)[]> {
  const batch = inFlight.begin(lock_wait_ms)
  const attempt = async (assumptions: Assumptions) => {
    // Taking row locks while an earlier batch has only read would make that batch fail at its update.
    if (assumptions.balances === 'locked') await batch.waitUntilAlone()
    return transaction(pool, (...sides) => applyInside(...sides, commands, now, assumptions, batch), { tries_max: 1 })
  }
  try {
    for (let tries = 1; ; tries++) {
      const assumptions = tries === 1 ? optimistic.assumptionsFor(commands.length) : noAssumptions
      const outcomes = await attempt(assumptions).catch((error: unknown) => {
        batch.reset()
        if (!optimistic.failed(error) || tries === triesMax) throw error
      })
      if (!outcomes) continue
      optimistic.committed(!outcomes.includes(undefined))
      return resolveLostClaims(pool, commands, outcomes)
    }
  } catch (error) {
    if (error instanceof OutcomeUnknown) noteUnknown(commands)
    throw error
  } finally {
    inFlight.end(batch)
  }
}

/** The names of these commands must not be given up: nobody knows whether a commit has taken effect. */
function noteUnknown(commands: ClaimedCommand[]): void {
  for (const { reservation } of commands) if (reservation) reservation.may_be_applied = true
}

/** `undefined` is the outcome of a command that lost a claim: it is looked up after the commit, in a new snapshot. */
async function applyInside(
  connection: Connection,
  sendCommit: SendCommit,
  commands: ClaimedCommand[],
  now: Date,
  assumptions: Assumptions,
  batch: InFlightBatch,
): Promise<(PaymentOutcome | undefined)[]> {
  // Not awaited: it is sent with the claims, which fail if it does.
  batch.open(connection).catch(() => {})
  const inputs = await claimAndRead(connection, commands, assumptions)
  const readAhead = await batch.readAhead(inputs.receivables.all())
  const journal = new Journal(now)
  // Balances we write are checked by the update. These were only read: check them too.
  journal.expectUnchanged(
    commands.some(({ command }) => readsMore(command.target)) ? inputs.receivables.all() : readAhead,
  )
  const decided = commands.map((command) => decideCommand(command, inputs, journal, now))
  batch.publishBalances(journal.snapshots)
  const rows = decided.filter((one): one is AppliedRow => one !== undefined && 'applied' in one)
  const applied = rows.map((row) => row.applied)
  const paid = payCheckouts(applied, inputs.checkouts)
  const settled = settleNotices(applied)
  const written = Promise.all([
    writePayments(connection, rows, now),
    completeCheckouts(connection, paid, now),
    writeSettledNotices(connection, settled, now),
    journal.writeEntries(connection),
    writeApplications(connection, rows, now),
    writeReceipts(connection, rows, now),
    openPayments(connection, rows),
  ])
  // PostgreSQL writes these rows while Node renders the rest. Awaited below, so that no failure is lost.
  written.catch(() => {})
  const outcomes = decided.map((one) => (one !== undefined && 'applied' in one ? outcomeOf(one) : one))
  const events = [
    ...rows.flatMap(({ applied }) => withSpan(applied.command.span, () => paymentEvents(applied, inputs.receivables))),
    ...paid.map((one) => withSpan(one.applied.command.span, () => paidEvent(one))),
    ...settled.map((one) => withSpan(one.applied.command.span, () => settledEvent(one))),
  ]
  const rest = Promise.all([
    insertEvents(connection, events),
    ...resolveClaims(connection, commands, outcomes, inputs),
    batch.waitForPredecessors(connection),
    journal.writeBalances(connection),
    journal.expectBills(connection),
    // Only now the balances are locked, and the batches ahead are committed.
    numberEvents(connection, events),
    reopen(
      connection,
      rows.flatMap(({ applied }) => withSpan(applied.command.span, () => reopenedBy(applied, inputs.receivables))),
      now,
    ),
  ])
  sendCommit()
  await inOrder([inputs.claimed, written, rest])
  return outcomes
}

/** Decides one command and enters it into the journal, or says why it is not applied. */
function decideCommand(
  claimed: ClaimedCommand,
  inputs: BatchInputs,
  journal: Journal,
  now: Date,
): AppliedRow | PaymentOutcome | undefined {
  if (!wonKey(claimed, inputs)) return undefined
  const lost = lostClaim(claimed, inputs)
  if (lost !== undefined) return lost === 'reference' ? undefined : { kind: 'already_succeeded' }
  const { command, reservation } = claimed
  if (reservation && performance.now() > reservation.apply_until_ms) return { kind: 'refused', problem: tooLate() }
  const decision = decide(command, inputs.receivables)
  if (decision === 'target_unknown') return { kind: 'target_unknown' }
  if (decision instanceof Problem) return { kind: 'refused', problem: decision }
  const started = inputs.payments.get(command.payment.id)
  const applied = enterPayment(command, decision, inputs.receivables, journal, now, started)
  applied.announced = noticeOf(applied, inputs)
  return { applied }
}

function outcomeOf({ applied }: AppliedRow): PaymentOutcome {
  const { command } = applied
  return { kind: 'applied', payment_id: command.payment.id, response: command.renderer.payment(applied) }
}

/** Its names may be given to others soon, so it is not applied any more. Sent again, it reserves them again. */
function tooLate(): Problem {
  return new Problem('overloaded', 'The request has waited too long.', { retry_after_s: 1 })
}

function lostClaim(claimed: ClaimedCommand, inputs: BatchInputs): 'reference' | 'session' | undefined {
  const { command, reference } = claimed
  if (reference !== undefined) return wonReference(claimed, inputs) ? undefined : 'reference'
  const payment = inputs.payments.get(command.payment.id)
  assert(payment, 'the payment of a session exists')
  assert(payment.currency === command.payment.currency, 'money is of the currency that was asked for')
  return statusesBefore('succeeded').includes(payment.status) ? undefined : 'session'
}

/**
 * Stores the final responses, and releases the claims of commands that were not applied, so that no claim is orphaned. Reserved names are
 * released by whoever has reserved them.
 */
function resolveClaims(
  connection: Connection,
  commands: ClaimedCommand[],
  outcomes: (PaymentOutcome | undefined)[],
  inputs: BatchInputs,
): Promise<void>[] {
  const keys: ResolvedKey[] = []
  const references: Parameters<typeof releasePaymentReferences>[1] = []
  commands.forEach((claimed, index) => {
    const { key, reference, reservation } = claimed
    const outcome = outcomes[index]
    if (reservation !== undefined) {
      const response = finalResponse(claimed, outcome)
      if (key && response) keys.push({ claim: key, response })
      return
    }
    // Also when the command lost its key: the key was used for another request, with another reference.
    if (outcome?.kind !== 'applied' && reference && inputs.references.has(reference.name)) references.push(reference)
    if (key && wonKey(claimed, inputs)) keys.push({ claim: key, response: finalResponse(claimed, outcome) })
  })
  return [...resolveKeys(connection, keys), releasePaymentReferences(connection, references)]
}

function finalResponse({ command }: ClaimedCommand, outcome: PaymentOutcome | undefined): RenderedText | undefined {
  if (outcome?.kind === 'applied') return outcome.response
  if (outcome?.kind !== 'refused') return undefined
  return isKept(outcome.problem) ? command.renderer.problem(outcome.problem) : undefined
}
