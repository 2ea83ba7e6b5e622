/** What may become of the refunds of a charge of the simulator. */
export const refundBehaviours = [
  'succeeded',
  'pending_succeeded',
  'pending_failed',
  'succeeded_failed',
  'refused',
] as const
export type RefundBehaviour = (typeof refundBehaviours)[number]
