import { bucketOf, type Id } from '../../core/id/id.ts'
import { bigintArray, integerArray, uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { AppliedPayment } from './command.ts'
import type { AppliedRow } from './write.ts'

/** What a payment brought to one debt. Both are null where nothing was brought to it that was chosen. */
export type NewReceiptLine = { receivable_id: Id; chosen: bigint; amount: bigint; balance_after: bigint | null }

/** A receipt that is to be written: the payment's row tells the rest. */
export type NewReceipt = {
  payment_id: Id
  environment_id: number
  unapplied_amount: bigint
  lines: NewReceiptLine[]
}

const writeReceiptsSql = loadSql(import.meta.url, '../sql/write-receipts.sql')

/**
 * Writes what the receipts of payments say, with everything called as it is now. The rows of the payments and their money must be
 * there. A receipt that was written before stays.
 */
export async function insertReceipts(connection: Queryable, receipts: NewReceipt[], now: Date): Promise<void> {
  if (receipts.length === 0) return
  const lines = receipts.flatMap(({ payment_id, lines }) => lines.map((line) => ({ payment_id, ...line })))
  await connection.query({
    ...writeReceiptsSql,
    values: [
      uuidArray(receipts.map(({ payment_id }) => payment_id)),
      integerArray(receipts.map(({ payment_id }) => bucketOf(payment_id))),
      integerArray(receipts.map(({ environment_id }) => environment_id)),
      bigintArray(receipts.map(({ unapplied_amount }) => unapplied_amount)),
      uuidArray(lines.map(({ payment_id }) => payment_id)),
      uuidArray(lines.map(({ receivable_id }) => receivable_id)),
      bigintArray(lines.map(({ chosen }) => chosen)),
      bigintArray(lines.map(({ amount }) => amount)),
      bigintArray(lines.map(({ balance_after }) => balance_after)),
      now,
      receipts.length,
    ],
  })
}

/** Writes the receipts of the payments of pages. That of a recorded payment is written when somebody looks at it. */
export function writeReceipts(connection: Queryable, rows: AppliedRow[], now: Date): Promise<void> {
  const ofPages = rows.filter(({ applied }) => applied.command.claim.kind === 'session')
  const receipts = ofPages.map(({ applied }) => ({
    payment_id: applied.command.payment.id,
    environment_id: applied.command.environment.id,
    unapplied_amount: applied.unapplied_amount,
    lines: linesOf(applied),
  }))
  return insertReceipts(connection, receipts, now)
}

/** What the payer chose, in order, also where nothing was owed any more; else what the money went to. */
function linesOf({ command: { target }, lines }: AppliedPayment): NewReceiptLine[] {
  if (target.kind !== 'chosen') return lines.map((line) => ({ ...line, chosen: line.amount }))
  const brought = new Map(lines.map((line) => [line.receivable_id, line]))
  return target.amounts.map(({ receivable_id, amount: chosen }) => {
    const { amount = 0n, balance_after = null } = brought.get(receivable_id) ?? {}
    return { receivable_id, chosen, amount, balance_after }
  })
}
