import { recordChange } from '../../audit/record.ts'
import { assert, required } from '../../core/assert.ts'
import { newId } from '../../core/id/id.ts'
import { Problem } from '../../core/problem.ts'
import type { Connection, Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { type NewEvent, writeEvents } from '../../events/outbox.ts'
import type { ChangeContext } from '../change.ts'
import { policyFor, targetOf } from '../checkouts/checkout.ts'
import { Journal } from '../journal.ts'
import { type AppliedPayment, type Arrival, type PaymentTarget, selectionOf } from '../payments/command.ts'
import { decide, enterPayment, reopenedBy } from '../payments/decide.ts'
import { addToReceipt } from '../payments/receipts.ts'
import { appliedEvents, unappliedEvents, writeApplications } from '../payments/write.ts'
import type { ReceivableIndex } from '../receivable.ts'
import { type LockedPayment, lockCheckouts, lockReceivables, reopen } from '../store.ts'
import { type AuthorisedPayment, addCaptured, addVoided, endClaim } from './authorised-amount.ts'
import type { CaptureRow } from './capture-row.ts'
import { captureEvent } from './event.ts'

const settlePaymentSql = loadSql(import.meta.url, '../sql/settle-authorised-payment.sql')

/** How a row is written: it is new, or has become something. */
type Write = (connection: Queryable, row: CaptureRow) => Promise<void>

/** Where the money of a payment goes, with what it may be applied to, locked. */
export type MoneyDestination = { target: PaymentTarget; receivables: ReceivableIndex }

/** Finds and locks what the money of a session is applied to: like that of a recorded payment with the same target. */
export async function lockDestination(
  connection: Connection,
  { environment }: ChangeContext,
  { checkout_id }: LockedPayment,
): Promise<MoneyDestination> {
  const id = required(checkout_id, 'only sessions are captured by hand')
  const checkouts = await lockCheckouts(connection, [id], [environment.id])
  const found = targetOf(required(checkouts.get(id), 'an attempt names its session'))
  const target: PaymentTarget = found ? policyFor(found) : { kind: 'direct' }
  return { target, receivables: await lockReceivables(connection, selectionOf([{ target }], [environment.id])) }
}

/**
 * Collects what becomes of one locked payment that is captured by hand, and writes it together at the end: the money that was
 * captured with its entries and applications, what was let go of, and one event for each.
 */
export class Settlement {
  readonly #context: ChangeContext
  readonly #payment: AuthorisedPayment
  readonly #journal: Journal
  readonly #applied: { applied: AppliedPayment<Arrival>; receivables: ReceivableIndex }[] = []
  readonly #rows: { row: CaptureRow; write: Write }[] = []

  constructor(context: ChangeContext, payment: AuthorisedPayment) {
    this.#context = context
    this.#payment = payment
    this.#journal = new Journal(context.now)
  }

  /** Takes back what a capture or a void had claimed. */
  release(row: CaptureRow): void {
    endClaim(this.#payment, row)
  }

  /** Notes why a capture or a void did not come about. */
  fail(row: CaptureRow, write: Write): void {
    this.#rows.push({ row, write })
  }

  /** Enters money that was captured: it is applied like money that arrives for the payment. */
  capture(row: CaptureRow, { target, receivables }: MoneyDestination, write: Write): void {
    const payment = this.#payment
    const command = commandOf(this.#context, payment, row.amount, target)
    const decision = decide(command, receivables)
    assert(decision !== 'target_unknown' && !(decision instanceof Problem), 'money that arrived is never refused')
    const applied = enterPayment(command, decision, receivables, this.#journal, this.#context.now)
    addCaptured(payment, row.amount, applied, this.#context.now)
    const obligation_ids = applied.lines.map(({ obligation_id }) => obligation_id)
    this.#applied.push({ applied, receivables })
    this.#rows.push({ row: { ...row, told_id: applied.transaction_id, obligation_ids }, write })
  }

  /** Notes what the processor let go of. */
  letGo(row: CaptureRow, write: Write): void {
    addVoided(this.#payment, row.amount)
    const told_id = newId(this.#payment.bucket, this.#context.now.getTime())
    this.#rows.push({ row: { ...row, told_id }, write })
  }

  /** Writes everything, pipelined. */
  async write(connection: Connection): Promise<void> {
    const { now } = this.#context
    const payment = this.#payment
    const applied = this.#applied.map((one) => ({ applied: one.applied }))
    await Promise.all([
      this.#writePayment(connection),
      recordChange(connection, this.#context, { action: 'updated', object_kind: 'payment', object_id: payment.id }),
      ...this.#rows.map(({ row, write }) => write(connection, row)),
      this.#journal.write(connection),
      writeApplications(connection, applied, now),
      this.#journal.expectBills(connection),
      writeEvents(connection, this.#events()),
      reopen(
        connection,
        this.#applied.flatMap((one) => reopenedBy(one.applied, one.receivables)),
        now,
      ),
    ])
    for (const one of applied) await addToReceipt(connection, one.applied, now)
  }

  #events(): NewEvent[] {
    const version = this.#payment.version + 1n
    const money = this.#applied.flatMap(({ applied, receivables }) => [
      ...appliedEvents(applied, receivables),
      ...unappliedEvents(applied, version),
    ])
    const told = this.#rows.flatMap(({ row }) =>
      row.told_id === null ? [] : [captureEvent(this.#context, this.#payment, row, row.told_id)],
    )
    return [...money, ...told]
  }

  async #writePayment(connection: Connection): Promise<void> {
    const { environment_id, id, bucket, ...payment } = this.#payment
    const last = this.#applied.at(-1)?.applied
    await connection.query({
      ...settlePaymentSql,
      values: [
        environment_id,
        id,
        bucket,
        payment.applied_amount,
        payment.unapplied_amount,
        payment.direct_amount,
        payment.captured_amount,
        payment.voided_amount,
        payment.claimed_amount,
        payment.received_at,
        last === undefined ? null : JSON.stringify(last.explanation),
        this.#context.now,
      ],
    })
  }
}

/** A capture as money that arrives for its payment. */
function commandOf(
  { environment, actor, request_id, now }: ChangeContext,
  payment: LockedPayment,
  amount: bigint,
  target: PaymentTarget,
): Arrival {
  const { id, customer_id, currency, channel, processor, metadata } = payment
  const source = `clearing:${required(processor, 'only a processor authorises')}` as const
  const money = { id, customer_id, amount, currency, channel, source, received_at: now, metadata }
  return { environment, actor, request_id, payment: money, target }
}
