import { assert, required } from '../../core/assert.ts'
import { bucketOf, formatId, type Id, newId } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import type { Queryable } from '../../database/pool.ts'
import { type NewEvent, renderEvent, writeEvents } from '../../events/outbox.ts'
import type { DataOf, EventType } from '../../events/registry.ts'
import type { ChangeContext } from '../change.ts'
import { Journal } from '../journal.ts'
import { moveFields, moveOf } from '../move.ts'
import { billPaid } from '../payments/write.ts'
import { appliedToOf, countsFrom, formatReceivableId, ownerField, type Receivable } from '../receivable.ts'
import type { LockedPayment } from '../store.ts'
import type { Application } from './application.ts'
import { type CorrectionRows, writeCorrection } from './write.ts'

/** Why an application is reversed: on its own, or because its whole payment is. */
export type Cause = { reason: string; payment_reversal_id: Id | null }

/**
 * Collects the corrections of one locked payment, always as new entries, and writes them together at the end: entries,
 * amounts of the payment, applications, their reversals, and one event for each, also for the reversal of the payment.
 */
export class Correction {
  readonly journal: Journal
  readonly #context: ChangeContext
  readonly #payment: LockedPayment
  readonly #rows: CorrectionRows = { applications: [], reversals: [], changed: new Set() }
  readonly #events: NewEvent[] = []

  constructor(context: ChangeContext, payment: LockedPayment) {
    assert(payment.status === 'succeeded', 'only money that has arrived is corrected')
    this.#context = context
    this.#payment = payment
    this.journal = new Journal(context.now)
  }

