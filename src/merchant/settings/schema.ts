import { z } from 'zod'
import { paymentRules, paymentRulesPatch, text } from '../../shapes/primitives.ts'
import { canonicalTimeZone } from './time-zone.ts'

const timeZone = z
  .string()
  .max(64)
  .refine((name) => canonicalTimeZone(name) !== undefined, {
    error: 'should be an IANA time zone with its region, such as Africa/Nairobi',
  })
  .describe('IANA time zone: dates are dates in it, and a bill is overdue from its midnight')

/** What an environment may set. A later setting is added here, to the row, and to what is rendered. */
export const updateSettings = z
  .strictObject({
    name: text(255).min(1).nullish().describe("How payers know the merchant; null takes the merchant's own name again"),
    time_zone: timeZone.optional(),
    payment_rules: paymentRulesPatch
      .optional()
      .describe('What customers, accounts and bills inherit; null takes the default'),
  })
  .meta({ id: 'UpdateSettings' })
export type UpdateSettings = z.output<typeof updateSettings>

export const settings = z
  .object({
    mode: z.enum(['test', 'live']),
    merchant: z.string().max(63).describe('The slug of the merchant, which cannot change here'),
    name: z.string().max(255),
    time_zone: z.string().max(64),
    payment_rules: paymentRules.describe('What holds where a customer, an account or a bill sets nothing itself'),
  })
  .meta({ id: 'Settings' })
