import type { z } from 'zod'
import type { DisputeStatus } from '../../core/dispute-status.ts'
import type { Id } from '../../core/id/id.ts'
import type { ToldLine, ToldPage, ToldSettlement } from '../../ledger/settlements/told.ts'
import type { methodDetails } from '../../shapes/payment-method.ts'

/** A charge that a processor is asked to take from a payer. */
export type NewCharge = {
  payment_id: Id
  /** Minor units. */
  amount: bigint
  currency: string
  merchant_name: string
  /** Who pays; of somebody who is no customer nothing is known. */
  payer: { customer_id: Id | null; email: string | undefined }
  /** Where the payer's browser goes when it is done there, whatever the outcome. */
  return_url: string
  /** When the payment was begun: what is asked again later is asked in the same words. */
  begun_at: Date
  /** `manual`: the amount is held on the payer's card until it is captured or let go of. Never asked of one that cannot capture. */
  capture_method: CaptureMethod
}

/** Whether what is charged arrives at once, or is authorised first and captured later. */
export type CaptureMethod = 'automatic' | 'manual'

/** How a payment was made, in the API's words: never more of a card than its scheme, first six and last four digits. */
export type MethodDetails = z.input<typeof methodDetails>

/** Why a charge did not succeed: stable codes, and a sentence for the payer. */
export type Decline = { error_code: string; decline_code: string; message: string }

/** Money that a processor has taken or holds. Minor units; it or `currency` is undefined where the processor did not say. */
type TakenCharge = {
  at: Date
  amount: bigint | undefined
  currency: string | undefined
  /** The processor's own id of the payment, where it is not the reference. */
  processor_payment_id?: string | undefined
  method_details?: MethodDetails | undefined
  /** What its payer's bank disputes of it, whatever has become of that. */
  disputes?: readonly DisputeState[] | undefined
  /** That it turned out later not to have been paid: a definite taking back, such as of a debit that the bank returned. */
  failed_later?: LateFailureState | undefined
}

/** What has become of an authorisation so far: what was captured and what was let go of, in all, in minor units. */
export type Authorisation = { captured: bigint; released: bigint }

/**
 * The state of a charge at the processor. `open`: nothing was tried yet. `pending`: tried, and not decided. Of one that succeeded,
 * `amount` is what arrived; of one that is to be captured by hand it is what was authorised, also when all of it has been captured
 * or let go of since.
 */
export type ChargeState =
  | { status: 'open' }
  | { status: 'pending'; method_details?: MethodDetails | undefined }
  | ({ status: 'succeeded' } & TakenCharge)
  | ({
      status: 'authorised'
      /** When the processor lets go of what is not captured. */
      expires_at: Date
    } & TakenCharge &
      Authorisation)
  | { status: 'failed'; decline: Decline; method_details?: MethodDetails | undefined }

/** Money that a processor takes back, by its own reference; `amount` or `currency` is undefined where it did not say. */
export type LateFailureState = {
  reference: string
  /** Minor units. */
  amount: bigint | undefined
  currency: string | undefined
  /** A code, in the processor's words. */
  reason: string
}

/**
 * A dispute. `warning` and `closed` move no money; `lost` includes one that can still be appealed. `money` is where it is, whatever the
 * status: `kept` by the merchant, `taken` by the processor, or `returned` after it was taken.
 */
export type DisputeState = LateFailureState & {
  status: DisputeStatus
  respond_by?: Date | undefined
  money: 'kept' | 'taken' | 'returned'
}

/** A part of an authorised charge that a processor is asked to capture, or, for a void, all that is left to let go of. */
export type NewCapture = {
  /** The processor's own reference of the charge, and its id of the payment where it has told one. */
  charge_reference: string
  processor_payment_id: string | undefined
  /** Minor units. */
  amount: bigint
  currency: string
}

/**
 * What a processor answers to a capture or a void. `gone`: it did nothing, since nothing of the charge is authorised any more; the
 * authorisation has expired or was ended there. `fetch` says how it ended.
 */
export type CaptureAnswer = 'done' | 'gone'

/** A refund that a processor is asked to send. */
export type NewRefund = {
  /** Of one refund: whatever is asked again under it sends nothing twice. */
  refund_id: Id
  /** The processor's own reference of the charge. */
  charge_reference: string
  /** The processor's own id of the payment, where it told one. */
  processor_payment_id: string | undefined
  /** Minor units. */
  amount: bigint
  currency: string
  reason: string
}

/** The state of a refund at the processor, and its own reference of it: none of one that was refused at once. */
export type RefundState =
  /** `needs`: what the merchant has to do, without which it goes no further. */
  | { status: 'pending'; reference: string; needs?: string | undefined }
  | { status: 'succeeded'; reference: string }
  | { status: 'failed'; reference: string | undefined; failure: { code: string; message: string } }