  /** Applies unapplied money of the payment to a receivable: a new application with a new id. */
  apply(receivable: Receivable, amount: bigint): Application {
    const { now, environment, request_id, actor } = this.#context
    const payment = this.#payment
    const id = newId(payment.bucket, now.getTime())
    const transaction = this.journal.open({
      bucket: payment.bucket,
      environment_id: environment.id,
      kind: 'application',
      source_id: id,
      request_id,
      actor,
      effective_at: countsFrom(receivable, -amount, now),
    })
    this.journal.postToReceivable(transaction, receivable, -amount)
    this.journal.postToSystemAccount(transaction, 'unapplied', payment.currency, amount)
    payment.unapplied_amount -= amount
    payment.applied_amount += amount
    const application: Application = {
      id,
      bucket: payment.bucket,
      environment_id: environment.id,
      customer_id: required(payment.customer_id, 'only the money of a customer is applied'),
      payment_id: payment.id,
      receivable_id: receivable.id,
      kind: receivable.kind,
      currency: payment.currency,
      amount,
      reversed_amount: 0n,
      transaction_id: transaction.id,
      version: 1n,
      created_at: now,
      updated_at: now,
    }
    this.#rows.applications.push(application)
    this.#emit('obligation.amount_applied', id, {
      ...this.#obligation(application, receivable, amount),
      ...moveFields(moveOf(receivable, -amount, 'application')),
      explanation: {
        policy: 'explicit',
        applied: [{ to: formatReceivableId(receivable), amount: toNumber(amount), rule: 'explicit' }],
        skipped: [],
        applied_count: 1,
        unapplied_amount: toNumber(payment.unapplied_amount),
      },
    })
    if (receivable.balance === 0n) this.#events.push(...billPaid(environment, receivable, now))
    return application
  }

  /** Reverses one application to unapplied, in whole or in part, by the mirror image of its entries. */
  unapply(application: Application, receivable: Receivable, amount: bigint, reason: string): void {
    const transaction = this.journal.open({
      bucket: application.bucket,
      environment_id: application.environment_id,
      kind: 'application_reversal',
      source_id: application.id,
      reason,
      request_id: this.#context.request_id,
      actor: this.#context.actor,
    })
    this.journal.postToReceivable(transaction, receivable, amount)
    this.journal.postToSystemAccount(transaction, 'unapplied', application.currency, -amount)
    this.#payment.unapplied_amount += amount
    this.#reversed(application, receivable, amount, { reason, payment_reversal_id: null }, transaction.id)
  }

  /** Reverses the payment: the unapplied part first, then its applications, in the order given. */
  reversePayment(
    parts: { application: Application; receivable: Receivable; amount: bigint }[],
    unapplied: bigint,
    reversal: { id: Id; reason: string; clearing: string },
  ): void {
    const payment = this.#payment
    const total = unapplied + parts.reduce((sum, part) => sum + part.amount, 0n)
    const transaction = this.journal.open({
      bucket: payment.bucket,
      environment_id: payment.environment_id,
      kind: 'payment_reversal',
      source_id: reversal.id,
      reason: reversal.reason,
      request_id: this.#context.request_id,
      actor: this.#context.actor,
    })
    this.journal.postToSystemAccount(transaction, `clearing:${reversal.clearing}`, payment.currency, -total)
    if (unapplied > 0n) this.journal.postToSystemAccount(transaction, 'unapplied', payment.currency, unapplied)
    payment.unapplied_amount -= unapplied
    payment.reversed_amount += total
    for (const { application, receivable, amount } of parts) {
      this.journal.postToReceivable(transaction, receivable, amount)
      const cause = { reason: reversal.reason, payment_reversal_id: reversal.id }
      this.#reversed(application, receivable, amount, cause, transaction.id)
    }
    this.#emit(
      'payment.reversed',
      reversal.id,
      {
        id: formatId('reversal', reversal.id),
        payment_id: formatId('payment', payment.id),
        ...(payment.customer_id !== null && { customer_id: formatId('customer', payment.customer_id) }),
        currency: payment.currency,
        amount: toNumber(total),
        unapplied_amount: toNumber(unapplied),
        reason: reversal.reason,
        obligations: parts.map(({ application, amount }) => ({
          id: formatId('obligation', application.id),
          amount: toNumber(amount),
        })),
        created_at: this.#context.now.toISOString(),
        // What writes the correction raises it by one.
        object_version: toNumber(payment.version + 1n),
      },
      payment.id,
    )
  }

  #reversed(application: Application, receivable: Receivable, amount: bigint, cause: Cause, transactionId: Id): void {
    const { now } = this.#context
    application.reversed_amount += amount
    application.version += 1n
    application.updated_at = now
    assert(application.reversed_amount <= application.amount, 'no more is reversed than was applied')
    this.#payment.applied_amount -= amount
    const id = newId(application.bucket, now.getTime())
    this.#rows.changed.add(application)
    this.#rows.reversals.push({ id, application, amount, ...cause, transaction_id: transactionId })
    this.#emit('obligation.amount_reversed', id, {
      ...this.#obligation(application, receivable, amount),
      ...moveFields(
        moveOf(receivable, amount, cause.payment_reversal_id === null ? 'application_reversal' : 'payment_reversal'),
      ),
      amount_applied: toNumber(application.amount),
      amount_reversed: toNumber(application.reversed_amount),
      reason: cause.reason,
      ...(cause.payment_reversal_id !== null && { reversal_id: formatId('reversal', cause.payment_reversal_id) }),
    })
  }

  #obligation(application: Application, receivable: Receivable, amount: bigint) {
    return {
      id: formatId('obligation', application.id),
      amount: toNumber(amount),
      currency: application.currency,
      payment_id: formatId('payment', application.payment_id),
      ...ownerField(receivable),
      applied_to: appliedToOf(receivable),
      metadata: this.#payment.metadata,
      created_at: application.created_at.toISOString(),
      updated_at: application.updated_at.toISOString(),
      object_version: toNumber(application.version),
    }
  }

  /** Emits the event of a new application or a new reversal, which has the same id. A reversed payment is told as the payment. */
  #emit<Type extends EventType>(type: Type, id: Id, data: DataOf<Type>, subject_id = id): void {
    const { environment, now } = this.#context
    const bucket = bucketOf(this.#payment.id)
    this.#events.push(renderEvent(environment, { id, bucket, type, subject_id, created_at: now, data }))
  }

  /** Writes everything, pipelined. */
  async write(connection: Queryable): Promise<void> {
    await Promise.all([
      this.journal.write(connection),
      writeCorrection(connection, this.#payment, this.#rows, this.#context.now),
      this.journal.expectBills(connection),
      writeEvents(connection, this.#events),
    ])
  }
}
