import type { ReceivableIndex } from '../receivable.ts'
import { objectsOf, type Reopened } from '../reopen.ts'

import { type AppliedPayment, selectionOf } from './command.ts'

/**
 * What a payment may have to bring out of the archive: nothing where any of it went to a balance that was not zero, since neither
 * that object nor its customer can have been archived then. Other money is held for its customer, unapplied or as credit; the customer
 * comes out, and what the money was meant for.
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
