import { z } from 'zod'
import { expecting } from '../../shapes/expected.ts'
import { locale } from '../../shapes/locale.ts'
import { freeText, newExternalReference } from '../../shapes/primitives.ts'
import { createFields, updateFields } from '../object/schema.ts'

const name = freeText(255).describe('A person or a business')
const email = expecting(z.email(), 'an e-mail address, such as ann@example.com').max(255)
const phone = expecting(z.string(), 'a phone number in E.164, such as +27123456789')
  .regex(/^\+[1-9]\d{1,14}$/)
  .describe('E.164, such as +27123456789')
  .meta({ maxLength: 16 })
const pageLocale = locale.describe(
  'BCP 47 tag of the language that the customer reads: its pages are in it, where they speak it',
)

export const createCustomerBody = z
  .strictObject({
    external_reference: newExternalReference,
    name: name.optional(),
    email: email.optional(),
    phone: phone.optional(),
    locale: pageLocale.optional(),
    ...createFields,
  })
  .meta({ id: 'CreateCustomer' })
export type CreateCustomer = z.output<typeof createCustomerBody>

export const updateCustomerBody = z
  .strictObject({
    name: name.nullish(),
    email: email.nullish(),
    phone: phone.nullish(),
    locale: pageLocale.nullish(),
    ...updateFields,
  })
  .meta({ id: 'UpdateCustomer' })
export type UpdateCustomer = z.output<typeof updateCustomerBody>
