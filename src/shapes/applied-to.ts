import { z } from 'zod'
import { shownId } from './primitives.ts'

export const appliedTo = z
  .object({
    type: z.enum(['customer', 'account', 'bill']),
    id: z.string().max(50),
    external_reference: z.string().max(255).optional(),
    customer: shownId('customer'),
    account: shownId('account').optional(),
  })
  .describe('What was paid, with its parents')
  .meta({ id: 'AppliedTo' })
