/**
 * Why an authorised amount was let go of: somebody asked for it; the authorisation expired; the processor captures once, and lets go
 * of the rest; or it was ended at the processor.
 */
export const voidReasons = ['requested', 'expired', 'partial_capture', 'released'] as const
export type VoidReason = (typeof voidReasons)[number]
