import type { RequestContext } from '../../context.ts'
import type { NewEvent } from '../../events/outbox.ts'
import type { EnteredAdjustment } from '../../ledger/adjust.ts'
import { isPaidByMoney } from '../../ledger/bill-amounts.ts'
import { objectEvent } from '../object/event.ts'
import type { BillRow } from '../object/rows.ts'
import { bills } from './resource.ts'

/** `bill.paid`, when an adjustment has just closed a bill that money alone has paid; otherwise nothing. */
export function paidEvents(
  context: Pick<RequestContext, 'environment' | 'now'>,
  row: BillRow,
  entered: EnteredAdjustment | undefined,
): NewEvent[] {
  return entered !== undefined && isPaidByMoney(row) ? [objectEvent(context, bills, 'bill.paid', row)] : []
}
