import { z } from 'zod'
import { externalReference, freeText, idOrReference } from '../../shapes/primitives.ts'
import { createCustomerBody } from '../customer/schema.ts'
import { createFields, updateFields } from '../object/schema.ts'

const name = freeText(255).describe('Such as Subscription Account')

export const createAccountBody = z
  .strictObject({
    customer: z
      .union([idOrReference, createCustomerBody])
      .describe('A customer: its id, its external reference, or a new one to be created in the same request'),
    external_reference: externalReference,
    name: name.optional(),
    ...createFields,
  })
  .meta({ id: 'CreateAccount' })
export type CreateAccount = z.output<typeof createAccountBody>

export const updateAccountBody = z
  .strictObject({
    name: name.nullish(),
    ...updateFields,
  })
  .meta({ id: 'UpdateAccount' })
export type UpdateAccount = z.output<typeof updateAccountBody>
