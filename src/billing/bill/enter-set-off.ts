import type { RequestContext } from '../../context.ts'
import type { Id } from '../../core/id/id.ts'
import type { NewEvent } from '../../events/outbox.ts'
import type { Journal } from '../../ledger/journal.ts'
import type { Receivable, ReceivableKind } from '../../ledger/receivable.ts'
import { type EnteredSetOff, enterSetOff } from '../../ledger/set-off.ts'
import { accounts } from '../account/resource.ts'
import { customers } from '../customer/resource.ts'
import { adjustmentField, objectEvent } from '../object/event.ts'
import { withReceivable } from '../object/lock.ts'
import type { Rows } from '../object/rows.ts'
import { bills } from './resource.ts'

/** One side of a set-off: an object with its locked balance. Its row follows what is entered. */
export type SetOffParty<Row = Rows[ReceivableKind]> = { row: Row; receivable: Receivable }

type SetOffContext = Pick<RequestContext, 'environment' | 'actor' | 'request_id' | 'now'>

/**
 * Enters a set-off between two parties and returns it with its events: one for each side, of which the first has the id of the set-off and the
 * other that of its ledger transaction, and `bill.paid` for a bill that it closes.
 */
export function setOff(
  context: SetOffContext,
  journal: Journal,
  { from, to, amount, id }: { from: SetOffParty; to: SetOffParty; amount: bigint; id?: Id | undefined },
): { entered: EnteredSetOff; events: NewEvent[] } {
  const { request_id, actor, now } = context
  const sides = { from: from.receivable, to: to.receivable, amount, id }
  const entered = enterSetOff(journal, sides, { request_id, actor }, now)
  for (const party of [from, to]) party.row = withReceivable(party.row, party.receivable)
  if (to.row.kind === 'bill') to.row = { ...to.row, version: to.row.version + 1n, updated_at: now }
  const { taken, given, transaction_id } = entered
  const events = [
    adjusted(context, from.row, { id: entered.id, move: given }, entered),
    adjusted(context, to.row, { id: transaction_id, move: taken }, entered),
  ]
  const { row } = to
  if (row.kind === 'bill' && row.status === 'paid') events.push(objectEvent(context, bills, 'bill.paid', row))
  return { entered, events }
}

function adjusted(
  context: SetOffContext,
  row: Rows[ReceivableKind],
  told: { id: Id; move: EnteredSetOff['given'] },
  { id, effective_at }: EnteredSetOff,
): NewEvent {
  const field = adjustmentField({ id, amount: told.move.amount, cause: { kind: 'credit' }, effective_at })
  switch (row.kind) {
    case 'customer':
      return objectEvent(context, customers, 'customer.balance_adjusted', row, told, field)
    case 'account':
      return objectEvent(context, accounts, 'account.balance_adjusted', row, told, field)
    case 'bill':
      return objectEvent(context, bills, 'bill.balance_adjusted', row, told, field)
  }
}
