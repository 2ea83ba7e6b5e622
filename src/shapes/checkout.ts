import { z } from 'zod'
import { word } from './explanation.ts'
import { amount, externalReference, shownCurrency, shownId, shownInstant, shownMetadata } from './primitives.ts'

const lastFields = {
  metadata: shownMetadata.optional(),
  mode: z.enum(['test', 'live']),
  created_at: shownInstant,
  updated_at: shownInstant,
}
const whoseFields = {
  customer_id: shownId('customer').optional().describe('Whose it is; absent when it is for nothing in Billing'),
  account_id: shownId('account').optional().describe('Where its money is applied to an account'),
  bill_id: shownId('bill').optional().describe('Where its money is applied to a bill'),
}
const reference = externalReference.optional()
const checkoutSessionId = shownId('checkout_session').describe('Names the page; it does not open it')
const paymentId = shownId('payment').optional().describe('The payment that paid it')

/** A payment request as events tell it: its address is not in them, since whoever has that can pay. */
export const toldPaymentRequest = z.object({
  id: shownId('payment_request'),
  type: z.enum(['link', 'push']),
  status: z.enum(['active', 'paid', 'expired', 'failed']),
  amount,
  currency: shownCurrency,
  ...whoseFields,
  external_reference: reference,
  description: z.string().max(500).optional(),
  expires_at: shownInstant.nullable(),
  cancelled_at: shownInstant.optional(),
  link: z.object({ checkout_session_id: checkoutSessionId }).optional(),
  push: z.object({ phone: z.string().max(50) }).optional(),
  payment_id: paymentId,
  ...lastFields,
})

/** A payment session as events tell it. */
export const toldPaymentSession = z.object({
  id: shownId('payment_session'),
  type: z.literal('one_time'),
  amount,
  currency: shownCurrency,
  ...whoseFields,
  status: z.enum(['active', 'completed', 'expired', 'cancelled']),
  payment_outcome: z
    .enum(['not_started', 'pending', 'paid', 'unpaid', 'reserved'])
    .describe(
      '`pending` once an attempt has begun; `unpaid` when it ended without money; `reserved` when the amount is authorised: captures and voids do not change it',
    ),
  payment_status: z
    .enum(['paid', 'unpaid', 'pending'])
    .describe('Older name of payment_outcome')
    .meta({ deprecated: true }),
  capture_method: z
    .literal('manual')
    .optional()
    .describe('Present where what the payer pays is authorised, and captured later'),
  checkout_session_id: checkoutSessionId,
  payment_id: paymentId,
  return_url: z.url().max(2_000).optional(),
  last_payment_error: z
    .object({
      error_code: word,
      decline_code: word.optional(),
      message: z.string().max(500),
      timestamp: shownInstant.optional(),
    })
    .optional()
    .describe('Why the last attempt failed'),
  external_reference: reference,
  expires_at: shownInstant.nullable(),
  cancelled_at: shownInstant.optional(),
  ...lastFields,
})
