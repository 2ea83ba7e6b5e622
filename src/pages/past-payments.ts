import { bucketOf, type Id } from '../core/id/id.ts'
import type { Queryable } from '../database/pool.ts'
import { loadSql } from '../database/sql.ts'
import type { PageSubject } from './subject.ts'

/** A payment that brought money to the object of a page, in minor units of its currency. */
export type PastPayment = {
  id: Id
  received_at: Date
  currency: string
  /** What it brought there; on a customer's page all of it. */
  amount: bigint
  /** What was taken back of that since, and what was refunded or is on its way. */
  reversed: bigint
  refunded: bigint
  /** Whether it was begun on this page, which has its receipt. */
  begun_here: boolean
}

const listCustomerPaymentsSql = loadSql(import.meta.url, './sql/list-customer-payments.sql')
const listAppliedPaymentsSql = loadSql(import.meta.url, './sql/list-applied-payments.sql')

/** The last payments of the object of a page: of a customer all, otherwise those that brought something there. The newest come first. */
export async function listPastPayments(
  pool: Queryable,
  { environment, kind, id, customer_id }: PageSubject,
  limit: number,
): Promise<PastPayment[]> {
  const customer = [environment.id, customer_id, bucketOf(customer_id)]
  const query =
    kind === 'customer'
      ? { ...listCustomerPaymentsSql, values: [...customer, limit] }
      : { ...listAppliedPaymentsSql, values: [...customer, id, limit] }
  return (await pool.query<PastPayment>(query)).rows
}
