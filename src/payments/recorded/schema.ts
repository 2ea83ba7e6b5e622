import { z } from 'zod'
import { paymentStatuses } from '../../core/payment-status.ts'
import { transferCodesIn } from '../../core/transfer-code.ts'
import { allocationPolicies } from '../../ledger/allocation.ts'
import type { PaymentDetails } from '../../ledger/payments/command.ts'
import { expecting } from '../../shapes/expected.ts'
import { appliedLine, explanation, linesMax, part, word } from '../../shapes/explanation.ts'
import { ownerFields } from '../../shapes/object.ts'
import { methodDetails } from '../../shapes/payment-method.ts'
import {
  amount,
  balance,
  externalReference,
  freeText,
  idOrReference,
  instant,
  keptCurrencyCode,
  metadata,
  sentId,
  shownCurrency,
  shownId,
  shownInstant,
  shownMetadata,
  text,
  typedReference,
} from '../../shapes/primitives.ts'

const policy = z.enum(allocationPolicies).describe('How the payment is spread; defaults to due_date_first')
const target = {
  customer: idOrReference
    .optional()
    .describe('Everything that this customer owes: its balance, its accounts, its bills'),
  account: idOrReference.optional().describe("The account's balance and its bills"),
  bill: idOrReference.optional(),
}

const allocation = z
  .strictObject({
    ...target,
    amount: amount.optional().describe('Omitted when a policy spreads the payment over those that are named'),
  })
  .meta({ id: 'PaymentAllocation' })

const allocationsMax = 200

const targeting = {
  ...target,
  allocations: expecting(z.array(allocation), 'a list such as [{ "bill": "INV-0042", "amount": 2000 }]')
    .min(1)
    .max(allocationsMax)
    .optional(),
  policy: policy.optional(),
}

type Targeting = {
  allocations?: { customer?: unknown; account?: unknown; bill?: unknown; amount?: unknown }[] | undefined
  customer?: string | undefined
  account?: string | undefined
  bill?: string | undefined
  policy?: unknown
}

/** What is said where nothing or too much is named. */
export const namesNoTarget =
  'should name exactly one of customer, account, bill and allocations, such as "bill": "INV-0042"'

const namesNoOne = 'should name exactly one of customer, account and bill, such as "bill": "INV-0042"'

/** Whether a body says nothing of where the money goes. */
export function isUntargeted({ customer, account, bill, allocations, policy }: Targeting): boolean {
  return [customer, account, bill, allocations, policy].every((one) => one === undefined)
}

/** There is exactly one way to say how the payment is to be allocated. */
function checkTargeting(input: Targeting, context: z.core.$RefinementCtx<Targeting>): void {
  const fault = (path: (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path, message, input: undefined })
  const named = ['customer', 'account', 'bill', 'allocations'].filter(
    (name) => input[name as keyof Targeting] !== undefined,
  )
  if (named.length !== 1) fault([], namesNoTarget)
  for (const [index, one] of (input.allocations ?? []).entries()) {
    const targets = [one.customer, one.account, one.bill].filter((value) => value !== undefined)
    if (targets.length !== 1) fault(['allocations', index], namesNoOne)
    if (input.policy === undefined && one.amount === undefined) {
      fault(
        ['allocations', index, 'amount'],
        'is required unless a policy spreads the payment: send minor units, such as 2000 for R 20.00',
      )
    }
    if (input.policy !== undefined && one.amount !== undefined) {
      fault(['allocations', index, 'amount'], 'cannot be combined with policy: leave out one of them')
    }
  }
}

/** Of a payer who is not known nothing can be named. */
function checkUnidentified(input: Targeting, context: z.core.$RefinementCtx<Targeting>): void {
  if (isUntargeted(input)) return
  const message = 'cannot be combined with customer, account, bill, allocations or policy: leave out one of them'
  context.addIssue({ code: 'custom', path: ['unidentified'], message, input: undefined })
}

export const channel = expecting(
  z.string(),
  'a name of up to 40 lower-case letters, digits, _ or -, such as bank_transfer',
)
  .regex(/^[a-z0-9][a-z0-9_-]{0,39}$/)
  .meta({ maxLength: 40 })

