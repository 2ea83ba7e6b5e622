import { z } from 'zod'
import { balanceFields, commonFields } from './object.ts'
import { externalReference, shownId } from './primitives.ts'

export const account = z
  .object({
    id: shownId('account'),
    external_reference: externalReference,
    customer_id: shownId('customer'),
    name: z.string().max(255).optional(),
    ...balanceFields,
    ...commonFields,
  })
  .meta({ id: 'Account' })
