import { z } from 'zod'
import { idOrReference, newExternalReference, text } from '../../shapes/primitives.ts'
import { createCustomer } from '../customer/schema.ts'
import { createFields, updateFields } from '../object/schema.ts'

const name = text(255).describe('Such as Subscription Account')

export const createAccount = z
  .strictObject({
    customer: z
      .union([idOrReference, createCustomer])
      .describe('A customer: its id, its external reference, or a new one to be created in the same request'),
    external_reference: newExternalReference,
    name: name.optional(),
    ...createFields,
  })
  .meta({ id: 'CreateAccount' })
export type CreateAccount = z.output<typeof createAccount>

export const updateAccount = z
  .strictObject({
    name: name.nullish(),
    ...updateFields,
  })
  .meta({ id: 'UpdateAccount' })
export type UpdateAccount = z.output<typeof updateAccount>
