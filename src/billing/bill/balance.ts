import type { RequestContext } from '../../context.ts'
import { required } from '../../core/assert.ts'
import { Problem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import { writeEvents } from '../../events/outbox.ts'
import { adjust, type EnteredAdjustment } from '../../ledger/adjust.ts'
import { Journal } from '../../ledger/journal.ts'
import type { Receivable } from '../../ledger/receivable.ts'
import type { EnterAdjustment } from '../object/adjustment.ts'
import { adjustmentField, objectEvent } from '../object/event.ts'
import { withReceivable } from '../object/lock.ts'
import type { BillRow } from '../object/rows.ts'
import { adjustedAmount, changeToPaid } from './amounts.ts'
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
  const adjusted = adjustedAmount(row, amount, cause.kind)
  const journal = new Journal(now)
  const entered = required(adjust(journal, receivable, amount, cause, now), 'an amount that is not zero is entered')
  const changed: BillRow = {
    ...row,
    ...adjusted,
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
  const amount = await changeToPaid(row, total, () => appliedToBill(connection, row))
  const journal = new Journal(context.now)
  const cause = { kind: 'amount_paid_set', request_id: context.request_id, actor: context.actor } as const
  const entered = adjust(journal, receivable, amount, cause, context.now)
  await journal.write(connection)
  return entered
}
