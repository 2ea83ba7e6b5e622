/**
 * The states of a dispute. `warning`: a bank asks, and no money has moved. `closed`: it came to nothing, and none has. One that is
 * `lost` may still be won by an appeal.
 */
export const disputeStatuses = ['warning', 'needs_response', 'under_review', 'lost', 'won', 'closed'] as const
export type DisputeStatus = (typeof disputeStatuses)[number]
