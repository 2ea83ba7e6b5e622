import type { DisputeStatus } from '../../core/dispute-status.ts'
import type { DisputeRow } from './dispute-row.ts'

/** What a processor says of a dispute, in the currency of its payment. */
export type DisputeFound = {
  /** The processor's own reference of it. */
  reference: string
  amount: bigint
  reason: string
  status: DisputeStatus
  respond_by: Date | undefined
  /** Where the money is: with the merchant, taken by the processor, or brought back after it was taken. */
  money: 'kept' | 'taken' | 'returned'
}

/** Which status is later. What ends can only be followed by money that moves otherwise: an appeal, or a warning that was none. */
const order: Record<DisputeStatus, number> = {
  warning: 0,
  needs_response: 1,
  under_review: 2,
  closed: 3,
  lost: 4,
  won: 5,
}

/** Whether a dispute with this status has ended, and its processor is not asked any more. */
export function isOver(status: DisputeStatus): boolean {
  return order[status] >= order.closed
}

/** The dispute as it is said to be. What was taken keeps its amount. */
export function mergeDispute(before: DisputeRow, found: DisputeFound): DisputeRow {
  const status = agreedStatus(found)
  // A warning that had come to nothing, and was not the end of it.
  const isOpenAgain = before.status === 'closed' && found.money === 'taken'
  const isLater = order[status] > order[before.status]
  const isStill = status === before.status && !isOver(status)
  if (!isOpenAgain && !isLater && !isStill) return { ...before }
  const amount = before.reversal_id === null ? found.amount : before.amount
  return { ...before, amount, status, reason: found.reason, respond_by: found.respond_by ?? null }
}

/**
 * The status that agrees with where the money is: a dispute has ended when the money lies where its end puts it. A processor may say
 * `won` days before it sends the money.
 */
function agreedStatus({ status, money }: DisputeFound): DisputeStatus {
  if (money === 'returned') return 'won'
  if (money === 'kept') return status === 'lost' ? 'under_review' : status
  if (status === 'won') return 'under_review'
  if (status === 'closed') return 'lost'
  return status === 'warning' ? 'needs_response' : status
}

/** Whether its money is to be taken. What was taken and brought back before anybody looked has not moved. */
export function takesMoney({ reversal_id, status }: DisputeRow, { money }: DisputeFound): boolean {
  return money === 'taken' && reversal_id === null && status !== 'won'
}

/** Whether its money is to be brought back: it was taken, and is not back yet. */
export function returnsMoney({ reversal_id, reinstatement_id }: DisputeRow, { money }: DisputeFound): boolean {
  return money === 'returned' && reversal_id !== null && reinstatement_id === null
}

/** Whether anything of a dispute is said otherwise than before. */
export function differs(before: DisputeRow, after: DisputeRow): boolean {
  return (
    before.status !== after.status ||
    before.amount !== after.amount ||
    before.reason !== after.reason ||
    before.respond_by?.getTime() !== after.respond_by?.getTime()
  )
}
