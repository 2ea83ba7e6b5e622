import { bucketOf, type Id } from '../../core/id/id.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { ReceivableKind } from '../receivable.ts'

/**
 * One application: an amount of one payment applied to one receivable. The ledger and the database call it an
 * application, the API an obligation; they are the same thing, with the same id.
 */
export type Application = {
  id: Id
  bucket: number
  environment_id: number
  customer_id: Id
  payment_id: Id
  receivable_id: Id
  kind: ReceivableKind
  currency: string
  amount: bigint
  reversed_amount: bigint
  transaction_id: Id
  version: bigint
  created_at: Date
  updated_at: Date
}

const columns = `id, bucket, environment_id, customer_id, payment_id, receivable_id, kind, currency, amount,
  reversed_amount, transaction_id, version, created_at, updated_at`

/** The select of an application, for lists. */
export const applicationSelect = `select ${columns} from application as e`

const findApplicationSql = loadSql(import.meta.url, '../sql/find-application.sql')
const lockApplicationSql = loadSql(import.meta.url, '../sql/lock-application.sql')
const lockApplicationsOfPaymentSql = loadSql(import.meta.url, '../sql/lock-applications-of-payment.sql')

/** Finds one application. With `lock` it is locked, which must come after the lock of its payment. */
export async function findApplication(
  connection: Queryable,
  environmentId: number,
  id: Id,
  options: { lock?: boolean } = {},
): Promise<Application | undefined> {
  const { rows } = await connection.query<Application>({
    ...(options.lock ? lockApplicationSql : findApplicationSql),
    values: [environmentId, id, bucketOf(id)],
  })
  return rows[0]
}

/** Locks the applications of a payment that are not fully reversed, newest first: the order in which they are reversed. */
export async function lockApplicationsOf(
  connection: Queryable,
  environmentId: number,
  paymentId: Id,
): Promise<Application[]> {
  const { rows } = await connection.query<Application>({
    ...lockApplicationsOfPaymentSql,
    values: [environmentId, paymentId, bucketOf(paymentId)],
  })
  return rows
}
