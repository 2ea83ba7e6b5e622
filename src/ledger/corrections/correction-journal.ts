import { assert, required } from '../../core/assert.ts'
import { bucketOf, formatId, type Id, newId } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import type { Queryable } from '../../database/pool.ts'
import { type NewEvent, renderEvent, writeEvents } from '../../events/outbox.ts'
import type { DataOf, EventType } from '../../events/registry.ts'
import { traceparentNow } from '../../tracing/span.ts'
import type { ChangeContext } from '../change.ts'
import { Journal, type OpenTransaction } from '../journal.ts'
import type { NewTransaction, SystemAccount } from '../journal-rows.ts'
import { moveFields, moveOf } from '../move.ts'
import { billPaid } from '../payments/bill-paid.ts'
import { appliedToOf, countsFrom, formatReceivableId, ownerField, type Receivable } from '../receivable.ts'
import { type LockedPayment, reopen } from '../store.ts'
import type { Application } from './application.ts'
import type { Taken } from './chosen.ts'
import { type CorrectionRows, writeCorrection } from './write.ts'

/** Why an application is reversed: on its own, or because its payment is reversed, refunded or transferred. */
type Cause = {
  kind: 'application_reversal' | 'payment_reversal' | 'refund' | 'transfer'
  id: Id | null
  reason: string
  follows?: Id | undefined
}

/** Why money is taken out of a payment, and the account that it goes through. */
export type TakeBackCause = {
  kind: 'payment_reversal' | 'refund'
  id: Id
  reason: string
  account: SystemAccount
  effective_at?: Date
  /** Of a payment that came of the one that is reversed: the reversal of that one, by which it is told. */
  follows?: Id
}

/** Money that goes on as another payment: its id, why, since when it has been here, and when each application of it counts from. */
export type PassOnCause = { id: Id; reason: string; since: Date; countedFrom: ReadonlyMap<Id, Date> }

/** Money that comes back to its payment: of a refund that failed, or of a reversal that was undone. */
export type ComeBack = {
  kind: 'refund_failed' | 'dispute_won'
  source_id: Id
  reason: string
  /** The account that it comes through. */
  account: SystemAccount
  amount: bigint
  /** What of it had been booked as a loss when it was taken. */
  lost: bigint
  /** What of it goes to the losses of other reversals of the payment. */
  covers: bigint
  /** What of it goes back to the payments that the money had become. */
  transferred?: bigint
  /** What of it goes to debts that are still open. */
  parts: { receivable: Receivable; amount: bigint }[]
  /** When it counts from: now, unless something that it pays counts from later. */
  effective_at: Date
}

/**
 * Collects the corrections of one locked payment, always as new entries, and writes them together at the end: entries,
 * amounts of the payment, applications, their reversals, and one event for each.
 */
export class Correction {
  readonly journal: Journal
  readonly #context: ChangeContext
  readonly #payment: LockedPayment
  readonly #rows: CorrectionRows = { applications: [], reversals: [], changed: new Set() }
  readonly #events: NewEvent[] = []
  /** The customer that money came back to. */
  #holder: Id | undefined

  /** Corrections of several payments that are made together share a journal. */
  constructor(context: ChangeContext, payment: LockedPayment, journal: Journal = new Journal(context.now)) {
    assert(payment.status === 'succeeded', 'only money that has arrived is corrected')
    this.#context = context
    this.#payment = payment
    this.journal = journal
  }

