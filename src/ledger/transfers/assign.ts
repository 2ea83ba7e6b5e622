import { assert } from '../../core/assert.ts'
import { earlierOf } from '../../core/clock.ts'
import { bucketOf, formatId, type Id, newId } from '../../core/id/id.ts'
import { Problem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import { writeEvents } from '../../events/outbox.ts'
import type { ChangeContext } from '../change.ts'
import { listTransfers } from '../corrections/family.ts'
import { lockPayment } from '../corrections/hold.ts'
import { writeCorrection } from '../corrections/write.ts'
import { Journal } from '../journal.ts'
import { type Arrival, type RecordedTarget, selectionOf } from '../payments/command.ts'
import { decide, enterPayment, reopenedBy } from '../payments/decide.ts'
import { appliedEvents, openPayments, unappliedEvents, writeApplications } from '../payments/write.ts'
import { type LockedPayment, lockReceivables, reopen } from '../store.ts'
import { insertTransferred, transferChannel } from './transfer-row.ts'

/** Whose money it is, and what it is to pay. Its customer is known to exist. */
type NewOwner = { customer_id: Id; target: RecordedTarget }

/** Locks a payment whose payer is unknown. Throws `not_found`, or `payment_state` where nothing of it waits for a payer. */
export async function lockUnidentified(connection: Connection, context: ChangeContext, id: Id): Promise<LockedPayment> {
  const payment = await lockPayment(connection, context, id, { parameter: 'payment' })
  if (payment.suspense_amount > 0n) return payment
  if (payment.transferred_amount > 0n) {
    const assigned = await listTransfers(connection, payment.environment_id, [payment.id])
    const names = assigned.map(({ transfer_id }) => formatId('payment', transfer_id)).join(', ')
    throw new Problem('payment_state', `The payment was assigned already: its money is ${names}.`)
  }
  if (payment.customer_id !== null) {
    throw new Problem('payment_state', 'Its payer is known: only a payment recorded with unidentified can be assigned.')
  }
  const gone = payment.reversed_amount + payment.refunded_amount > 0n
  throw new Problem(
    'payment_state',
    gone ? 'Nothing is left of the payment.' : 'The payment is for nothing in Billing.',
  )
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
  { customer_id, target }: NewOwner,
): Promise<Id> {
  const { environment, now } = context
  const arrival = arrivalOf(context, payment, customer_id, target)
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

/** The new payment: money that arrives from the first one, when that was received. */
function arrivalOf(
  { environment, actor, request_id, now }: ChangeContext,
  payment: LockedPayment,
  customer_id: Id,
  target: RecordedTarget,
): Arrival {
  return {
    environment,
    actor,
    request_id,
    payment: {
      id: newId(bucketOf(customer_id), now.getTime()),
      customer_id,
      amount: payment.suspense_amount,
      currency: payment.currency,
      channel: transferChannel,
      source: 'transfers',
      received_at: payment.received_at ?? now,
      metadata: payment.metadata,
    },
    target,
  }
}

function takeOut(
  { request_id, actor }: ChangeContext,
  journal: Journal,
  payment: LockedPayment,
  effective_at: Date,
): void {
  const { id: source_id, bucket, environment_id, currency, suspense_amount: amount } = payment
  const kind = 'assignment'
  const transaction = journal.open({ kind, source_id, bucket, environment_id, request_id, actor, effective_at })
  journal.postToSystemAccount(transaction, 'suspense', currency, amount)
  journal.postToSystemAccount(transaction, 'transfers', currency, -amount)
  payment.suspense_amount = 0n
  payment.transferred_amount += amount
}
