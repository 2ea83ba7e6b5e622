import type { PageStart } from '../../api/pagination.ts'
import type { RequestContext } from '../../context.ts'
import type { Actor } from '../../core/actor.ts'
import type { Id } from '../../core/id/id.ts'
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
        amount_due, bill_date, due_date, payment_rules, metadata, created_at, updated_at, description, lines, document_url,
        reissue_of)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14, $15, $16, $17)`,
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
      row.description,
      jsonOf(row.lines),
      row.document_url,
      row.reissue_of,
    ],
  })
}

/** The driver writes an array as one of PostgreSQL's, not as JSON. */
function jsonOf(lines: BillRow['lines']): string | null {
  return lines === null ? null : JSON.stringify(lines)
}

/** Writes the columns of a bill that may change. */
export async function updateBillRow(connection: Queryable, row: BillRow): Promise<void> {
  await connection.query({
    name: 'update-bill',
    text: `update bill set payment_rules = $4, metadata = $5, amount_adjusted = $6, amount_written_off = $7, version = $8,
        updated_at = $9, description = $10, lines = $11, document_url = $12, due_date = $13
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
      row.description,
      jsonOf(row.lines),
      row.document_url,
      row.due_date,
    ],
  })
}

/** Keeps what a bill was for until this request changed it. */
export async function insertEarlierParticulars(
  connection: Queryable,
  { actor, request_id, now }: Pick<RequestContext, 'actor' | 'request_id' | 'now'>,
  row: BillRow,
  id: Id,
): Promise<void> {
  await connection.query({
    name: 'insert-earlier-particulars',
    text: `insert into earlier_particulars (id, bucket, environment_id, bill_id, description, lines, document_url,
        replaced_at, actor, request_id, due_date)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    values: [
      id,
      row.bucket,
      row.environment_id,
      row.id,
      row.description,
      jsonOf(row.lines),
      row.document_url,
      now,
      actor,
      request_id,
      row.due_date,
    ],
  })
}

/** What a bill was for and when it was due until an instant, and who replaced it then. */
export type EarlierParticulars = Pick<BillRow, 'id' | 'due_date' | 'description' | 'lines' | 'document_url'> & {
  replaced_at: Date
  actor: Actor
  request_id: string | null
}

/** A page of what a bill was for, and when it was due, earlier, newest first, plus one to tell whether there are more. */
export async function listEarlierParticulars(
  connection: Queryable,
  { environment_id, id, bucket }: Pick<BillRow, 'environment_id' | 'id' | 'bucket'>,
  page: PageStart,
): Promise<EarlierParticulars[]> {
  const { rows } = await connection.query<EarlierParticulars>({
    name: 'list-earlier-particulars',
    text: `select id, due_date, description, lines, document_url, replaced_at, actor, request_id from earlier_particulars
      where environment_id = $1 and bill_id = $2 and bucket = $3 and ($4::uuid is null or id < $4)
      order by id desc limit $5`,
    values: [environment_id, id, bucket, page.after ?? null, page.limit + 1],
  })
  return rows
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
