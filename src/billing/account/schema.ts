import { z } from 'zod'
import { externalReference, idOrReference, shownId, text } from '../../shapes/primitives.ts'
import { createCustomer } from '../customer/schema.ts'
import { changedHolder, newHolder, shownBalance, shownLast } from '../object/schema.ts'

const name = text(255).describe('Such as Subscription Account')

export const createAccount = z
  .strictObject({
    customer: z
      .union([idOrReference, createCustomer])
      .describe('A customer: its id, its external reference, or a new one to be created in the same request'),
    external_reference: externalReference,
    name: name.optional(),
    ...newHolder,
  })
  .meta({ id: 'CreateAccount' })
export type CreateAccount = z.output<typeof createAccount>

export const updateAccount = z
  .strictObject({
    name: name.nullish(),
    ...changedHolder,
  })
  .meta({ id: 'UpdateAccount' })
export type UpdateAccount = z.output<typeof updateAccount>

export const account = z
  .object({
    id: shownId('account'),
    external_reference: externalReference,
    customer_id: shownId('customer'),
    name: z.string().max(255).optional(),
    ...shownBalance,
    ...shownLast,
  })
  .meta({ id: 'Account' })
