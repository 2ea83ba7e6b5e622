import { bucketOf, type Id } from '../../core/id/id.ts'
import { bigintArray, integerArray, uuidArray } from '../../database/arrays.ts'
import type { Queryable } from '../../database/pool.ts'
import { loadSql } from '../../database/sql.ts'
import type { AppliedPayment, Arrival } from './command.ts'
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
const takeReceiptSql = loadSql(import.meta.url, '../sql/take-receipt.sql')

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

type Facts = {
  unapplied_amount: number
  lines: { receivable_id: Id; chosen: number; amount: number; balance_after: number | null }[]
}

/**
 * Writes the receipt of a locked payment anew, with what one more capture of it has brought: it says all that has arrived so far, and
 * everything as it is called now.
 */
export async function addToReceipt(connection: Queryable, applied: AppliedPayment<Arrival>, now: Date): Promise<void> {
  const { id: payment_id } = applied.command.payment
  const { rows } = await connection.query<{ facts: Facts }>({
    ...takeReceiptSql,
    values: [payment_id, bucketOf(payment_id)],
  })
  const before = rows[0]?.facts ?? { unapplied_amount: 0, lines: [] }
  const lines = before.lines.map(({ receivable_id, chosen, amount, balance_after }) => ({
    receivable_id,
    chosen: BigInt(chosen),
    amount: BigInt(amount),
    balance_after: balance_after === null ? null : BigInt(balance_after),
  }))
  const receipt = {
    payment_id,
    environment_id: applied.command.environment.id,
    unapplied_amount: BigInt(before.unapplied_amount) + applied.unapplied_amount,
    lines: [...lines, ...linesOf(applied)],
  }
  await insertReceipts(connection, [receipt], now)
}

/** What the payer chose, in order, also where nothing was owed any more; else what the money went to. */
function linesOf({ command: { target }, lines }: AppliedPayment<Arrival>): NewReceiptLine[] {
  if (target.kind !== 'chosen') return lines.map((line) => ({ ...line, chosen: line.amount }))
  const brought = new Map(lines.map((line) => [line.receivable_id, line]))
  return target.amounts.map(({ receivable_id, amount: chosen }) => {
    const { amount = 0n, balance_after = null } = brought.get(receivable_id) ?? {}
    return { receivable_id, chosen, amount, balance_after }
  })
}
