import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { Entered } from '../../ledger/adjust.ts'
import type { BillRow } from '../object/rows.ts'

const enteredByHandSql = loadSql(import.meta.url, './sql/entered-by-hand.sql')

/** Writes a new bill. */
export async function insertBill(connection: Queryable, row: BillRow): Promise<void> {
  await connection.query({
    name: 'insert-bill',
    text: `insert into bill (id, bucket, environment_id, customer_id, account_id, external_reference, currency,
        amount_due, bill_date, due_date, payment_rules, metadata, created_at, updated_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)`,
    values: [
      row.id,
      row.bucket,
      row.environment_id,
      row.customer_id,
      row.account_id,
      row.external_reference,
      row.currency,
      row.amount_due,
      row.bill_date,
      row.due_date,
      row.payment_rules,
      row.metadata,
      row.created_at,
    ],
  })
}

/** Writes the columns of a bill that may change. */
export async function updateBillRow(connection: Queryable, row: BillRow): Promise<void> {
  await connection.query({
    name: 'update-bill',
    text: `update bill set payment_rules = $4, metadata = $5, amount_adjusted = $6, amount_written_off = $7, version = $8,
        updated_at = $9
      where environment_id = $1 and id = $2 and bucket = $3`,
    values: [
      row.environment_id,
      row.id,
      row.bucket,
      row.payment_rules,
      row.metadata,
      row.amount_adjusted,
      row.amount_written_off,
      row.version,
      row.updated_at,
    ],
  })
}

/**
 * What payments have applied to a locked bill, less reversals, in minor units. Applications are indexed by customer and
 * not by receivable, so this reads all of that customer's.
 */
export async function appliedToBill(connection: Queryable, row: BillRow): Promise<bigint> {
  const { rows } = await connection.query<{ applied: bigint }>({
    name: 'applied-to-bill',
    text: `select coalesce(sum(amount - reversed_amount), 0) as applied from application
      where environment_id = $1 and bucket = $2 and customer_id = $3 and receivable_id = $4`,
    values: [row.environment_id, row.bucket, row.customer_id, row.id],
  })
  return rows[0]?.applied ?? 0n
}

/** The entries of a locked bill that are no payments, summed by kind. */
export async function enteredByHand(connection: Queryable, row: BillRow): Promise<Entered[]> {
  const { rows } = await connection.query<Entered>({
    ...enteredByHandSql,
    values: [row.environment_id, row.id, row.bucket],
  })
  return rows
}
