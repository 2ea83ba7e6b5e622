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

/** Throws `bill_voided` for a voided bill, which is final. */
export function refuseVoided(row: BillRow): void {
  if (row.status === 'voided')
    throw new Problem('bill_voided', 'The bill is voided; it can be neither paid nor changed.')
}

/**
 * Adjusts what remains of a locked bill by a signed amount in minor units. The remaining amount stays between zero and
 * the amount due less what payments have applied. Returns the id of the adjustment; `undefined` when nothing changed.
 * Throws `amount_exceeds_remaining`, `amount_out_of_range` or `amount_paid_below_applied`.
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
    throw fieldProblem(
      'amount_out_of_range',
      pointer,
      `The remaining amount cannot exceed amount_due, which is ${row.amount_due}.`,
    )
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

/** Enters an adjustment on a bill and emits `bill.updated`. Throws `bill_voided` and what `adjustBill` throws. */
export const enterBillAdjustment: EnterAdjustment<'bill'> = async (connection, view, held, amount, cause) => {
  refuseVoided(held.row)
  const id = await adjustBill(connection, view.context, held, amount, cause, '/amount')
  await tellBillUpdated(connection, view, withReceivable(held.row, held.receivable))
  return required(id, 'a nonzero amount makes an adjustment')
}
