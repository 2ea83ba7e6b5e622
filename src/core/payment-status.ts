/** The states of a payment. Source: the API's payment object. */
export const paymentStatuses = [
  'draft',
  'initiating',
  'pending_action',
  'processing',
  'succeeded',
  'failed',
  'cancelled',
  'expired',
] as const
export type PaymentStatus = (typeof paymentStatuses)[number]

/**
 * Which state may follow which. A payment that failed, was cancelled or expired can still succeed, since money that
 * arrives late has arrived; one that was cancelled or expired may also turn out to be in progress. A succeeded payment
 * stays succeeded; its amounts show what was reversed.
 */
const followers: Readonly<Record<PaymentStatus, readonly PaymentStatus[]>> = {
  draft: ['initiating', 'cancelled', 'expired'],
  initiating: ['pending_action', 'failed', 'cancelled', 'expired'],
  pending_action: ['processing', 'succeeded', 'failed', 'cancelled', 'expired'],
  processing: ['succeeded', 'failed'],
  succeeded: [],
  failed: ['succeeded'],
  cancelled: ['processing', 'succeeded'],
  expired: ['processing', 'succeeded'],
}

/** The states from which a payment may get to `to`: what the `where` of a change of state names. */
export function statusesBefore(to: PaymentStatus): PaymentStatus[] {
  return paymentStatuses.filter((from) => followers[from].includes(to))
}
