import { absentProblem } from '../../core/absent.ts'
import { assert, required } from '../../core/assert.ts'
import { earlierOf, laterOf } from '../../core/clock.ts'
import { formatId, type Id } from '../../core/id/id.ts'
import { Problem } from '../../core/problem.ts'
import { uuidArray } from '../../database/arrays.ts'
import type { Connection } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { writeEvents } from '../../events/outbox.ts'
import type { ChangeContext } from '../change.ts'
import { Correction } from '../corrections/correction-journal.ts'
import { chooseFrom, lockedPartsOf } from '../corrections/take-back.ts'
import { type RecordedTarget, selectionOf } from '../payments/command.ts'
import { decide, enterPayment, reopenedBy } from '../payments/decide.ts'
import { appliedEvents, openPayments, unappliedEvents, writeApplications } from '../payments/write.ts'
import { type LockedPayment, lockPayments, lockReceivables, reopen } from '../store.ts'
import { amountToGo, arrivalOf, type Giver, giverOf, toldTransfer, whyNotTransferable } from './onward.ts'
import { insertTransferred, nameTransferred } from './transfer-row.ts'

const readCountedFromSql = loadSql(import.meta.url, '../sql/read-counted-from.sql')
const findLastArrivalSql = loadSql(import.meta.url, '../sql/find-last-arrival.sql')

/** To whom money goes on, and what it is to pay there: how much, all that is left unless it says so, and why. */
export type TransferOrder = { customer_id: Id; target: RecordedTarget; amount: bigint | undefined; reason: string }

/** Locks a payment whose money can go to another customer. Throws `not_found`, or `payment_state` saying what to do. */
export async function lockTransferable(connection: Connection, context: ChangeContext, id: Id): Promise<Giver> {
  const payment = (await lockPayments(connection, [id], [context.environment.id])).get(id)
  if (!payment) throw absentProblem('payment', formatId('payment', id), { parameter: 'payment' })
  const giver = giverOf(payment)
  if (giver) return giver
  throw new Problem('payment_state', whyNotTransferable(payment, await nameTransferred(connection, payment)))
}

/**
 * Moves money of a locked payment on to another customer, as a new payment in the bucket of that customer, which is applied like a
 * recorded one. What is unapplied goes first, then what was applied, newest first: those debts are owed again. Both sides count from
 * when the money came, and meet in the account `transfers`. The lock on the payment and the constraint on its amounts let no more go
 * than is left. Returns the id of the new payment. Throws `amount_exceeds_remaining`.
 */
export async function transferPayment(
  connection: Connection,
  context: ChangeContext,
  payment: Giver,
  { customer_id, target, amount, reason }: TransferOrder,
): Promise<Id> {
  assert(customer_id !== payment.customer_id, 'money goes to another customer')
  const { environment, now } = context
  const total = amountToGo(payment, amount)
  const chosen = await chooseFrom(connection, context, payment, total)
  const since = await hereSince(connection, context, payment)
  const countedFrom = await readCountedFrom(
    connection,
    payment,
    chosen.parts.map(({ application }) => application.transaction_id),
  )
  // What the merchant noted of the first payment is about its customer, and stays there.
  const money = { amount: total, currency: payment.currency, received_at: since, metadata: {} }
  const arrival = arrivalOf(context, money, { customer_id, target, reason })
  // What is taken from and what is paid, in one sorted list.
  const selection = selectionOf([arrival], [environment.id])
  const ids = [...selection.ids, ...chosen.parts.map(({ application }) => application.receivable_id)]
  const receivables = await lockReceivables(connection, { ...selection, ids })
  const taken = { ...chosen, parts: lockedPartsOf(chosen.parts, receivables) }
  const correction = new Correction(context, payment)
  const transaction_id = correction.passOn(taken, { id: arrival.payment.id, reason, since, countedFrom })
  const told = toldTransfer(context, payment, taken, { id: arrival.payment.id, customer_id, reason })
  correction.tell('payment.transferred', transaction_id, told, payment.id)
  const decision = decide(arrival, receivables)
  assert(decision !== 'target_unknown' && !(decision instanceof Problem), 'money that arrived is never refused')
  const applied = enterPayment(arrival, decision, receivables, correction.journal, now)
  await Promise.all([
    correction.write(connection),
    insertTransferred(connection, payment, applied, { unapplied_amount: taken.unapplied, reason, transaction_id }),
    writeApplications(connection, [{ applied }], now),
    openPayments(connection, [{ applied }]),
    writeEvents(connection, [...appliedEvents(applied, receivables), ...unappliedEvents(applied, 1n)]),
    reopen(connection, reopenedBy(applied, receivables), now),
  ])
  return arrival.payment.id
}

/** Since when all the money of a payment has been here: from when it was received, unless some came or came again later. */
async function hereSince(
  connection: Connection,
  { now }: ChangeContext,
  { environment_id, id, bucket, received_at }: LockedPayment,
): Promise<Date> {
  const values = [environment_id, id, bucket]
  const { rows } = await connection.query<{ at: Date | null }>({ ...findLastArrivalSql, values })
  const received = required(received_at, 'money that arrived was received')
  // The clock of whoever received the money may be ahead, and nothing takes effect in the future.
  return earlierOf(laterOf(received, rows[0]?.at ?? received), now)
}

async function readCountedFrom(
  connection: Connection,
  { environment_id, bucket }: LockedPayment,
  transactions: Id[],
): Promise<Map<Id, Date>> {
  if (transactions.length === 0) return new Map()
  const { rows } = await connection.query<{ id: Id; effective_at: Date }>({
    ...readCountedFromSql,
    values: [environment_id, bucket, uuidArray(transactions)],
  })
  return new Map(rows.map(({ id, effective_at }) => [id, effective_at]))
}
