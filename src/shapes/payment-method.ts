import { z } from 'zod'

const cardMethod = z.object({
  type: z.literal('card'),
  card: z.object({
    type: z.string().max(40),
    scheme: z.string().max(40),
    bin: z.string().max(8).optional().describe('The first digits, where the processor gives them'),
    last4: z.string().max(4),
  }),
})

const eftMethod = z.object({
  type: z.literal('instant_eft'),
  instant_eft: z.object({ bank: z.string().max(100).describe('The name of the bank that the payer chose') }),
})

const paycodeMethod = z.object({
  type: z.literal('paycode'),
  paycode: z.object({ code: z.string().max(16).describe('The number that was paid at a till') }),
})

/** How a payment was made. `type` is also the channel of a payment that a processor took. */
export const methodDetails = z
  .discriminatedUnion('type', [cardMethod, eftMethod, paycodeMethod])
  .meta({ id: 'PaymentMethodDetails' })
