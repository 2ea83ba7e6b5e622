import { z } from 'zod'
import { account } from '../shapes/account.ts'
import { appliedTo } from '../shapes/applied-to.ts'
import { bill } from '../shapes/bill.ts'
import { voidReasons } from '../shapes/capture.ts'
import { toldPaymentRequest, toldPaymentSession } from '../shapes/checkout.ts'
import { customer } from '../shapes/customer.ts'
import { dispute } from '../shapes/dispute.ts'
import { explanation, linesMax, part, word } from '../shapes/explanation.ts'
import { ownerFields } from '../shapes/object.ts'
import { methodDetails } from '../shapes/payment-method.ts'
import {
  amount,
  balance,
  externalReference,
  maxBalanceNumber,
  shownCurrency,
  shownId,
  shownInstant,
  shownMetadata,
} from '../shapes/primitives.ts'
import { toldTransferNotice } from '../shapes/transfer-notice.ts'

// What `data` of each event holds. The registry puts each beside its type.

const object_version = z
  .int()
  .min(1)
  .describe('The version of the object that it is about: of two events of one object, the higher one is the later one')

const causes = [
  'opening_balance',
  'balance_set',
  'fee',
  'credit_note',
  'discount',
  'write_off',
  'adjustment',
  'bill_raised',
  'bill_voided',
  'amount_paid_set',
  'credit',
  'payment',
  'application',
  'application_reversal',
  'payment_reversal',
  'refund',
  'refund_failed',
  'dispute_won',
  'transfer',
] as const

export const endpointPaused = z.object({
  id: shownId('endpoint'),
  status: z.literal('paused'),
  status_reason: z.enum(['gone', 'failing']).describe('It returned 410, or every attempt of three days has failed'),
  status_since: shownInstant,
  failing_since: shownInstant.optional().describe('When it first failed since it last took something'),
  mode: z.enum(['test', 'live']),
  created_at: shownInstant,
  updated_at: shownInstant,
})

/** What every event that moves a balance says of the move. Each step of a balance is told by exactly one event. */
const move = {
  sequence: z.int().min(1).describe('The number of this step of the balance: from 1, without gaps'),
  balance_before: balance,
  balance_after: balance,
  cause: z.enum(causes).describe('What moved the balance'),
}
const mayMove = z.object(move).partial().shape

const shortExplanation = explanation
  .extend({ applied_count: z.int().min(0).describe('How many applications there are; only the first 20 are listed') })
  .partial({ applied: true, skipped: true, unapplied_amount: true })
  .describe('How the payment was allocated')
  .meta({ id: 'EventExplanation' })

const application = {
  id: shownId('obligation'),
  amount,
  currency: shownCurrency,
  payment_id: shownId('payment'),
  ...ownerFields,
  applied_to: appliedTo,
  ...move,
  metadata: shownMetadata.optional().describe("The payment's metadata"),
  created_at: shownInstant,
  updated_at: shownInstant,
  object_version,
}

export const amountApplied = z.object({ ...application, explanation: shortExplanation.optional() })

export const amountReversed = z.object({
  ...application,
  amount: amount.describe('The amount reversed now, in minor units'),
  amount_applied: amount.describe('The amount originally applied, in minor units'),
  amount_reversed: amount.describe('The total reversed so far, in minor units'),
  reason: z.string().max(255).optional(),
  reversal_id: shownId('reversal').optional().describe('The reversal of the payment, if the payment was reversed'),
  refund_id: shownId('refund').optional().describe('The refund, if the payment was refunded'),
  transferred_to: shownId('payment')
    .optional()
    .describe('The payment that the money went on as, if it was transferred'),
})

export const amountUnapplied = z.object({
  amount: amount.describe('The amount that stays unapplied, in minor units'),
  currency: shownCurrency,
  payment_id: shownId('payment'),
  customer_id: shownId('customer'),
  metadata: shownMetadata.optional(),
  created_at: shownInstant,
  updated_at: shownInstant,
  object_version,
  explanation: shortExplanation.optional(),
})

const authorised = part.describe('What was authorised, in minor units: it never changes')
const captured = part.describe('What has been captured of it, in minor units')
const voided = part.describe('What has been let go of, in minor units')

