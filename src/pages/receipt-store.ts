import { bigintArray, uuidArray } from '../database/arrays.ts'
import type { Queryable } from '../database/pool.ts'
import { loadSql } from '../database/sql.ts'
import type { BillStatus } from '../ledger/receivable.ts'
import type { SessionPayment } from '../payments/session/store.ts'
import type { DebtRow } from './debts/store.ts'

/** What a payment brought to one debt that its payer chose, as it was then, and what has become of it since. */
export type ReceiptLine = Pick<DebtRow, 'id' | 'kind' | 'account_name' | 'external_reference'> & {
  chosen: bigint
  /** Nothing while the payment is unfinished, or where nothing was owed any more. */
  applied: bigint
  /** What was owed right after it; null where nothing was applied. */
  balance_after: bigint | null
  status: BillStatus | null
  /** What the merchant has taken back of it since, and when last. */
  reversed: bigint
  reversed_at: Date | null
}

const findTakenBackSql = loadSql(import.meta.url, './sql/find-taken-back.sql')
const listReceiptLinesSql = loadSql(import.meta.url, './sql/list-receipt-lines.sql')

/** The lines of the receipt of a payment, in the order in which its payer chose them. */
export async function listReceiptLines(
  pool: Queryable,
  { id, environment_id, bucket, chosen }: SessionPayment,
): Promise<ReceiptLine[]> {
  const { rows } = await pool.query<ReceiptLine>({
    ...listReceiptLinesSql,
    values: [
      environment_id,
      id,
      bucket,
      uuidArray(chosen.map(({ receivable_id }) => receivable_id)),
      bigintArray(chosen.map(({ amount }) => amount)),
    ],
  })
  return rows
}

/** Money that was taken back of a payment and has not come again, and when last. */
export type TakenBack = { amount: bigint; at: Date }

/** What the bank has taken back of a payment; undefined where that is nothing. */
export async function findTakenBack(
  pool: Queryable,
  { id, environment_id, bucket, reversed_amount: amount }: SessionPayment,
): Promise<TakenBack | undefined> {
  if (amount === 0n) return undefined
  const { rows } = await pool.query<{ at: Date | null }>({ ...findTakenBackSql, values: [environment_id, id, bucket] })
  const at = rows[0]?.at
  return at ? { amount, at } : undefined
}
