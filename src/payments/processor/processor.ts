import type { Id } from '../../core/id/id.ts'

/** What a processor is asked to take from a payer. */
export type NewCharge = {
  payment_id: Id
  /** Minor units. */
  amount: bigint
  currency: string
  merchant_name: string
  /** Where the payer's browser goes when it is done there, whatever came of it. */
  return_url: string
}

/** How a payment was made, in the API's words: never more of a card than its scheme, first six and last four digits. */
export type MethodDetails = { type: 'card'; card: { type: string; scheme: string; bin: string; last4: string } }

/** Why a charge did not succeed: stable codes, and a sentence for the payer. */
export type Decline = { error_code: string; decline_code: string; message: string }

/** What the processor knows of a charge now. `open`: nothing was tried yet. `pending`: tried, and not decided. */
export type ChargeState =
  | { status: 'open' }
  | { status: 'pending'; method_details?: MethodDetails | undefined }
  | { status: 'succeeded'; at: Date; method_details?: MethodDetails | undefined }
  | { status: 'failed'; decline: Decline; method_details?: MethodDetails | undefined }

/** An adapter to a payment service, for one environment. Its calls never happen inside a transaction of ours. */
export type Processor = {
  /** Stored with each payment, and the name of its clearing account. */
  readonly name: string
  /** Origins of its pages other than ours, which a form of ours may lead to. */
  readonly page_origins: readonly string[]
  /** Opens a charge, once per payment: asked again, it answers the same. */
  open(charge: NewCharge): Promise<{ reference: string; url: string }>
  /** Asks what became of a charge. The answer is the truth; what a browser or a callback said only leads to the question. */
  fetch(reference: string): Promise<ChargeState>
}
