import type { RequestContext } from '../../context.ts'
import { required } from '../../core/assert.ts'
import type { Id } from '../../core/id/id.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import { type AdjustmentCause, adjust } from '../../ledger/adjust.ts'
import { Journal } from '../../ledger/journal.ts'
import type { Receivable } from '../../ledger/receivable.ts'
import type { EnterAdjustment } from '../object/adjustment.ts'
import { withReceivable } from '../object/lock.ts'
import type { BillRow } from '../object/rows.ts'
import { tellBillUpdated } from './event.ts'
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
export async function adjustBill(
  connection: Connection,
  context: RequestContext,
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

/** Enters an adjustment on a bill that is not voided, and tells of it. Throws `bill_voided` and what `adjustBill` throws. */
export const enterBillAdjustment: EnterAdjustment<'bill'> = async (connection, view, held, amount, cause) => {
  refuseVoided(held.row)
  const id = await adjustBill(connection, view.context, held, amount, cause, '/amount')
  await tellBillUpdated(connection, view, withReceivable(held.row, held.receivable))
  return required(id, 'an amount that is not zero is entered')
}