/** What a processor takes at once in one currency: minor units, in multiples of `step`. */
export type ChargeRange = { minimum: bigint; maximum: bigint; step: bigint }

/**
 * What a processor can do with a charge after it was opened, and whether opening it twice with one key opens one. Where it captures
 * `once`, the first capture lets go of the rest.
 */
export type Capabilities = {
  capture: 'none' | 'once' | 'many'
  refund: 'none' | 'full' | 'partial'
  close: boolean
  open_is_idempotent: boolean
  /** Whether it tells of its settlements. */
  settlements: boolean
}

/** Where settlements are read, page by page, each as often as wanted: whoever reads books nothing twice. */
export type SettlementSource = {
  /** The settlements that were made in a span of time, both ends included. */
  list(from: Date, to: Date, after: string | undefined): Promise<ToldPage<ToldSettlement>>
  /** What a settlement whose lines are `ready` is made of: all of it, and the same each time. */
  lines(reference: string, after: string | undefined): Promise<ToldPage<ToldLine>>
}

/** A charge that a processor has opened. `request_id` is by which its support finds the request. */
export type OpenedCharge = { reference: string; url: string; request_id?: string | undefined }

/**
 * What a callback says: which payment to look at, with its refunds, and by which id the callback is known when it is sent again.
 * `reference` is that of the charge, or the processor's own id of the payment.
 */
export type Wake = { event_id: string; reference: string }

/** What is known of a processor before it is set up. */
export type ProcessorTerms = {
  /** What it takes, by currency; a currency that is not there is not taken. */
  readonly limits: ReadonlyMap<string, ChargeRange>
  readonly capabilities: Capabilities
  /** For how long a charge that was tried is asked about. What comes later is still money: a callback tells of it. */
  readonly pending_max_ms: number
}

/**
 * An adapter to a payment service, for one environment. Its calls never happen inside a transaction of ours. They throw a
 * `ProcessorFault`.
 */
export type Processor = ProcessorTerms & {
  /** Stored with each payment, and the name of its clearing account. */
  readonly name: string
  /** Origins of its pages other than ours, to which a form of ours may lead. */
  readonly page_origins: readonly string[]
  /** Opens a charge. The key follows from the payment: asked again with it, the same charge is returned. */
  open(charge: NewCharge, key: string): Promise<OpenedCharge>
  /**
   * The charge of a payment, where opening it is not idempotent and the answer was lost; undefined when there is none. Absent where
   * it would be found without its page: opening it again finds out whether anybody could pay it.
   */
  find?(payment_id: Id): Promise<OpenedCharge | undefined>
  /**
   * Sends a charge to a payer's phone to be approved there, once per payment; absent where the processor cannot. Its outcome
   * is fetched like any other.
   */
  push?(charge: Omit<NewCharge, 'return_url'>, phone: string): Promise<{ reference: string }>
  /** The payment that waits to be paid by a code at a till, where the processor gives such codes and this one can be paid now. */
  findPaycode?(paycode: string): Promise<Id | undefined>
  /**
   * Closes a charge before its payer has paid, so that nobody can pay it any more. When it is too late, `fetch` says why. Where a
   * processor closes none it always is, and what gave way stays watched.
   */
  close(reference: string): Promise<'closed' | 'too_late'>
  /** Fetches the state of a charge. It is the only source of truth; a browser or a callback merely prompts the call. */
  fetch(reference: string): Promise<ChargeState>
  /**
   * Captures a part of an authorised charge. The key follows from the capture: asked again with it, nothing is captured twice and
   * the answer is that of the first time. Throws a fault of kind `refused` for what this processor does not capture, such as too
   * small an amount. Present, as `void` is, where `capabilities.capture` is not `none`.
   */
  capture?(capture: NewCapture, key: string): Promise<CaptureAnswer>
  /** Lets go of all that is still authorised of a charge, with a key as for a capture. What was let go of before is `done`. */
  void?(remainder: NewCapture, key: string): Promise<CaptureAnswer>
  /**
   * Sends money of a charge back to its payer, once per refund: calling it again returns the same. It is called by one at a time.
   * A fault that says `refused` is a refund that failed. Absent where the processor cannot.
   */
  refund?(refund: NewRefund): Promise<RefundState>
  /** Fetches the state of a refund by its reference. */
  fetchRefund?(reference: string): Promise<RefundState>
  /** What it pays to the bank of the merchant, where its capabilities say that it tells. */
  settlements?: SettlementSource
  /** Authenticates a callback by its raw bytes, and says what to look at. Throws `CallbackRefused`. */
  wake?(raw_body: Buffer, headers: Readonly<Record<string, unknown>>): Wake[]
}

/** Whether an amount may be asked for in a currency. */
export function takes({ limits }: Pick<Processor, 'limits'>, amount: bigint, currency: string): boolean {
  const range = limits.get(currency)
  return range !== undefined && amount >= range.minimum && amount <= range.maximum && amount % range.step === 0n
}
