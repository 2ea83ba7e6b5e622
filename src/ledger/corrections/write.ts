import { assert } from '../../core/assert.ts'
import type { Id } from '../../core/id/id.ts'
import { bigintArray, integerArray, textArray, uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import { insertApplications } from '../payments/write.ts'
import type { LockedPayment } from '../store.ts'
import type { Application } from './application.ts'

export type ReversalRow = {
  id: Id
  application: Application
  amount: bigint
  reason: string
  payment_reversal_id: Id | null
  refund_id: Id | null
  /** The payment that the money went on as. */
  transfer_id: Id | null
  transaction_id: Id
}

export type CorrectionRows = { applications: Application[]; reversals: ReversalRow[]; changed: Set<Application> }

const correctPaymentSql = loadSql(import.meta.url, '../sql/correct-payment.sql')
const updateApplicationsSql = loadSql(import.meta.url, '../sql/update-applications.sql')
const writeReversalsSql = loadSql(import.meta.url, '../sql/write-application-reversals.sql')

/** Writes the amounts of the payment, its new applications, and the reversals of the others. */
export async function writeCorrection(
  connection: Queryable,
  payment: LockedPayment,
  { applications, reversals, changed }: CorrectionRows,
  now: Date,
): Promise<void> {
  const [updated, touched] = await Promise.all([
    updatePayment(connection, payment, now),
    changed.size > 0 ? updateApplications(connection, [...changed], now) : 0,
    insertApplications(connection, applications, now),
    reversals.length > 0 ? insertReversals(connection, reversals, now) : undefined,
  ])
  assert(updated === 1 && touched === changed.size, 'every locked row is updated')
}

async function updatePayment(connection: Queryable, payment: LockedPayment, now: Date): Promise<number | null> {
  const { rowCount } = await connection.query({
    ...correctPaymentSql,
    values: [
      payment.environment_id,
      payment.id,
      payment.bucket,
      payment.applied_amount,
      payment.unapplied_amount,
      payment.reversed_amount,
      payment.refunded_amount,
      payment.direct_amount,
      now,
      payment.suspense_amount,
      payment.transferred_amount,
    ],
  })
  return rowCount
}

async function updateApplications(connection: Queryable, rows: Application[], now: Date): Promise<number | null> {
  const { rowCount } = await connection.query({
    ...updateApplicationsSql,
    values: [
      uuidArray(rows.map(({ id }) => id)),
      integerArray(rows.map(({ bucket }) => bucket)),
      integerArray(rows.map(({ environment_id }) => environment_id)),
      bigintArray(rows.map(({ reversed_amount }) => reversed_amount)),
      bigintArray(rows.map(({ version }) => version)),
      now,
    ],
  })
  return rowCount
}

async function insertReversals(connection: Queryable, rows: ReversalRow[], now: Date): Promise<void> {
  await connection.query({
    ...writeReversalsSql,
    values: [
      uuidArray(rows.map(({ id }) => id)),
      integerArray(rows.map(({ application }) => application.bucket)),
      integerArray(rows.map(({ application }) => application.environment_id)),
      uuidArray(rows.map(({ application }) => application.id)),
      uuidArray(rows.map(({ payment_reversal_id }) => payment_reversal_id)),
      uuidArray(rows.map(({ refund_id }) => refund_id)),
      bigintArray(rows.map(({ amount }) => amount)),
      textArray(rows.map(({ reason }) => reason)),
      uuidArray(rows.map(({ transaction_id }) => transaction_id)),
      now,
      uuidArray(rows.map(({ transfer_id }) => transfer_id)),
    ],
  })
}
