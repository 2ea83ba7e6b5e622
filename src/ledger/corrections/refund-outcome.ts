import type { RefundFailure, RefundRow } from './refund-row.ts'

/** What a processor says of a refund, its own id of it unless it was refused at once, and when to ask again. */
export type RefundOutcome = { next_check_at: Date | null } & (
  | { status: 'pending' | 'succeeded'; reference: string }
  | { status: 'failed'; reference: string | undefined; failure: RefundFailure }
)

/**
 * What follows for a refund from what its processor says of it. Nothing follows a failure, and it succeeds once; the processor's own id
 * of it is noted once.
 */
export function refundStep(
  before: Pick<RefundRow, 'status' | 'processor_reference'>,
  outcome: RefundOutcome,
): 'fail' | 'succeed' | 'note' | 'none' {
  if (before.status === 'failed') return 'none'
  if (outcome.status === 'failed') return 'fail'
  if (outcome.status === 'succeeded' && before.status === 'pending') return 'succeed'
  return before.processor_reference === null ? 'note' : 'none'
}
