import { z } from 'zod'
import { shownLocale } from './locale.ts'
import { balanceFields, commonFields } from './object.ts'
import { externalReference, shownId, shownInstant } from './primitives.ts'

export const customer = z
  .object({
    id: shownId('customer'),
    external_reference: externalReference,
    name: z.string().max(255).optional(),
    email: z.string().max(255).optional(),
    phone: z.string().max(20).optional(),
    locale: shownLocale.optional(),
    ...balanceFields,
    ...commonFields,
    pseudonymised_at: shownInstant.optional(),
  })
  .meta({ id: 'Customer' })
