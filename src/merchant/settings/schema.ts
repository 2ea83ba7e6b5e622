import { z } from 'zod'
import { languageTags } from '../../html/language/languages.ts'
import { expecting } from '../../shapes/expected.ts'
import { locale, shownLocale } from '../../shapes/locale.ts'
import { freeText, paymentRules, paymentRulesPatch } from '../../shapes/primitives.ts'
import { canonicalTimeZone } from './time-zone.ts'

const timeZone = expecting(z.string(), 'an IANA time zone with its region, such as Africa/Nairobi')
  .max(64, { abort: true })
  .refine((name) => canonicalTimeZone(name) !== undefined, {
    error: 'should be an IANA time zone with its region, such as Africa/Nairobi',
  })
  .describe('IANA time zone of all dates; a bill is overdue from midnight in it')

const languages = z
  .array(z.enum(languageTags))
  .min(1)
  .max(languageTags.length)
  .refine((tags) => new Set(tags).size === tags.length, { error: 'should name each language once' })

/** The settings of an environment. A new setting is added here, to the row, and to what is rendered. */
export const updateSettingsBody = z
  .strictObject({
    name: freeText(255).min(1).nullish().describe("The name that payers see; null restores the merchant's own name"),
    time_zone: timeZone.optional(),
    locale: locale
      .optional()
      .describe('BCP 47 tag of the language and the region of pages, where nothing says that a payer reads another'),
    languages: expecting(languages, 'a list of languages, such as ["en", "fr"]')
      .optional()
      .describe('The languages that payers may choose; the texts of zu and sw have not been reviewed'),
    payment_rules: paymentRulesPatch
      .optional()
      .describe('What customers, accounts and bills inherit; null restores the defaults'),
  })
  .meta({ id: 'UpdateSettings' })
export type UpdateSettings = z.output<typeof updateSettingsBody>

export const settings = z
  .object({
    mode: z.enum(['test', 'live']),
    merchant: z.string().max(63).describe('The slug of the merchant; it cannot be changed here'),
    name: z.string().max(255),
    time_zone: z.string().max(64),
    locale: shownLocale,
    languages,
    payment_rules: paymentRules.describe('The rules where a customer, an account or a bill sets none of its own'),
  })
  .meta({ id: 'Settings' })
