import { required } from '../../core/assert.ts'
import { formatInstant } from '../../core/clock.ts'
import { bucketOf, formatId, type Id, newId } from '../../core/id/id.ts'
import { toNumber } from '../../core/money.ts'
import { bigintArray, integerArray, textArray, timeArray, uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import { jsonTexts, loadSql } from '../../database/sql.ts'
import { type NewEvent, renderEvent } from '../../events/outbox.ts'
import { appliedToOf, ownerField, type Receivable, type ReceivableIndex, type ReceivableKind } from '../receivable.ts'
import { billPaid } from './bill-paid.ts'
import type { AppliedLine, AppliedPayment, Arrival, PaymentCommand, PaymentExplanation } from './command.ts'

/** A payment that was applied. */
export type AppliedRow = { applied: AppliedPayment }

const openPaymentsSql = loadSql(import.meta.url, '../sql/open-payments.sql')
const writePaymentsSql = loadSql(import.meta.url, '../sql/write-payments.sql')
const completePaymentsSql = loadSql(import.meta.url, '../sql/complete-session-payments.sql')
const writeApplicationsSql = loadSql(import.meta.url, '../sql/write-applications.sql')

/** Writes recorded payments, and completes those that a session has started. */
export async function writePayments(connection: Queryable, rows: AppliedRow[], now: Date): Promise<void> {
  const recorded = rows.filter(({ applied }) => applied.command.claim.kind !== 'session')
  const completed = rows.filter(({ applied }) => applied.command.claim.kind === 'session')
  await Promise.all([
    recorded.length > 0 ? connection.query({ ...writePaymentsSql, values: recordedColumns(recorded, now) }) : undefined,
    completed.length > 0
      ? connection.query({ ...completePaymentsSql, values: completedColumns(completed, now) })
      : undefined,
  ])
}

function recordedColumns(rows: AppliedRow[], now: Date): unknown[] {
  const payments = rows.map(({ applied }) => applied.command.payment)
  const claims = rows.map(({ applied }) => applied.command.claim)
  return [
    uuidArray(payments.map(({ id }) => id)),
    integerArray(payments.map(({ id }) => bucketOf(id))),
    integerArray(rows.map(({ applied }) => applied.command.environment.id)),
    uuidArray(rows.map(({ applied }) => applied.customer_id)),
    textArray(payments.map(({ channel }) => channel)),
    textArray(claims.map((claim) => ('reference' in claim ? claim.reference : null))),
    textArray(payments.map(({ currency }) => currency)),
    bigintArray(payments.map(({ amount }) => amount)),
    bigintArray(rows.map(({ applied }) => applied.applied_amount)),
    bigintArray(rows.map(({ applied }) => applied.unapplied_amount)),
    jsonTexts(rows.map(({ applied }) => JSON.stringify(applied.explanation))),
    jsonTexts(payments.map(({ metadata }) => JSON.stringify(metadata))),
    timeArray(payments.map(({ received_at }) => received_at)),
    now,
    uuidArray(claims.map((claim) => (claim.kind === 'replace' ? claim.replaces : null))),
    bigintArray(rows.map(({ applied }) => applied.direct_amount)),
    uuidArray(rows.map(({ applied }) => applied.announced?.checkout?.id ?? null)),
    jsonTexts(payments.map(({ details }) => (details === undefined ? null : JSON.stringify(details)))),
    bigintArray(rows.map(({ applied }) => applied.suspense_amount)),
  ]
}

function completedColumns(rows: AppliedRow[], now: Date): unknown[] {
  const payments = rows.map(({ applied }) => applied.command.payment)
  const details = rows.map(({ applied }) => detailsOf(applied.command))
  return [
    uuidArray(payments.map(({ id }) => id)),
    integerArray(payments.map(({ id }) => bucketOf(id))),
    integerArray(rows.map(({ applied }) => applied.command.environment.id)),
    bigintArray(rows.map(({ applied }) => applied.applied_amount)),
    bigintArray(rows.map(({ applied }) => applied.unapplied_amount)),
    bigintArray(rows.map(({ applied }) => applied.direct_amount)),
    textArray(rows.map(({ applied }) => JSON.stringify(applied.explanation))),
    textArray(details.map((detail) => (detail === undefined ? null : JSON.stringify(detail)))),
    timeArray(payments.map(({ received_at }) => received_at)),
    now,
    rows.length,
    bigintArray(payments.map(({ amount }) => amount)),
  ]
}

function detailsOf({ claim }: PaymentCommand) {
  return claim.kind === 'session' ? claim.method_details : undefined
}

/** Writes one application for each line of each payment. */
export function writeApplications(
  connection: Queryable,
  rows: { applied: AppliedPayment<Arrival> }[],
  now: Date,
): Promise<void> {
  const lines = rows.flatMap(({ applied }) =>
    applied.lines.map((line) => ({
      id: line.obligation_id,
      environment_id: applied.command.environment.id,
      customer_id: required(applied.customer_id, 'only the money of a customer is applied'),
      payment_id: applied.command.payment.id,
      receivable_id: line.receivable_id,
      kind: line.kind,
      currency: applied.command.payment.currency,
      amount: line.amount,
      transaction_id: line.transaction_id,
    })),
  )
  return insertApplications(connection, lines, now)
}

type NewApplication = {
  id: Id
  environment_id: number
  customer_id: Id
  payment_id: Id
  receivable_id: Id
  kind: ReceivableKind
  currency: string
  amount: bigint
  transaction_id: Id
}

/** Writes new applications in one statement. */
export async function insertApplications(connection: Queryable, rows: NewApplication[], now: Date): Promise<void> {
  if (rows.length === 0) return
  await connection.query({
    ...writeApplicationsSql,
    values: [
      uuidArray(rows.map(({ id }) => id)),
      integerArray(rows.map(({ id }) => bucketOf(id))),
      integerArray(rows.map(({ environment_id }) => environment_id)),
      uuidArray(rows.map(({ customer_id }) => customer_id)),
      uuidArray(rows.map(({ payment_id }) => payment_id)),
      uuidArray(rows.map(({ receivable_id }) => receivable_id)),
      textArray(rows.map(({ kind }) => kind)),
      textArray(rows.map(({ currency }) => currency)),
      bigintArray(rows.map(({ amount }) => amount)),
      uuidArray(rows.map(({ transaction_id }) => transaction_id)),
      now,
    ],
  })
}

// A payment over a thousand bills would otherwise put a thousand lines into each of a thousand events.
const shownLinesMax = 20

/**
 * The events of one applied payment: one for each application, one for each bill that it leaves paid, and one when money stays
 * unapplied. A payment that was started on a page succeeds by an event of its own; a recorded one was told by its caller.
 */
export function paymentEvents(applied: AppliedPayment, receivables: ReceivableIndex): NewEvent[] {
  return [
    ...appliedEvents(applied, receivables),
    ...(applied.started ? [paymentSucceeded(applied, applied.started)] : []),
    ...unappliedEvents(applied, versionOf(applied)),
  ]
}

/** One event for each application, and one for each bill that it leaves paid. */
export function appliedEvents(applied: AppliedPayment<Arrival>, receivables: ReceivableIndex): NewEvent[] {
  const { command, recorded_at } = applied
  const { payment, environment } = command
  const shared = { ...sharedData(applied), object_version: 1 }
  const events: NewEvent[] = []
  for (const line of applied.lines) {
    const receivable = receivables.get(line.receivable_id) as Receivable
    events.push(
      renderEvent(environment, {
        id: line.obligation_id,
        bucket: bucketOf(payment.id),
        type: 'obligation.amount_applied',
        subject_id: line.obligation_id,
        created_at: recorded_at,
        data: { ...lineData(line, receivable), ...shared },
      }),
    )
    if (line.balance_after === 0n) events.push(...billPaid(environment, receivable, recorded_at))
  }
  return events
}

/** The event of what stays unapplied, if anything does, with the version of the payment that it leaves. */
export function unappliedEvents(applied: AppliedPayment<Arrival>, version: bigint): NewEvent[] {
  if (applied.unapplied_amount === 0n) return []
  const { command, recorded_at } = applied
  const { payment, environment } = command
  const bucket = bucketOf(payment.id)
  const unapplied = renderEvent(environment, {
    id: newId(bucket, recorded_at.getTime()),
    bucket,
    type: 'payment.amount_unapplied',
    subject_id: payment.id,
    created_at: recorded_at,
    data: {
      ...sharedData(applied),
      object_version: toNumber(version),
      amount: toNumber(applied.unapplied_amount),
      customer_id: formatId('customer', required(applied.customer_id, 'only the money of a customer stays unapplied')),
    },
  })
  return [unapplied]
}

function sharedData({ command: { payment }, explanation, recorded_at }: AppliedPayment<Arrival>) {
  return {
    currency: payment.currency,
    payment_id: formatId('payment', payment.id),
    metadata: payment.metadata,
    created_at: formatInstant(recorded_at),
    updated_at: formatInstant(recorded_at),
    explanation: shorten(explanation),
  }
}

/** The version of the payment that completing it leaves. */
function versionOf({ started }: AppliedPayment): bigint {
  return started ? started.version + 1n : 1n
}

function paymentSucceeded(applied: AppliedPayment, started: NonNullable<AppliedPayment['started']>): NewEvent {
  const { command, recorded_at } = applied
  const { payment, environment } = command
  const bucket = bucketOf(payment.id)
  return renderEvent(environment, {
    id: newId(bucket, recorded_at.getTime()),
    bucket,
    type: 'payment.succeeded',
    subject_id: payment.id,
    created_at: recorded_at,
    data: {
      id: formatId('payment', payment.id),
      status: 'succeeded',
      ...(applied.customer_id !== null && { customer_id: formatId('customer', applied.customer_id) }),
      channel: payment.channel,
      amount: toNumber(payment.amount),
      currency: payment.currency,
      applied_amount: toNumber(applied.applied_amount),
      unapplied_amount: toNumber(applied.unapplied_amount),
      direct_amount: toNumber(applied.direct_amount),
      payment_method_details: detailsOf(command),
      metadata: payment.metadata,
      mode: environment.mode,
      received_at: formatInstant(payment.received_at),
      created_at: formatInstant(started.created_at),
      updated_at: formatInstant(recorded_at),
      object_version: toNumber(versionOf(applied)),
    },
  })
}

function lineData(line: AppliedLine, receivable: Receivable) {
  return {
    id: formatId('obligation', line.obligation_id),
    amount: toNumber(line.amount),
    ...ownerField(receivable),
    applied_to: appliedToOf(receivable),
    sequence: toNumber(line.sequence),
    balance_before: toNumber(line.balance_after + line.amount),
    balance_after: toNumber(line.balance_after),
    cause: 'payment' as const,
  }
}

function shorten(explanation: PaymentExplanation): PaymentExplanation & { applied_count: number } {
  return {
    ...explanation,
    applied: explanation.applied.slice(0, shownLinesMax),
    skipped: explanation.skipped.slice(0, shownLinesMax),
    applied_count: explanation.applied.length,
  }
}

/** What somebody has to decide: whose the money is, or what it is to pay. */
export type OpenKind = 'unidentified' | 'unapplied'

/**
 * Puts payments that have just arrived onto the work lists, where money of them is unidentified or unapplied. Most have none, and
 * then nothing is sent. What closes them again is written with their amounts (correct-payment.sql).
 */
export async function openPayments(connection: Queryable, rows: { applied: AppliedPayment<Arrival> }[]): Promise<void> {
  const open = rows.flatMap(({ applied }): { id: Id; environment_id: number; kind: OpenKind }[] => {
    const { id } = applied.command.payment
    const environment_id = applied.command.environment.id
    if (applied.suspense_amount > 0n) return [{ id, environment_id, kind: 'unidentified' }]
    return applied.unapplied_amount > 0n ? [{ id, environment_id, kind: 'unapplied' }] : []
  })
  if (open.length === 0) return
  await connection.query({
    ...openPaymentsSql,
    values: [
      uuidArray(open.map(({ id }) => id)),
      integerArray(open.map(({ id }) => bucketOf(id))),
      integerArray(open.map(({ environment_id }) => environment_id)),
      textArray(open.map(({ kind }) => kind)),
    ],
  })
}