export const paymentSucceeded = z.object({
  id: shownId('payment'),
  status: z.literal('succeeded'),
  customer_id: shownId('customer').optional().describe('Absent when the money is for nothing in Billing'),
  payment_session_id: shownId('payment_session').optional().describe('Of a payment that is captured by hand'),
  channel: z.string().max(40),
  amount,
  currency: shownCurrency,
  capture_method: z
    .literal('manual')
    .optional()
    .describe('Present when it is captured by hand: it is authorised, and no money has arrived'),
  authorised_amount: authorised.optional(),
  paid_amount: captured.optional(),
  voided_amount: voided.optional(),
  authorization_expires_at: shownInstant.optional().describe('Until when it can be captured'),
  applied_amount: part,
  unapplied_amount: part,
  direct_amount: part.describe('For nothing in Billing: the money of a request or session that names no customer'),
  payment_method_details: methodDetails.optional(),
  metadata: shownMetadata.optional(),
  mode: z.enum(['test', 'live']),
  received_at: shownInstant.describe('Of one that is captured by hand: when it was authorised, which is no money yet'),
  created_at: shownInstant,
  updated_at: shownInstant,
  object_version,
})

const ofAuthorisation = {
  capture_method: z.literal('manual'),
  authorised_amount: authorised,
  paid_amount: captured,
  voided_amount: voided,
  received_at: shownInstant.optional().describe('When money arrived first; absent while none has'),
}
const captureFields = {
  id: shownId('capture'),
  amount: amount.describe('How much this once, in minor units'),
  created_at: shownInstant,
}
const sentMetadata = shownMetadata.optional().describe('What was sent with the request')

export const paymentCaptured = paymentSucceeded.extend({
  ...ofAuthorisation,
  capture: z.object(captureFields).meta({ id: 'EventCapture' }),
  capture_metadata: sentMetadata,
})

export const paymentVoided = paymentSucceeded.extend({
  ...ofAuthorisation,
  void: z
    .object({
      ...captureFields,
      reason: z
        .enum(voidReasons)
        .describe(
          '`requested` by a call; `expired` with the authorisation; `partial_capture` where the processor captures only once; `released` at the processor',
        ),
    })
    .meta({ id: 'EventVoid' }),
  void_metadata: sentMetadata,
})

/** What a reversal took of a payment that came of the reversed one, or brings back to it. */
const share = {
  id: shownId('reversal'),
  payment_id: shownId('payment'),
  customer_id: shownId('customer'),
  amount,
}

export const paymentReversed = z.object({
  id: shownId('reversal'),
  payment_id: shownId('payment'),
  customer_id: shownId('customer').optional(),
  currency: shownCurrency,
  amount: amount.describe('The whole of the reversal, in minor units'),
  unapplied_amount: part.describe('How much of it was taken from the unapplied part, in minor units'),
  uncovered_amount: part
    .optional()
    .describe('How much of it was taken beyond what was left of the payment: a loss. Absent when there is none'),
  reason: z.string().max(255),
  obligations: z
    .array(z.object({ id: shownId('obligation'), amount }))
    .max(linesMax)
    .optional()
    .describe(
      'What was taken from which; each is told by `obligation.amount_reversed` as well, also where `omitted` names the list',
    ),
  transferred: z
    .array(z.object({ ...share, unapplied_amount: part }))
    .max(linesMax)
    .optional()
    .describe(
      'What of it was taken of the payments that the money had become; `amount` holds what was taken of those that came of them',
    ),
  created_at: shownInstant,
  object_version: object_version.describe('The version of the payment'),
})

export const paymentTransferred = z.object({
  payment_id: shownId('payment'),
  customer_id: shownId('customer'),
  transferred_to: shownId('payment').describe('The payment that the money went on as'),
  receiver_id: shownId('customer').describe('The customer who has it now'),
  currency: shownCurrency,
  amount: amount.describe('The whole of the transfer, in minor units'),
  unapplied_amount: part.describe('How much of it was taken from the unapplied part, in minor units'),
  reason: z.string().max(255),
  obligations: z
    .array(z.object({ id: shownId('obligation'), amount }))
    .max(linesMax)
    .optional()
    .describe(
      'What was taken from which; each is told by `obligation.amount_reversed` as well, also where `omitted` names the list',
    ),
  created_at: shownInstant,
  object_version: object_version.describe('The version of the payment'),
})

export const paymentRefunded = z.object({
  id: shownId('refund'),
  payment_id: shownId('payment'),
  customer_id: shownId('customer').optional().describe('Absent when the money is for nothing in Billing'),
  method: z.enum(['external', 'processor']).describe('Whether the merchant sent it, or the processor of the payment'),
  currency: shownCurrency,
  amount: amount.describe('The whole of the refund, in minor units'),
  unapplied_amount: part.describe('How much of it was taken from the unapplied part, in minor units'),
  direct_amount: part.describe('How much of it was taken from direct money, in minor units'),
  suspense_amount: part
    .optional()
    .describe('How much of it was taken from money whose payer is unknown, in minor units'),
  reason: z.string().max(255),
  obligations: z
    .array(z.object({ id: shownId('obligation'), amount }))
    .max(linesMax)
    .optional()
    .describe(
      'What was taken from which; each is told by `obligation.amount_reversed` when the refund is sent, also where `omitted` names the list',
    ),
  refunded_at: shownInstant.describe('When it was sent'),
  created_at: shownInstant,
  updated_at: shownInstant,
  object_version: object_version.describe('The version of the refund'),
})

