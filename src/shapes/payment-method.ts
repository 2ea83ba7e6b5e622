import { z } from 'zod'

export const methodDetails = z
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
