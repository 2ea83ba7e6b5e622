import { z } from 'zod'
import { createdQuery, pageQuery } from '../../../api/pagination.ts'
import { toldPaymentSession } from '../../../shapes/checkout.ts'
import { expecting } from '../../../shapes/expected.ts'
import {
  currencyCode,
  externalReference,
  idOrReference,
  maxAmountNumber,
  metadata,
  newExternalReference,
} from '../../../shapes/primitives.ts'
import { checkoutTarget, checkTarget } from '../body.ts'

const checkoutOptions = z.strictObject({
  return_url: expecting(z.url(), 'an https address, such as https://shop.example.com/thank-you')
    .max(2_000)
    .optional()
    .describe('Where the payer goes after paying; https, in test environments also http of this machine'),
  save_payment_method: z.enum(['always', 'never', 'prompt']).optional().describe('Only `never` is supported'),
  presentation_mode: z
    .strictObject({ mode: expecting(z.literal('redirect'), 'the word redirect') })
    .optional()
    .describe('The page of the session is opened by its address'),
})

const asked = {
  amount: expecting(z.int(), 'a whole number of minor units, such as 2000 for R 20.00')
    .min(0)
    .max(maxAmountNumber)
    .describe('Minor units. 0, which verifies a card, is not supported'),
  currency: currencyCode,
  type: z
    .enum(['one_time', 'first_in_series', 'next_in_series'])
    .default('one_time')
    .describe('Only `one_time` is supported'),
  metadata: metadata.optional(),
}

export const createPaymentSessionBody = z
  .strictObject({
    ...asked,
    options: z
      .strictObject({
        checkout_options: checkoutOptions.optional(),
        payment_method_options: z
          .strictObject({
            card: z
              .strictObject({
                capture_method: z
                  .enum(['automatic', 'manual'])
                  .optional()
                  .describe('`manual`: what the payer pays is authorised, and captured or voided later by calls'),
              })
              .optional(),
          })
          .optional(),
      })
      .optional(),
    external_reference: newExternalReference.optional(),
    ...checkoutTarget,
  })
  .superRefine(checkTarget)
  .meta({ id: 'CreatePaymentSession' })
export type CreatePaymentSession = z.output<typeof createPaymentSessionBody>

/**
 * What a public key may send. Whoever reads the page of a shop has its key, so it names nothing of Billing, takes no reference away, and
 * leaves no money merely authorised.
 */
export const publicPaymentSessionBody = z.strictObject({
  ...asked,
  options: z.strictObject({ checkout_options: checkoutOptions.optional() }).optional(),
})

export const paymentSession = toldPaymentSession
  .extend({ session_url: z.url().describe('The page to pay at. Whoever has it can see the amount and pay it') })
  .meta({ id: 'PaymentSession' })

export const listPaymentSessionsQuery = z.strictObject({
  ...pageQuery,
  external_reference: externalReference.optional(),
  status: z.enum(['active', 'completed', 'expired', 'cancelled']).optional(),
  customer: idOrReference.optional().describe('Id or external reference: sessions for it, its accounts or its bills'),
  ...createdQuery,
})