const losses_amount = part
  .optional()
  .describe('How much of the money that came back undid losses of the payment. Absent when there were none')

export const refundFailed = paymentRefunded.extend({
  losses_amount,
  failure: z
    .object({ code: word, message: z.string().max(500) })
    .describe('Why it failed, in the words of the processor'),
})

export const settlementCreated = z.object({
  id: shownId('settlement'),
  processor: z.string().max(40),
  reference: z.string().max(255).describe("The processor's own id of it"),
  status: z.enum(['pending', 'paid', 'failed']),
  currency: shownCurrency,
  amount: z
    .int()
    .min(-maxBalanceNumber)
    .max(maxBalanceNumber)
    .describe('What goes to the bank, in minor units; below zero where the processor takes it from there'),
  arrives_at: shownInstant.describe('When it arrived, or is due'),
  mode: z.enum(['test', 'live']),
  created_at: shownInstant,
  updated_at: shownInstant,
  object_version,
})
export const disputeChanged = dispute.omit({ mode: true }).extend({
  object_version: object_version.describe('The version of the dispute'),
})
export const disputeClosed = disputeChanged.extend({
  losses_amount,
  transferred: z
    .array(z.object(share))
    .max(linesMax)
    .optional()
    .describe(
      'What of the money that came back went to the payments that it had been taken of, which came of this one',
    ),
})

// An event holds no link, and its external reference is optional: it is erased when the customer is pseudonymised.
const withoutLink = { presentment_url: true } as const
const erasable = { external_reference: true } as const

const adjustment = z
  .object({
    id: shownId('adjustment'),
    kind: z.enum(['fee', 'credit_note', 'discount', 'write_off', 'adjustment', 'credit']),
    amount: balance,
    reason: z.string().max(255).optional(),
    label: z.string().max(100).optional(),
    reference: z.string().max(255).optional(),
    effective_at: shownInstant,
  })
  .meta({ id: 'EventAdjustment' })

const customerFields = customer.omit(withoutLink).partial(erasable).extend({ object_version })
export const customerChanged = customerFields.extend(mayMove)
export const customerAdjusted = customerFields.extend({ ...move, adjustment })

const accountFields = account.omit(withoutLink).partial(erasable).extend({ object_version })
export const accountChanged = accountFields.extend(mayMove)
export const accountAdjusted = accountFields.extend({ ...move, adjustment })

const billFields = bill.omit(withoutLink).partial(erasable).extend({ object_version })
export const billChanged = billFields.extend(mayMove)
export const billAdjusted = billFields.extend({ ...move, adjustment })
/** A bill where no balance has moved. */
export const billTold = billFields

/** What is told of an object that is put into the archive or taken out of it: nothing else of it changes. */
const archiveFields = {
  external_reference: externalReference.optional(),
  mode: z.enum(['test', 'live']),
  updated_at: shownInstant,
  archived_at: shownInstant.optional(),
  object_version,
}
export const customerArchive = z.object({ id: shownId('customer'), ...archiveFields })
export const accountArchive = z.object({ id: shownId('account'), ...archiveFields })
export const billArchive = z.object({ id: shownId('bill'), ...archiveFields })

export const paymentRequestChanged = toldPaymentRequest.extend({ object_version })
export const paymentSessionChanged = toldPaymentSession.extend({ object_version })
export const transferNoticeChanged = toldTransferNotice.extend({ object_version })

export const attemptFailed = z.object({
  id: shownId('payment'),
  status: z.literal('failed'),
  customer_id: shownId('customer').optional(),
  payment_request_id: shownId('payment_request').optional(),
  payment_session_id: shownId('payment_session').optional(),
  amount,
  currency: shownCurrency,
  payment_method_details: methodDetails.optional(),
  last_payment_error: z.object({
    error_code: word,
    decline_code: word.optional(),
    message: z.string().max(500),
    timestamp: shownInstant,
  }),
  metadata: shownMetadata.optional(),
  mode: z.enum(['test', 'live']),
  created_at: shownInstant,
  updated_at: shownInstant,
  object_version,
})

export const receiptRequested = z.object({
  payment_id: shownId('payment'),
  email: z.string().max(254).optional().describe('Where the payer wants it'),
  mode: z.enum(['test', 'live']),
  created_at: shownInstant,
})
