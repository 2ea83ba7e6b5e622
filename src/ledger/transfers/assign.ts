import { assert } from '../../core/assert.ts'
import { earlierOf } from '../../core/clock.ts'
import type { Id } from '../../core/id/id.ts'
import { Problem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import { writeEvents } from '../../events/outbox.ts'
import type { ChangeContext } from '../change.ts'
import { lockPayment } from '../corrections/hold.ts'
import { writeCorrection } from '../corrections/write.ts'
import { Journal } from '../journal.ts'
import { type RecordedTarget, selectionOf } from '../payments/command.ts'
import { decide, enterPayment, reopenedBy } from '../payments/decide.ts'
import { appliedEvents, openPayments, unappliedEvents, writeApplications } from '../payments/write.ts'
import { type LockedPayment, lockReceivables, reopen } from '../store.ts'
import { arrivalOf, takeOut, whyNotAssignable } from './onward.ts'
import { insertTransferred, nameTransferred } from './transfer-row.ts'

/** Whose money it is, and what it is to pay. Its customer is known to exist. */
type NewOwner = { customer_id: Id; target: RecordedTarget }

/** Locks a payment whose payer is unknown. Throws `not_found`, or `payment_state` where nothing of it waits for a payer. */
export async function lockUnidentified(connection: Connection, context: ChangeContext, id: Id): Promise<LockedPayment> {
  const payment = await lockPayment(connection, context, id, { parameter: 'payment' })
  if (payment.suspense_amount > 0n) return payment
  throw new Problem('payment_state', whyNotAssignable(payment, await nameTransferred(connection, payment)))
}

/**
 * Gives what is left in suspense of a locked payment to a customer, as a new payment in the bucket of that customer, which is applied
 * like a recorded one. A ledger transaction stays in its bucket, so there are two, which meet in the account `transfers`: it is zero
 * over both, at every date, since both are effective when the money was received. The lock on the first payment lets one through,
 * and the constraint on its amounts no more than is left. Returns the id of the new payment.
 */
export async function assignPayment(
  connection: Connection,
  context: ChangeContext,
  payment: LockedPayment,
  owner: NewOwner,
): Promise<Id> {
  const { environment, now } = context
  const { suspense_amount: amount, currency, metadata } = payment
  const arrival = arrivalOf(context, { amount, currency, metadata, received_at: payment.received_at ?? now }, owner)
  const receivables = await lockReceivables(connection, selectionOf([arrival], [environment.id]))
  const decision = decide(arrival, receivables)
  assert(decision !== 'target_unknown' && !(decision instanceof Problem), 'money that arrived is never refused')
  const journal = new Journal(now)
  takeOut(context, journal, payment, earlierOf(arrival.payment.received_at, now))
  const applied = enterPayment(arrival, decision, receivables, journal, now)
  await Promise.all([
    writeCorrection(connection, payment, { applications: [], reversals: [], changed: new Set() }, now),
    insertTransferred(connection, payment, applied),
    journal.write(connection),
    writeApplications(connection, [{ applied }], now),
    openPayments(connection, [{ applied }]),
    journal.expectBills(connection),
    writeEvents(connection, [...appliedEvents(applied, receivables), ...unappliedEvents(applied, 1n)]),
    reopen(connection, reopenedBy(applied, receivables), now),
  ])
  return arrival.payment.id
}
