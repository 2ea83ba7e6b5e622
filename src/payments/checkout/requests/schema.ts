import { z } from 'zod'
import { createdQuery, pageQuery } from '../../../api/pagination.ts'
import { toldPaymentRequest } from '../../../shapes/checkout.ts'
import {
  amount,
  currencyCode,
  externalReference,
  freeText,
  idOrReference,
  instant,
  metadata,
  metadataPatch,
  newExternalReference,
} from '../../../shapes/primitives.ts'
import { checkoutTarget, checkTarget } from '../body.ts'

const expiry = instant.nullable().describe('When its page stops taking payments; null: never')

export const createPaymentRequestBody = z
  .strictObject({
    type: z.enum(['link', 'push']).default('link').describe('A page to pay at, or a push to a phone'),
    amount,
    currency: currencyCode,
    external_reference: newExternalReference.optional(),
    description: freeText(500).optional().describe('What it is for: the payer sees it'),
    expires_at: expiry.optional().describe('Defaults to 24 hours from now, of a push to 2 minutes; null: never'),
    metadata: metadata.optional(),
    push: z
      .strictObject({ phone: freeText(50).min(4) })
      .optional()
      .describe('Only of a push: the number that it goes to'),
    ...checkoutTarget,
  })
  .superRefine(checkTarget)
  .superRefine(({ type, push }, context) => {
    if ((type === 'push') === (push !== undefined)) return
    const message = 'belongs to a request of type push, such as { "phone": "+27821234567" }'
    context.addIssue({ code: 'custom', path: ['push'], message, input: undefined })
  })
  .meta({ id: 'CreatePaymentRequest' })
export type CreatePaymentRequest = z.output<typeof createPaymentRequestBody>

export const updatePaymentRequestBody = z
  .strictObject({
    external_reference: newExternalReference.optional(),
    description: freeText(500).nullish(),
    expires_at: expiry.optional(),
    metadata: metadataPatch.optional(),
  })
  .meta({ id: 'UpdatePaymentRequest' })
export type UpdatePaymentRequest = z.output<typeof updatePaymentRequestBody>

const link = toldPaymentRequest.shape.link.unwrap().extend({
  url: z.url().describe('The page to pay at. Whoever has it can see the amount and pay it'),
  qr_svg_url: z.url().describe('The address as a QR code, for screens'),
  qr_png_url: z.url().describe('The address as a QR code, for messages and paper'),
})

export const paymentRequest = toldPaymentRequest
  .extend({ link: link.optional().describe('Of a request of type link') })
  .meta({ id: 'PaymentRequest' })

export const listPaymentRequestsQuery = z.strictObject({
  ...pageQuery,
  external_reference: externalReference.optional(),
  status: z.enum(['active', 'paid', 'expired', 'failed']).optional(),
  customer: idOrReference.optional().describe('Id or external reference: requests for it, its accounts or its bills'),
  ...createdQuery,
})
