import type { z } from 'zod'
import type { Id } from '../../core/id/id.ts'
import type { methodDetails } from '../../shapes/payment-method.ts'

/** A charge that a processor is asked to take from a payer. */
export type NewCharge = {
  payment_id: Id
  /** Minor units. */
  amount: bigint
  currency: string
  merchant_name: string
  /** Where the payer's browser goes when it is done there, whatever the outcome. */
  return_url: string
}

/** How a payment was made, in the API's words: never more of a card than its scheme, first six and last four digits. */
export type MethodDetails = z.input<typeof methodDetails>

/** Why a charge did not succeed: stable codes, and a sentence for the payer. */
export type Decline = { error_code: string; decline_code: string; message: string }

/** The state of a charge at the processor. `open`: nothing was tried yet. `pending`: tried, and not decided. */
export type ChargeState =
  | { status: 'open' }
  | { status: 'pending'; method_details?: MethodDetails | undefined }
  | { status: 'succeeded'; at: Date; method_details?: MethodDetails | undefined }
  | { status: 'failed'; decline: Decline; method_details?: MethodDetails | undefined }

/** A refund that a processor is asked to send. */
export type NewRefund = {
  /** Of one refund: whatever is asked again under it sends nothing twice. */
  refund_id: Id
  /** The processor's own reference of the charge. */
  charge_reference: string
  /** Minor units. */
  amount: bigint
  currency: string
  reason: string
}

/** The state of a refund at the processor, and its own reference of it. */
export type RefundState = { reference: string } & (
  | { status: 'pending' | 'succeeded' }
  | { status: 'failed'; failure: { code: string; message: string } }
)

/** An adapter to a payment service, for one environment. Its calls never happen inside a transaction of ours. */
export type Processor = {
  /** Stored with each payment, and the name of its clearing account. */
  readonly name: string
  /** Origins of its pages other than ours, to which a form of ours may lead. */
  readonly page_origins: readonly string[]
  /** Opens a charge, once per payment: calling it again returns the same. */
  open(charge: NewCharge): Promise<{ reference: string; url: string }>
  /**
   * Sends a charge to a payer's phone to be approved there, once per payment; absent where the processor cannot. Its outcome
   * is fetched like any other.
   */
  push?(charge: Omit<NewCharge, 'return_url'>, phone: string): Promise<{ reference: string }>
  /** The payment that waits to be paid by a code at a till, where the processor gives such codes and this one can be paid now. */
  findPaycode?(paycode: string): Promise<Id | undefined>
  /**
   * Closes a charge before its payer has paid, so that nobody can pay it any more. Returns false when it is too late:
   * `fetch` says what has become of it.
   */
  cancel(reference: string): Promise<boolean>
  /** Fetches the state of a charge. It is the only source of truth; a browser or a callback merely prompts the call. */
  fetch(reference: string): Promise<ChargeState>
  /**
   * Sends money of a charge back to its payer, once per refund: calling it again returns the same. Absent where the processor
   * cannot.
   */
  refund?(refund: NewRefund): Promise<RefundState>
  /** Fetches the state of a refund by its reference. */
  fetchRefund?(reference: string): Promise<RefundState>
}
