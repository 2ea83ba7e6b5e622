import { z } from 'zod'
import { creditSettings } from '../../core/credit-setting.ts'
import { languageTags } from '../../html/language/languages.ts'
import { expecting } from '../../shapes/expected.ts'
import { locale, shownLocale } from '../../shapes/locale.ts'
import { date, freeText, paymentRules, paymentRulesPatch } from '../../shapes/primitives.ts'
import { faceFields, shownFaceFields, shownText } from './face-schema.ts'
import { guestLookup, shownGuestLookup } from './guest-lookup.ts'
import { canonicalTimeZone } from './time-zone.ts'
import { shownTrackedParameters, trackedParameters } from './tracked-parameters.ts'

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
const lifetime = expecting(z.int(), 'a whole number of hours from 1 to 720, such as 24')
  .min(1)
  .max(720)
  .describe('How long a new payment session stays open, in hours')

const receiptRequests = z
  .boolean()
  .describe(
    'Whether payers may ask for their receipt by e-mail; where the server sends none, you get receipt.requested',
  )

const credit = expecting(z.enum(creditSettings), 'manual or on_new_bill').describe(
  'Whether credit of a customer is set off only by a call, or also when a bill is raised, and by the payer on the page of the customer',
)

/** The settings of an environment. A new setting is added here, to the row, and to what is rendered. */
export const updateSettingsBody = z
  .strictObject({
    name: shownText(255).nullish().describe("The name that payers see; null restores the merchant's own name"),
    ...faceFields,
    guest_lookup: guestLookup.optional(),
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
    payment_session_lifetime_hours: lifetime.optional(),
    tracked_parameters: trackedParameters.optional(),
    receipt_requests: receiptRequests.optional(),
    credit: credit.optional(),
    books_closed_until: date
      .nullish()
      .describe(
        'The last day of the closed books: nothing is entered any more that counts on it or before; null opens all',
      ),
    books_closed_reason: freeText(255)
      .min(1)
      .optional()
      .describe(
        'Why the books are closed until another day: needed when they are opened again, and kept in their history',
      ),
  })
  .meta({ id: 'UpdateSettings' })
export type UpdateSettings = z.output<typeof updateSettingsBody>

export const settings = z
  .object({
    mode: z.enum(['test', 'live']),
    merchant: z.string().max(63).describe('The slug of the merchant; it cannot be changed here'),
    name: z.string().max(255),
    ...shownFaceFields,
    guest_lookup: shownGuestLookup,
    guest_lookup_url: z.url().max(2_000).optional().describe('Where payers without a link find what they owe'),
    time_zone: z.string().max(64),
    locale: shownLocale,
    languages,
    payment_rules: paymentRules.describe('The rules where a customer, an account or a bill sets none of its own'),
    payment_session_lifetime_hours: lifetime,
    tracked_parameters: shownTrackedParameters.describe('Parameters of links that become metadata of the payment'),
    receipt_requests: receiptRequests,
    credit,
    books_closed_until: date.optional().describe('The last day of the closed books; absent when nothing is closed'),
  })
  .meta({ id: 'Settings' })
