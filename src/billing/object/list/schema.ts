import { z } from 'zod'
import { createdQuery, pageQuery, updatedQuery } from '../../../api/pagination.ts'
import { emailAddress, phoneNumber } from '../../../shapes/contact.ts'
import { expecting } from '../../../shapes/expected.ts'
import {
  booleanText,
  date,
  externalReference,
  idOrReference,
  keptCurrencyCode,
  maxBalanceNumber,
  metadata,
  text,
  wholeNumberText,
} from '../../../shapes/primitives.ts'

const balanceText = wholeNumberText(-maxBalanceNumber, maxBalanceNumber)

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
  metadata: expecting(metadata, 'sent as metadata[key]=value, such as metadata[plan]=gold')
    .optional()
    .describe('metadata[key]=value: objects with this value under this key; several filters must all match'),
  balance_min: balanceText.optional().describe('Only together with another filter: balances are not indexed'),
  balance_max: balanceText.optional().describe('Only together with another filter: balances are not indexed'),
  archived: z.enum(['false', 'true', 'all']).default('false').describe('Archived objects are excluded by default'),
}

const name = expecting(
  text(100).refine((value) => /[\p{L}\p{N}]/u.test(value), {
    error: 'should hold a letter or a digit, such as Ann',
  }),
  'the beginning of a name, such as Ann',
)
  .optional()
  .describe('The beginning of the name, without regard to case, accents and punctuation')

/** The query of each list. A field that is not listed is refused. */
export const listQueries = {
  customer: z.strictObject({
    ...common,
    name,
    email: emailAddress.optional().describe('The whole address, without regard to case'),
    phone: phoneNumber.optional().describe('The whole number in E.164; a + is sent as %2B'),
  }),
  account: z.strictObject({
    ...common,
    customer: idOrReference.optional().describe('Id or external reference'),
    name,
  }),
  bill: z.strictObject({
    ...common,
    customer: idOrReference.optional().describe('Id or external reference'),
    account: idOrReference.optional().describe('Id or external reference'),
    status: z.enum(['unpaid', 'paid', 'voided']).optional(),
    due_from: date.optional().describe('Due on this date or later'),
    due_to: date.optional().describe('Due on this date or earlier'),
    overdue: booleanText.optional().describe('Unpaid after its due date, or not'),
  }),
} as const

export type ListQuery = z.output<typeof listQueries.bill> &
  Partial<Pick<z.output<typeof listQueries.customer>, 'name' | 'email' | 'phone'>>
