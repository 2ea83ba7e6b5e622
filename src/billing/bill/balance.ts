import type { Id } from '../../core/id/id.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import type { ChangeContext } from '../../api/context.ts'
import { type AdjustmentCause, adjust } from '../../ledger/adjust.ts'
import { Journal } from '../../ledger/journal.ts'
import type { Receivable } from '../../ledger/receivable.ts'
import type { BillRow } from '../object/rows.ts'
import { appliedToBill } from './store.ts'

/** Throws `bill_voided` for a bill that is: it is final. */
export function refuseVoided(row: BillRow): void {
  if (row.status === 'voided')
    throw new Problem('bill_voided', 'The bill is voided; it can be neither paid nor changed.')
}

/**
 * Changes what remains of a locked bill by hand, by a signed amount in minor units. What remains stays between zero and what
 * payments leave of the amount due. Returns the adjustment's id; `undefined` when nothing changed. Throws
 * `amount_exceeds_remaining`, `amount_out_of_range` or `amount_paid_below_applied`.
 */
export async function moveBill(
  connection: Connection,
  context: ChangeContext,
  { row, receivable }: { row: BillRow; receivable: Receivable },
  amount: bigint,
  cause: AdjustmentCause,
  pointer: string,
): Promise<Id | undefined> {
  const remaining = receivable.balance + amount
  if (remaining < 0n) {
    throw fieldProblem('amount_exceeds_remaining', pointer, `The bill has ${receivable.balance} remaining.`)
  }
  if (remaining > row.amount_due) {
    throw fieldProblem('amount_out_of_range', pointer, `No more than its amount_due, ${row.amount_due}, can remain.`)
  }
  if (amount > 0n) {
    const applied = await appliedToBill(connection, row)
    if (row.amount_due - remaining < applied) {
      const detail = `Payments have applied ${applied} to the bill.`
      throw fieldProblem('amount_paid_below_applied', pointer, detail)
    }
  }
  const journal = new Journal(context.now)
  const adjustment = adjust(journal, receivable, amount, cause, context.now)
  await journal.write(connection)
  return adjustment
}
