import { z } from 'zod'
import { emailAddress as email, phoneNumber as phone } from '../../shapes/contact.ts'
import { locale } from '../../shapes/locale.ts'
import { freeText, newExternalReference } from '../../shapes/primitives.ts'
import { createFields, updateFields } from '../object/schema.ts'

const name = freeText(255).describe('A person or a business')
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