  /** Applies unapplied money of the payment to a receivable: a new application with a new id. */
  apply(receivable: Receivable, amount: bigint): Application {
    const payment = this.#payment
    const id = newId(payment.bucket, this.#context.now.getTime())
    const effective_at = countsFrom(receivable, -amount, this.#context.now)
    const transaction = this.#open({ kind: 'application', source_id: id, effective_at })
    this.journal.postToReceivable(transaction, receivable, -amount)
    this.journal.postToSystemAccount(transaction, 'unapplied', payment.currency, amount)
    payment.unapplied_amount -= amount
    const application = this.#applied(id, receivable, amount, transaction.id)
    this.tell('obligation.amount_applied', id, {
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
    this.#tellPaid(receivable)
    return application
  }

  /** A new application of the payment. */
  #applied(id: Id, receivable: Receivable, amount: bigint, transaction_id: Id): Application {
    const { now, environment } = this.#context
    const payment = this.#payment
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
      transaction_id,
      version: 1n,
      created_at: now,
      updated_at: now,
    }
    this.#rows.applications.push(application)
    return application
  }

  #tellPaid(receivable: Receivable): void {
    const { environment, now } = this.#context
    if (receivable.balance === 0n) this.#events.push(...billPaid(environment, receivable, now))
  }

  /** Reverses one application to unapplied, in whole or in part, by the mirror image of its entries. */
  unapply(application: Application, receivable: Receivable, amount: bigint, reason: string): void {
    const transaction = this.#open({ kind: 'application_reversal', source_id: application.id, reason })
    this.journal.postToReceivable(transaction, receivable, amount)
    this.journal.postToSystemAccount(transaction, 'unapplied', application.currency, -amount)
    this.#payment.unapplied_amount += amount
    this.#reversed(application, receivable, amount, { kind: 'application_reversal', id: null, reason }, transaction.id)
  }

  /** Takes money out of the payment, since it is reversed or refunded; what is uncovered is a loss. Returns the ledger transaction. */
  takeBack({ total, unapplied, direct, suspense, parts, transferred, uncovered }: Taken, cause: TakeBackCause): Id {
    const payment = this.#payment
    const { currency } = payment
    const { kind, id, reason, account, effective_at, follows } = cause
    const transaction = this.#open({ kind, source_id: id, reason, effective_at })
    this.journal.postToSystemAccount(transaction, account, currency, -total - uncovered)
    if (uncovered > 0n) this.journal.postToSystemAccount(transaction, 'losses', currency, uncovered)
    if (unapplied > 0n) this.journal.postToSystemAccount(transaction, 'unapplied', currency, unapplied)
    if (direct > 0n) this.journal.postToSystemAccount(transaction, 'direct_receipts', currency, direct)
    if (suspense > 0n) this.journal.postToSystemAccount(transaction, 'suspense', currency, suspense)
    if (transferred > 0n) this.journal.postToSystemAccount(transaction, 'transfers', currency, transferred)
    payment.unapplied_amount -= unapplied
    payment.direct_amount -= direct
    payment.transferred_amount -= transferred
    payment.suspense_amount -= suspense
    payment[kind === 'refund' ? 'refunded_amount' : 'reversed_amount'] += total
    for (const { application, receivable, amount } of parts) {
      this.journal.postToReceivable(transaction, receivable, amount)
      this.#reversed(application, receivable, amount, { kind, id, reason, follows }, transaction.id)
    }
    return transaction.id
  }

  /**
   * Takes money out of the payment that goes on as another one, as of when it came: it was never this customer's. What it was applied to
   * is undone as of when that had counted, so it is paid at no date. Returns the ledger transaction.
   */
  passOn({ total, unapplied, parts }: Taken, { id, reason, since, countedFrom }: PassOnCause): Id {
    const payment = this.#payment
    const { currency } = payment
    const open = (effective_at: Date) => this.#open({ kind: 'transfer', source_id: id, reason, effective_at })
    const transaction = open(since)
    this.journal.postToSystemAccount(transaction, 'transfers', currency, -total)
    let held = unapplied
    for (const { application, receivable, amount } of parts) {
      const counted = required(countedFrom.get(application.transaction_id), 'an application has its transaction')
      const undone = counted.getTime() === since.getTime() ? transaction : open(counted)
      if (undone !== transaction) {
        this.journal.postToSystemAccount(undone, 'unapplied', currency, -amount)
        held += amount
      }
      this.journal.postToReceivable(undone, receivable, amount)
      this.#reversed(application, receivable, amount, { kind: 'transfer', id, reason }, undone.id)
    }
    if (held > 0n) this.journal.postToSystemAccount(transaction, 'unapplied', currency, held)
    payment.unapplied_amount -= unapplied
    payment.transferred_amount += total
    return transaction.id
  }

  /** Books money that was on its way to the payer as gone from the account that it was paid from. Returns the ledger transaction. */
  payOut({ source_id, reason, account, amount }: Pick<ComeBack, 'source_id' | 'reason' | 'account' | 'amount'>): Id {
    const transaction = this.#open({ kind: 'refund_succeeded', source_id, reason })
    this.journal.postToSystemAccount(transaction, 'refunds', this.#payment.currency, amount)
    this.journal.postToSystemAccount(transaction, account, this.#payment.currency, -amount)
    return transaction.id
  }

  /**
   * Brings money back: first it undoes losses, then `parts` are applied anew, and the rest stays unapplied and is told; where there
   * is no customer it is direct again. Returns the ledger transaction, by whose id it is told.
   */
  bringBack({
    kind,
    source_id,
    reason,
    account,
    amount,
    lost,
    covers,
    transferred = 0n,
    parts,
    effective_at,
  }: ComeBack): Id {
    const { now } = this.#context
    const payment = this.#payment
    const { currency } = payment
    const transaction = this.#open({ kind, source_id, reason, effective_at })
    this.journal.postToSystemAccount(transaction, account, currency, amount)
    if (lost + covers > 0n) this.journal.postToSystemAccount(transaction, 'losses', currency, -lost - covers)
    if (transferred > 0n) this.journal.postToSystemAccount(transaction, 'transfers', currency, -transferred)
    const rest = amount - lost - covers - transferred - parts.reduce((sum, part) => sum + part.amount, 0n)
    assert(rest >= 0n, 'no more is applied again than came back')
    const [direct, unapplied] = payment.customer_id === null ? [rest, 0n] : [0n, rest]
    if (direct > 0n) this.journal.postToSystemAccount(transaction, 'direct_receipts', currency, -direct)
    if (unapplied > 0n) this.journal.postToSystemAccount(transaction, 'unapplied', currency, -unapplied)
    payment[kind === 'refund_failed' ? 'refunded_amount' : 'reversed_amount'] -= amount - lost
    payment.reversed_amount += covers
    payment.transferred_amount += transferred
    payment.direct_amount += direct
    payment.unapplied_amount += unapplied
    for (const part of parts) {
      const id = newId(payment.bucket, now.getTime())
      this.journal.postToReceivable(transaction, part.receivable, -part.amount)
      const application = this.#applied(id, part.receivable, part.amount, transaction.id)
      this.tell('obligation.amount_applied', id, {
        ...this.#obligation(application, part.receivable, part.amount),
        ...moveFields(moveOf(part.receivable, -part.amount, kind)),
      })
      this.#tellPaid(part.receivable)
    }
    if (unapplied > 0n) this.#tellUnapplied(unapplied)
    return transaction.id
  }

  /** Tells of money that came back and stays unapplied: its customer has something again, and is no longer archived. */
  #tellUnapplied(amount: bigint): void {
    const { now } = this.#context
    const payment = this.#payment
    this.#holder = required(payment.customer_id, 'only the money of a customer stays unapplied')
    const at = now.toISOString()
    const id = newId(payment.bucket, now.getTime())
    const data = {
      amount: toNumber(amount),
      currency: payment.currency,
      payment_id: formatId('payment', payment.id),
      customer_id: formatId('customer', this.#holder),
      metadata: payment.metadata,
      created_at: at,
      updated_at: at,
      object_version: toNumber(payment.version + 1n),
    }
    this.tell('payment.amount_unapplied', id, data, payment.id)
  }

  #open(transaction: Pick<NewTransaction, 'kind' | 'source_id' | 'reason' | 'effective_at'>): OpenTransaction {
    const { request_id, actor } = this.#context
    const { bucket, environment_id } = this.#payment
    return this.journal.open({ bucket, environment_id, request_id, actor, ...transaction })
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
    const { kind, reason } = cause
    const payment_reversal_id = kind === 'payment_reversal' ? cause.id : null
    const refund_id = kind === 'refund' ? cause.id : null
    const transfer_id = kind === 'transfer' ? cause.id : null
    const why = { reason, payment_reversal_id, refund_id, transfer_id }
    this.#rows.reversals.push({ id, application, amount, ...why, transaction_id: transactionId })
    this.tell('obligation.amount_reversed', id, {
      ...this.#obligation(application, receivable, amount),
      ...moveFields(moveOf(receivable, amount, kind)),
      amount_applied: toNumber(application.amount),
      amount_reversed: toNumber(application.reversed_amount),
      reason,
      ...(payment_reversal_id !== null && { reversal_id: formatId('reversal', cause.follows ?? payment_reversal_id) }),
      ...(refund_id !== null && { refund_id: formatId('refund', refund_id) }),
      ...(transfer_id !== null && { transferred_to: formatId('payment', transfer_id) }),
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

  /** Tells of what has the id that is given. What is about the payment has the payment as its subject. */
  tell<Type extends EventType>(type: Type, id: Id, data: DataOf<Type>, subject_id = id): void {
    const { environment, now } = this.#context
    const bucket = bucketOf(this.#payment.id)
    this.#events.push(renderEvent(environment, { id, bucket, type, subject_id, created_at: now, data }))
  }

  /** Writes everything, pipelined, and with it the corrections of other payments that share its journal. */
  async write(connection: Queryable, others: readonly Correction[] = []): Promise<void> {
    const { now, environment, actor, request_id } = this.#context
    const all = [this, ...others]
    assert(
      all.every(({ journal }) => journal === this.journal),
      'what is written together is entered together',
    )
    const cause = { environment_id: environment.id, actor, request_id, traceparent: traceparentNow() }
    const reopened = all.flatMap((one) => (one.#holder === undefined ? [] : [{ id: one.#holder, ...cause }]))
    await Promise.all([
      this.journal.write(connection),
      ...all.map((one) => writeCorrection(connection, one.#payment, one.#rows, now)),
      this.journal.expectBills(connection),
      writeEvents(
        connection,
        all.flatMap((one) => one.#events),
      ),
      reopen(connection, reopened, now),
    ])
  }
}
