import { z } from 'zod'
import { createdQuery, pageQuery, updatedQuery } from '../../../api/pagination.ts'
import {
  balance,
  date,
  externalReference,
  idOrReference,
  keptCurrencyCode,
  metadata,
} from '../../../shapes/primitives.ts'

const amountText = z
  .string()
  .regex(/^-?\d{1,16}$/, { error: 'should be a whole number of minor units' })
  .meta({ maxLength: 17 })
  .transform(Number)
  .pipe(balance)

/** How far back a list by change alone goes: it reads every entry and every change since. */
export const updatedDaysMax = 31

const common = {
  ...pageQuery,
  external_reference: externalReference.optional(),
  currency: keptCurrencyCode.optional(),
  ...createdQuery,
  updated_from: updatedQuery.updated_from.describe(
    `Changed at this instant or later, money included; up to ${updatedDaysMax} days back, or beside another filter`,
  ),
  metadata: metadata.optional().describe('metadata[key]=value: has this value under this key; several must all hold'),
  balance_min: amountText.optional().describe('Only beside another filter: no index holds balances'),
  balance_max: amountText.optional().describe('Only beside another filter: no index holds balances'),
  archived: z.enum(['false', 'true', 'all']).default('false').describe('What is archived is left out unless asked for'),
}

/** The query of each list. A member that is not named here is refused. */
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
