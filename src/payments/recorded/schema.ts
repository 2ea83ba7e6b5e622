import { z } from 'zod'
import { paymentStatuses } from '../../core/payment-status.ts'
import { allocationPolicies } from '../../ledger/allocation.ts'
import { appliedLine, explanation, linesMax, part, word } from '../../shapes/explanation.ts'
import { ownerFields } from '../../shapes/object.ts'
import {
  amount,
  balance,
  idOrReference,
  instant,
  keptCurrencyCode,
  metadata,
  shownCurrency,
  shownId,
  shownInstant,
  shownMetadata,
  text,
} from '../../shapes/primitives.ts'

const policy = z.enum(allocationPolicies).describe('How the payment is spread; due_date_first when left out')
const target = {
  customer: idOrReference.optional().describe('All that this customer owes: its balance, its accounts, its bills'),
  account: idOrReference.optional().describe("The account's balance and its bills"),
  bill: idOrReference.optional(),
}

const allocation = z
  .strictObject({
    ...target,
    amount: amount.optional().describe('Left out when a policy spreads the payment over those that are named'),
  })
  .meta({ id: 'PaymentAllocation' })

const allocationsMax = 200

const targeting = {
  ...target,
  allocations: z.array(allocation).min(1).max(allocationsMax).optional(),
  policy: policy.optional(),
}

type Targeting = {
  allocations?: { customer?: unknown; account?: unknown; bill?: unknown; amount?: unknown }[] | undefined
  customer?: string | undefined
  account?: string | undefined
  bill?: string | undefined
  policy?: unknown
}

/** Exactly one way to say who is to get the money. */
function checkTargeting(input: Targeting, context: z.core.$RefinementCtx<Targeting>): void {
  const fault = (path: (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path, message, input: undefined })
  const named = ['customer', 'account', 'bill', 'allocations'].filter(
    (name) => input[name as keyof Targeting] !== undefined,
  )
  if (named.length !== 1) fault([], 'should name exactly one of customer, account, bill and allocations')
  for (const [index, one] of (input.allocations ?? []).entries()) {
    const targets = [one.customer, one.account, one.bill].filter((value) => value !== undefined)
    if (targets.length !== 1) fault(['allocations', index], 'should name exactly one of customer, account and bill')
    if (input.policy === undefined && one.amount === undefined) {
      fault(['allocations', index, 'amount'], 'is needed unless a policy spreads the payment')
    }
    if (input.policy !== undefined && one.amount !== undefined) {
      fault(['allocations', index, 'amount'], 'cannot be combined with policy')
    }
  }
}

export const createPayment = z
  .strictObject({
    amount,
    currency: keptCurrencyCode,
    channel: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_-]{0,39}$/)
      .describe('Where the money was taken: cash, bank_transfer, the name of a pay point')
      .meta({ maxLength: 40 }),
    reference: text(255).min(1).describe('Unique for ever per channel: the same payment may be sent again unchanged'),
    received_at: instant.optional().describe('When the money was taken; now when left out'),
    metadata: metadata.optional(),
    ...targeting,
  })
  .superRefine(checkTargeting)
  .meta({ id: 'CreatePayment' })
export type CreatePayment = z.output<typeof createPayment>

export const previewPayment = z
  .strictObject({ amount, currency: keptCurrencyCode, ...targeting })
  .superRefine(checkTargeting)
  .meta({ id: 'PreviewPayment' })
export type PreviewPayment = z.output<typeof previewPayment>

export const preview = explanation
  .extend({
    amount,
    currency: shownCurrency,
    applied: z.array(appliedLine.extend({ balance_after: balance })).max(linesMax),
  })
  .describe('What recording the payment now would do')
  .meta({ id: 'PaymentPreview' })

export const paymentStatus = z.enum(paymentStatuses)

const methodDetails = z
  .object({
    type: z.literal('card'),
    card: z.object({
      type: z.string().max(40),
      scheme: z.string().max(40),
      bin: z.string().max(8),
      last4: z.string().max(4),
    }),
  })
  .meta({ id: 'PaymentMethodDetails' })

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
    capture_method: z.literal('automatic'),
    paid_amount: part.optional(),
    payment_method_details: methodDetails.optional(),
    last_payment_error: paymentError.optional(),
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
    customer_id: shownId('customer'),
    channel: z.string().max(40),
    reference: z.string().max(255).optional(),
    received_at: shownInstant.optional(),
    applied_amount: part,
    unapplied_amount: part,
    reversed_amount: part,
  })
  .meta({ id: 'ListedPayment' })

export const billingPayment = listedPayment
  .extend({
    explanation: explanation.optional(),
    obligations: z
      .array(paymentObligation)
      .max(100)
      .describe('The first 100; GET /billing/obligations?payment= lists them all'),
  })
  .meta({ id: 'BillingPayment' })

/** What recording answers: 201 with the payment, 200 where it is the first one again. */
export const createdPayment = { 200: billingPayment, 201: billingPayment }

export const createReversal = z
  .strictObject({
    amount: amount.optional().describe('Defaults to the whole remaining amount'),
    reason: text(255).min(1),
  })
  .meta({ id: 'CreateReversal' })

export const reversal = z
  .object({
    id: shownId('reversal'),
    payment_id: shownId('payment'),
    amount,
    unapplied_amount: part.describe('How much of it had not been applied'),
    currency: shownCurrency,
    reason: z.string().max(255),
    mode: z.enum(['test', 'live']),
    created_at: shownInstant,
  })
  .meta({ id: 'Reversal' })
