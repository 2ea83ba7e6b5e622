import type { Id } from '../../core/id/id.ts'

export const settlementStatuses = ['pending', 'paid', 'failed'] as const
export type SettlementStatus = (typeof settlementStatuses)[number]

export const lineKinds = ['charge', 'refund', 'dispute', 'fee', 'adjustment', 'failed_settlement'] as const
export type LineKind = (typeof lineKinds)[number]

/** A settlement as its processor tells of it: a payout to the bank of the merchant. */
export type ToldSettlement = {
  /** The processor's own id of it. */
  reference: string
  /** One that was paid may fail later, when the bank sends it back; nothing follows a failure. */
  status: SettlementStatus
  currency: string
  /** What goes to the bank, in minor units; below zero where the processor takes it from there. */
  amount: bigint
  made_at: Date
  /** When it arrived, or is due. */
  arrives_at: Date
  /** Whether the processor tells what it is made of: never, not yet, or all of it. */
  lines: 'none' | 'waiting' | 'ready'
}

/**
 * One amount that a settlement is made of. A `fee` is about no payment; an `adjustment` about nothing that we know; a
 * `failed_settlement` is the money of an earlier one that came back to the processor.
 */
export type ToldLine = {
  /** The processor's own id of this amount, which no other amount of it has. */
  reference: string
  kind: LineKind
  /** That of its settlement. */
  currency: string
  /** Minor units, signed: below zero is taken from the merchant. */
  gross: bigint
  /** Above zero is taken by the processor. What goes to the bank is `gross - fee`. */
  fee: bigint
  occurred_at: Date
  /** The payment, where the processor returns the id that we gave it. */
  told_payment_id?: Id | undefined
  /** The reference of the charge, as `open` gave it. */
  charge_reference?: string | undefined
  /** The reference of the refund, as `refund` gave it. */
  refund_reference?: string | undefined
  /** The reference of the settlement that failed. */
  settlement_reference?: string | undefined
}

/** Up to a hundred of what a processor lists, and where the next page begins; undefined on the last. */
export type ToldPage<Item> = { items: Item[]; next: string | undefined }
