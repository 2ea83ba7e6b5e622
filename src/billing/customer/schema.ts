import { z } from 'zod'
import { externalReference, freeText } from '../../shapes/primitives.ts'
import { createFields, updateFields } from '../object/schema.ts'

const name = freeText(255).describe('A person or a business')
const email = z.email().max(255)
const phone = z
  .string()
  .regex(/^\+[1-9]\d{1,14}$/)
  .describe('E.164, such as +27123456789')
  .meta({ maxLength: 16 })

export const createCustomerBody = z
  .strictObject({
    external_reference: externalReference,
    name: name.optional(),
    email: email.optional(),
    phone: phone.optional(),
    ...createFields,
  })
  .meta({ id: 'CreateCustomer' })
export type CreateCustomer = z.output<typeof createCustomerBody>

export const updateCustomerBody = z
  .strictObject({
    name: name.nullish(),
    email: email.nullish(),
    phone: phone.nullish(),
    ...updateFields,
  })
  .meta({ id: 'UpdateCustomer' })
export type UpdateCustomer = z.output<typeof updateCustomerBody>
