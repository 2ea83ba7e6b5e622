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
 * Which state may follow which. Money that arrives late has arrived: a payment that had failed or run out still succeeds, and what
 * was called off or given up may be on its way all the same. What succeeded stays so; only its amounts tell of what was taken back.
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
