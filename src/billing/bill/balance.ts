import type { RequestContext } from '../../context.ts'
import { required } from '../../core/assert.ts'
import { maxAmount } from '../../core/money.ts'
import { fieldProblem, Problem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import { writeEvents } from '../../events/outbox.ts'
import { adjust, type EnteredAdjustment } from '../../ledger/adjust.ts'
import { amountsOf } from '../../ledger/bill-amounts.ts'
import { Journal } from '../../ledger/journal.ts'
import type { Receivable } from '../../ledger/receivable.ts'
import type { EnterAdjustment } from '../object/adjustment.ts'
import { adjustmentField, objectEvent } from '../object/event.ts'
import { withReceivable } from '../object/lock.ts'
import type { BillRow } from '../object/rows.ts'
import { bills } from './resource.ts'
import { appliedToBill, updateBillRow } from './store.ts'

/** Throws `bill_voided` for a voided bill, which is final. */
export function refuseVoided(row: BillRow): void {
  if (row.status === 'voided')
    throw new Problem('bill_voided', 'The bill is voided; it can be neither paid nor changed.')
}

/**
 * Enters an adjustment on a bill and emits its event; a write-off has a type of its own. An adjustment changes the amount
 * to be paid, never the amount paid; a write-off is kept apart from the other kinds. Throws `bill_voided`, `amount_exceeds_remaining` or
 * `amount_out_of_range`.
 */
export const enterBillAdjustment: EnterAdjustment<'bill'> = async (connection, { context }, held, amount, cause) => {
  const { row, receivable } = held
  const { now } = context
  refuseVoided(row)
  if (receivable.balance + amount < 0n) {
    throw fieldProblem('amount_exceeds_remaining', '/amount', `The bill has ${receivable.balance} remaining.`)
  }
  if (row.amount_due + row.amount_adjusted + amount > maxAmount) {
    throw fieldProblem('amount_out_of_range', '/amount', `With its adjustments a bill is for at most ${maxAmount}.`)
  }
  const journal = new Journal(now)
  const entered = required(adjust(journal, receivable, amount, cause, now), 'an amount that is not zero is entered')
  const changed: BillRow = {
    ...row,
    ...(cause.kind === 'write_off'
      ? { amount_written_off: row.amount_written_off - amount }
      : { amount_adjusted: row.amount_adjusted + amount }),
    version: row.version + 1n,
    updated_at: now,
  }
  const moved = withReceivable(changed, receivable)
  const type = cause.kind === 'write_off' ? 'bill.written_off' : 'bill.balance_adjusted'
  await Promise.all([
    updateBillRow(connection, changed),
    journal.write(connection),
    writeEvents(connection, [objectEvent(context, bills, type, moved, entered, adjustmentField(entered))]),
  ])
  return entered.id
}

/**
 * Sets the amount paid of a locked bill by hand: the difference is entered and returned, if there is one. Throws
 * `amount_exceeds_remaining` or `amount_paid_below_applied`.
 */
export async function setAmountPaid(
  connection: Connection,
  context: RequestContext,
  { row, receivable }: { row: BillRow; receivable: Receivable },
  total: bigint,
): Promise<EnteredAdjustment | undefined> {
  const { paid, remaining } = amountsOf(row)
  if (total > paid + remaining) {
    throw fieldProblem('amount_exceeds_remaining', '/amount_paid', `At most ${paid + remaining} is to be paid.`)
  }
  if (total < paid) {
    const applied = await appliedToBill(connection, row)
    if (total < applied) {
      const detail = `Payments have applied ${applied} to the bill.`
      throw fieldProblem('amount_paid_below_applied', '/amount_paid', detail)
    }
  }
  const journal = new Journal(context.now)
  const cause = { kind: 'amount_paid_set', request_id: context.request_id, actor: context.actor } as const
  const entered = adjust(journal, receivable, paid - total, cause, context.now)
  await journal.write(connection)
  return entered
}
