import { recordChange } from '../../audit/record.ts'
import type { RequestContext } from '../../context.ts'
import { required } from '../../core/assert.ts'
import type { Connection } from '../../database/pool.ts'
import { enterVoid } from '../../ledger/adjust.ts'
import { cancelAttempts, refuseInProgress } from '../../ledger/attempts.ts'
import { Journal } from '../../ledger/journal.ts'
import { tellObject } from '../object/event.ts'
import { lockObject, withReceivable } from '../object/lock.ts'
import { type BillRow, findOrThrow } from '../object/rows.ts'
import { refusePaid } from './amounts.ts'
import { refuseVoided } from './balance.ts'
import { bills } from './resource.ts'
import { enteredByHand, updateBillRow } from './store.ts'

/**
 * Voids a bill permanently: its remaining amount becomes zero, and its adjustments and write-offs are reversed in their
 * system accounts. Payments of it that were begun and not charged are cancelled. Throws `bill_voided`, `archived`,
 * `bill_has_payments` or `payment_in_progress`.
 */
export async function voidBill(
  connection: Connection,
  context: RequestContext,
  idOrReference: string,
): Promise<BillRow> {
  const { environment, now } = context
  const found = await findOrThrow(connection, environment.id, 'bill', idOrReference)
  // Payments are locked before objects, as they are when they are applied.
  await cancelAttempts(connection, context, found)
  const { row, receivable } = await lockObject(connection, environment.id, 'bill', idOrReference)
  refuseVoided(row)
  refusePaid(row)
  await refuseInProgress(connection, row)
  const journal = new Journal(now)
  const bill = required(receivable, 'every bill has a receivable')
  const entered = enterVoid(journal, bill, await enteredByHand(connection, row), context, now)
  const voided = { ...withReceivable(row, bill), version: row.version + 1n, updated_at: now }
  await Promise.all([
    journal.write(connection),
    updateBillRow(connection, voided),
    recordChange(connection, context, { action: 'voided', object_kind: 'bill', object_id: voided.id }),
    tellObject(connection, context, bills, 'bill.voided', voided, entered),
  ])
  return voided
}
