import { bucketOf, type Id } from '../../core/id/id.ts'
import { bigintArray, integerArray, textArray, timeArray, uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import { jsonTexts, loadSql } from '../../database/sql.ts'
import type { ReceivableKind } from '../receivable.ts'
import type { AppliedPayment } from './command.ts'

/** A payment that was applied. */
export type AppliedRow = { applied: AppliedPayment }

const writePaymentsSql = loadSql(import.meta.url, '../sql/write-payments.sql')
const completePaymentsSql = loadSql(import.meta.url, '../sql/complete-session-payments.sql')
const writeApplicationsSql = loadSql(import.meta.url, '../sql/write-applications.sql')

/** Writes recorded payments, and completes those that a session had started. */
export async function writePayments(connection: Queryable, rows: AppliedRow[], now: Date): Promise<void> {
  const recorded = rows.filter(({ applied }) => applied.command.claim.kind === 'record')
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
  return [
    uuidArray(payments.map(({ id }) => id)),
    integerArray(payments.map(({ id }) => bucketOf(id))),
    integerArray(rows.map(({ applied }) => applied.command.environment.id)),
    uuidArray(rows.map(({ applied }) => applied.customer_id)),
    textArray(payments.map(({ channel }) => channel)),
    textArray(
      rows.map(({ applied: { command } }) => (command.claim.kind === 'record' ? command.claim.reference : null)),
    ),
    textArray(payments.map(({ currency }) => currency)),
    bigintArray(payments.map(({ amount }) => amount)),
    bigintArray(rows.map(({ applied }) => applied.applied_amount)),
    bigintArray(rows.map(({ applied }) => applied.unapplied_amount)),
    jsonTexts(rows.map(({ applied }) => JSON.stringify(applied.explanation))),
    jsonTexts(payments.map(({ metadata }) => JSON.stringify(metadata))),
    timeArray(payments.map(({ received_at }) => received_at)),
    now,
  ]
}

function completedColumns(rows: AppliedRow[], now: Date): unknown[] {
  const payments = rows.map(({ applied }) => applied.command.payment)
  const details = rows.map(({ applied: { command } }) =>
    command.claim.kind === 'session' ? command.claim.method_details : undefined,
  )
  return [
    uuidArray(payments.map(({ id }) => id)),
    integerArray(payments.map(({ id }) => bucketOf(id))),
    integerArray(rows.map(({ applied }) => applied.command.environment.id)),
    bigintArray(rows.map(({ applied }) => applied.applied_amount)),
    bigintArray(rows.map(({ applied }) => applied.unapplied_amount)),
    textArray(rows.map(({ applied }) => JSON.stringify(applied.explanation))),
    textArray(details.map((detail) => (detail === undefined ? null : JSON.stringify(detail)))),
    timeArray(payments.map(({ received_at }) => received_at)),
    now,
    rows.length,
  ]
}

/** Writes one application for each line of each payment. */
export function writeApplications(connection: Queryable, rows: AppliedRow[], now: Date): Promise<void> {
  const lines = rows.flatMap(({ applied }) =>
    applied.lines.map((line) => ({
      id: line.obligation_id,
      environment_id: applied.command.environment.id,
      customer_id: applied.customer_id,
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

/** Writes new applications, set-wise. */
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
