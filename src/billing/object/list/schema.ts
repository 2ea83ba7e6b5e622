import { z } from 'zod'
import { createdQuery, pageQuery } from '../../../api/pagination.ts'
import { balance, currencyCode, date, externalReference, idOrReference, metadata } from '../../../shapes/primitives.ts'

const amountText = z
  .string()
  .regex(/^-?\d{1,16}$/, { error: 'should be a whole number of minor units' })
  .meta({ maxLength: 17 })
  .transform(Number)
  .pipe(balance)

const common = {
  ...pageQuery,
  external_reference: externalReference.optional(),
  currency: currencyCode.optional(),
  ...createdQuery,
  metadata: metadata
    .optional()
    .describe('metadata[key]=value: objects with this value under this key; several filters must all match'),
  balance_min: amountText.optional().describe('Only together with another filter: balances are not indexed'),
  balance_max: amountText.optional().describe('Only together with another filter: balances are not indexed'),
  archived: z.enum(['false', 'true', 'all']).default('false').describe('Archived objects are excluded by default'),
}

/** The query of each list. A field that is not listed is refused. */
export const listQueries = {
  customer: z.strictObject(common),
  account: z.strictObject({ ...common, customer: idOrReference.optional().describe('Id or external reference') }),
  bill: z.strictObject({
    ...common,
    customer: idOrReference.optional().describe('Id or external reference'),
    account: idOrReference.optional().describe('Id or external reference'),
    status: z.enum(['unpaid', 'paid', 'voided']).optional(),
    due_from: date.optional().describe('Due on this date or later'),
    due_to: date.optional().describe('Due on this date or earlier'),
    overdue: z.enum(['true', 'false']).optional().describe('Unpaid after its due date, or not'),
  }),
} as const

export type ListQuery = z.output<typeof listQueries.bill>
