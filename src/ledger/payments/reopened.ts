import type { ReceivableIndex } from '../receivable.ts'
import { objectsOf, type Reopened } from '../reopen.ts'
import { type AppliedPayment, selectionOf } from './command.ts'

/**
 * The objects that a payment may have to unarchive. None when any part of it was applied to a balance that was not zero:
 * then neither that object nor its customer is archived. Otherwise the money stays unapplied or becomes credit, and the
 * customer and what the money was meant for are unarchived.
 */
export function reopenedBy(
  { command, customer_id, lines }: AppliedPayment,
  receivables: Pick<ReceivableIndex, 'get'>,
): Reopened[] {
  if (lines.some(({ balance_after, amount }) => balance_after + amount !== 0n)) return []
  const { environment, actor, request_id } = command
  const { ids = [], customers = [], accounts = [] } = selectionOf([command], [environment.id])
  const above = ids.flatMap((id) => {
    const receivable = receivables.get(id)
    return receivable ? objectsOf(receivable) : []
  })
  const named = [...ids, ...customers, ...accounts]
  return [customer_id, ...named, ...above].map((id) => ({ id, environment_id: environment.id, actor, request_id }))
}
