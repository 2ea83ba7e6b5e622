import { z } from 'zod'
import { expecting } from '../../shapes/expected.ts'
import { freeText, idOrReference, newExternalReference } from '../../shapes/primitives.ts'
import { createCustomerBody } from '../customer/schema.ts'
import { createFields, updateFields } from '../object/schema.ts'

/** What may stand where a new object names its customer. */
export const customerExpected =
  'the id or external reference of a customer, such as UCR1234567890, or an object that makes a new one'

const name = freeText(255).describe('Such as Subscription Account')

export const createAccountBody = z
  .strictObject({
    customer: expecting(z.union([idOrReference, createCustomerBody]), customerExpected).describe(
      'A customer: its id, its external reference, or a new one to be created in the same request',
    ),
    external_reference: newExternalReference,
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