// As the bank writes it, which may hold numbers of any kind.
const details = expecting(
  z.strictObject({
    text: text(1_000).min(1).optional().describe('The text of the line'),
    payer_name: text(255).min(1).optional().describe('Who paid'),
    payer_account: text(64).min(1).optional().describe('From which account'),
  }),
  'an object such as { "text": "WATER PX7K 9Q2M XR4E" }',
)
  .refine((value) => Object.keys(value).length > 0, { error: 'should have one member at least, such as "text"' })
  .meta({ id: 'PaymentDetails' })

/** The codes of transfer notices that a body may hold: in its reference or in the text of the bank. */
export function transferCodesOf({
  reference,
  details,
}: {
  reference: string
  details?: PaymentDetails | undefined
}): string[] {
  const inText = details?.text === undefined ? [] : transferCodesIn(details.text)
  return [...new Set([...transferCodesIn(reference), ...inText])]
}

export const createPaymentBody = z
  .strictObject({
    amount,
    currency: keptCurrencyCode,
    channel: channel.describe('Where the money was received: cash, bank_transfer, the name of a pay point'),
    reference: typedReference.describe(
      'Permanently unique per channel: the same payment may be sent again unchanged. Compared in its composed form (NFC), with each run of white space as one space',
    ),
    received_at: instant.optional().describe('When the money was received; defaults to now'),
    metadata: metadata.optional(),
    details: details
      .optional()
      .describe(
        'What the bank says of it, shown with the payment until its customer is pseudonymised. The code of a transfer notice is found in `text` as well as in `reference`',
      ),
    replaces: sentId('payment')
      .optional()
      .describe(
        'A payment with the same channel and reference whose money was returned, and which is presented again. It is wholly reversed, and replaced once',
      ),
    unidentified: z
      .literal(true, { error: 'should be true, or left out' })
      .optional()
      .describe(
        'The payer is not known: the money waits in suspense until it is assigned. In place of customer, account, bill and allocations',
      ),
    ...targeting,
  })
  .superRefine((input, context) => {
    if (input.unidentified) return checkUnidentified(input, context)
    // A code of a transfer notice may say where it goes: that is looked up.
    if (!isUntargeted(input) || transferCodesOf(input).length === 0) checkTargeting(input, context)
  })
  .meta({ id: 'CreatePayment' })
export type CreatePayment = z.output<typeof createPaymentBody>

export const previewPaymentBody = z
  .strictObject({ amount, currency: keptCurrencyCode, ...targeting })
  .superRefine(checkTargeting)
  .meta({ id: 'PreviewPayment' })
export type PreviewPayment = z.output<typeof previewPaymentBody>

export const paymentPreview = explanation
  .extend({
    amount,
    currency: shownCurrency,
    applied: z.array(appliedLine.extend({ balance_after: balance })).max(linesMax),
  })
  .describe('What recording the payment now would do')
  .meta({ id: 'PaymentPreview' })

export const paymentStatus = z.enum(paymentStatuses)

const paymentError = z
  .object({
    error_code: word,
    decline_code: word.optional(),
    message: z.string().max(500),
    timestamp: shownInstant.optional(),
  })
  .describe('Why the last attempt failed')
  .meta({ id: 'PaymentError' })

export const collectPayment = z
  .object({
    id: shownId('payment'),
    reconciliation_reference: z.string().max(50),
    status: paymentStatus,
    intent: z.literal('payment'),
    amount,
    currency: shownCurrency,
    payment_request_id: shownId('payment_request').optional().describe('The request that it is an attempt to pay'),
    payment_session_id: shownId('payment_session').optional().describe('The session that it is an attempt to pay'),
    external_reference: externalReference.optional().describe('That of the request or session'),
    capture_method: z
      .enum(['automatic', 'manual'])
      .describe('`manual`: it is authorised first, and captured or voided by a call'),
    authorised_amount: part.optional().describe('Of one that was authorised: it never changes, and is no money'),
    paid_amount: part.optional().describe('What has arrived: of one that is captured by hand, what was captured'),
    voided_amount: part.optional().describe('Of one that was authorised: what was let go of'),
    unconfirmed_amount: part
      .optional()
      .describe(
        'What captures and voids are to take that the processor has not confirmed yet; an event tells when it has',
      ),
    authorization_expires_at: shownInstant.optional().describe('Until when it can be captured'),
    reversed: z.boolean().describe('Whether all of it was taken back'),
    partially_reversed: z.boolean().describe('Whether a part of it was taken back'),
    refunded: z.boolean().describe('Whether all of it was sent back, or is on its way'),
    partially_refunded: z.boolean().describe('Whether a part of it was sent back, or is on its way'),
    payment_method_details: methodDetails.optional(),
    last_payment_error: paymentError.optional(),
    receipt_url: z
      .url()
      .max(2_000)
      .optional()
      .describe(
        'The receipt, once the payment has succeeded. Shown where one payment is retrieved; whoever has it can read the receipt',
      ),
    metadata: shownMetadata.optional(),
    mode: z.enum(['test', 'live']),
    created_at: shownInstant,
    updated_at: shownInstant,
  })
  .meta({ id: 'Payment' })

export const paymentObligation = z
  .object({
    id: shownId('obligation'),
    amount,
    amount_reversed: part,
    ...ownerFields,
  })
  .meta({ id: 'PaymentObligation' })

export const listedPayment = collectPayment
  .extend({
    customer_id: shownId('customer')
      .optional()
      .describe('Absent when the money is for nothing in Billing, or its payer is unknown'),
    channel: z.string().max(40),
    reference: z.string().max(255).optional(),
    received_at: shownInstant.optional(),
    details: details.optional().describe('What the bank says of it; absent once its customer is pseudonymised'),
    replaces: shownId('payment')
      .optional()
      .describe('The payment that it was recorded in place of, once that was returned'),
    applied_amount: part,
    unapplied_amount: part,
    reversed_amount: part,
    refunded_amount: part.describe('What refunds took that have not failed'),
    direct_amount: part.describe('For nothing in Billing: the money of a request or session that names no customer'),
    suspense_amount: part.describe('Its payer is unknown: it waits to be assigned'),
    transferred_amount: part.describe('What went on to a customer as another payment'),
    transferred_from: shownId('payment').optional().describe('The payment that this money came of'),
  })
  .meta({ id: 'ListedPayment' })

export const billingPayment = listedPayment
  .extend({
    explanation: explanation.optional().describe('Of a payment that is captured by hand: of its last capture'),
    fee: z
      .int()
      .optional()
      .describe('What its processor kept of it, refunds and disputes included; known once it is in a settlement'),
    net: z.int().optional().describe('What of it went to the bank, less refunds and disputes, as far as it is settled'),
    obligations: z
      .array(paymentObligation)
      .max(100)
      .describe('The first 100; GET /billing/obligations?payment= lists them all'),
  })
  .meta({ id: 'BillingPayment' })

/** The responses of recording a payment: 201 for a new payment, 200 when it is the first one again. */
export const createdPayment = { 200: billingPayment, 201: billingPayment }

const newOwner = expecting(z.strictObject(target), 'an object such as { "customer": "CUST-001" }')
  .refine((to) => Object.values(to).filter((one) => one !== undefined).length === 1, { error: namesNoOne })
  .describe('Whose money it is: exactly one of customer, account and bill')

export const createTransferBody = z
  .strictObject({
    to: newOwner,
    amount: amount.optional().describe('Defaults to all that is left: what is applied and what is unapplied'),
    policy: policy.optional(),
    reason: freeText(255).min(1),
  })
  .meta({ id: 'CreateTransfer' })

export const createAssignmentBody = z
  .strictObject({ to: newOwner, policy: policy.optional() })
  .meta({ id: 'CreateAssignment' })

export const createReversalBody = z
  .strictObject({
    amount: amount
      .optional()
      .describe(
        'Defaults to all that is left of the payment and of what it became. More than that, since some was refunded, is booked as a loss; at most all that has not been reversed',
      ),
    reason: freeText(255).min(1),
  })
  .meta({ id: 'CreateReversal' })

export const reversal = z
  .object({
    id: shownId('reversal'),
    payment_id: shownId('payment'),
    amount,
    unapplied_amount: part.describe('How much of it was taken from the unapplied part'),
    transferred_amount: part.optional().describe('How much of it was taken of the payments that the money had become'),
    uncovered_amount: part
      .optional()
      .describe('How much of it was taken beyond what was left: a loss, since it was refunded before'),
    currency: shownCurrency,
    reason: z.string().max(255),
    mode: z.enum(['test', 'live']),
    created_at: shownInstant,
  })
  .meta({ id: 'Reversal' })
