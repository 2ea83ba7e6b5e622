import { z } from 'zod'
import { holdsCardNumber } from '../core/card-number.ts'
import { parseInstant } from '../core/clock.ts'
import { isCurrency, isWithdrawn } from '../core/currency.ts'
import { type IdKind, idPrefixes, readsAsId } from '../core/id/id.ts'
import { type ProblemCode, problems } from '../core/problem-codes.ts'
import { referenceFault } from '../core/reference-text.ts'
import { expecting } from './expected.ts'

// One schema per shape serves validation, types and the OpenAPI document.

/** Text that PostgreSQL and JSON can both hold: no NUL and no lone surrogate. What is too long is not looked at further. */
export function text(max: number) {
  return expecting(
    z
      .string()
      .max(max, { abort: true })
      .refine((value) => value.isWellFormed() && !value.includes('\0'), {
        error: 'should hold no NUL and no lone surrogate',
      }),
    `a text of up to ${max} characters`,
  )
}

// What may be kept of a card is kept by its processor. A number that somebody put where it has no place is refused, not masked: what
// is sent here has been elsewhere before. References are left alone: they are other systems' numbers and may look like anything.
const cardNumber = { error: 'should hold no number of a payment card', params: { code: 'card_number' } }

/** Text in people's own words, such as a name or a reason. */
export function freeText(max: number) {
  return text(max).refine((value) => !holdsCardNumber(value), cardNumber)
}

export const maxAmountNumber = 999_999_999_999
export const maxBalanceNumber = 1_000_000_000_000_000

export const externalReference = expecting(
  z
    .string()
    .min(1)
    .max(255)
    .regex(/^[a-zA-Z0-9_-]+$/)
    .describe("The merchant's own reference; permanently unique per kind of object."),
  'a reference of 1 to 255 letters, digits, _ or -, such as INV-0042',
)

/** The external reference of a new object. One that reads as an id would stand for another object wherever either is taken. */
export const newExternalReference = externalReference.refine((value) => !readsAsId(value), {
  error:
    'reads as an id, which would be taken for that of another object: send a reference of your own, such as INV-0042',
  params: { code: 'reads_as_id' },
})

/** A reference that people and banks type: of any characters that can be seen. It is compared in the form of `comparableReference`. */
export const typedReference = expecting(
  text(255)
    .min(1)
    .check(({ value, issues }) => {
      const fault = referenceFault(value)
      if (fault !== undefined) issues.push({ code: 'custom', message: fault, input: value })
    }),
  'a reference of 1 to 255 characters, such as TXN123456789',
)

/** An id, or the external reference in its place. */
export const idOrReference = expecting(
  z.string().min(1).max(255).describe('An id, or the external reference in its place'),
  'an id or an external reference, such as INV-0042',
)

/** The id of one kind of object where it is sent: what does not read as one names nothing, which is for the caller to look at. */
export function sentId(kind: IdKind) {
  return expecting(z.string().min(1).max(255), `the id of the ${kind}, which begins with ${idPrefixes[kind]}`)
}

/** An id as responses show it. */
export function shownId(kind: IdKind) {
  return z
    .string()
    .max(50)
    .regex(new RegExp(`^${idPrefixes[kind]}[a-zA-Z0-9]+$`))
}

const currencyExpected = 'an ISO 4217 code in upper case, such as ZAR'
export const currencyCode = expecting(z.string(), currencyExpected)
  .regex(/^[A-Z]{3}$/, { abort: true })
  .refine(isCurrency, { error: 'should be an active ISO 4217 code in upper case, such as ZAR' })
  .describe('ISO 4217 code')
  // For the document only: callers get the message above.
  .meta({ maxLength: 3 })
/** As `currencyCode`, and those withdrawn: where a balance may have one already, which is for the caller to look at. */
export const keptCurrencyCode = expecting(z.string(), currencyExpected)
  .regex(/^[A-Z]{3}$/, { abort: true })
  .refine((code) => isCurrency(code) || isWithdrawn(code), { error: `should be ${currencyExpected}` })
  .describe('ISO 4217 code; a withdrawn one only where a balance has it already')
  .meta({ maxLength: 3 })
export const shownCurrency = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .max(3)
  .describe('ISO 4217 code')

/** A whole number in a query, written as JSON writes one: `0x10`, `1e1`, `+5`, `05` and ` 5` are none. */
export function wholeNumberText(least: number, most: number) {
  const expected = `a whole number from ${least} to ${most}, such as 20`
  return expecting(
    z
      .string()
      .refine((value) => /^(?:0|-?[1-9]\d{0,15})$/.test(value), { error: `should be ${expected}`, abort: true })
      .transform(Number)
      .pipe(z.int().min(least).max(most))
      .meta({ type: 'integer', minimum: least, maximum: most }),
    expected,
  )
}

/** A boolean in a query, where everything is text. */
export const booleanText = expecting(
  z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .meta({ type: 'boolean' }),
  'true or false',
)

export const amount = expecting(z.int(), 'a whole number of minor units, such as 2000 for R 20.00')
  .min(1)
  .max(maxAmountNumber)
  .describe('Minor units')
export const balance = expecting(
  z.int(),
  'a whole number of minor units, such as 2000 for R 20.00, or -2000 for a credit',
)
  .min(-maxBalanceNumber)
  .max(maxBalanceNumber)
  .describe('Signed minor units: positive is owed, negative is credit')
/** A balance that is summed of what counted by some instant: not the limits of a balance bound it, but what JSON holds exactly. */
export const balanceSum = z.int().describe('Signed minor units: positive is owed, negative is credit')

// What a filter can name: metadata[key]=value. The reader of bodies and queries refuses `__proto__`.
const metadataKey = text(40)
  .min(1)
  .refine((key) => !/[[\]\p{Cc}]/u.test(key), {
    error: 'should hold no bracket and no control character, as in `plan`',
  })
/** A key of metadata where it is a value. */
export const metadataName = metadataKey.refine((key) => !holdsCardNumber(key), cardNumber)
const metadataValue = freeText(500)
const namesNoCard = (value: object) => !Object.keys(value).some(holdsCardNumber)
export const metadataKeysMax = 10

/** Metadata as it is created: at most 10 keys. */
export const metadata = expecting(
  z.record(metadataKey, metadataValue),
  'an object of texts, such as { "plan": "gold" }',
)
  .refine((value) => Object.keys(value).length <= metadataKeysMax, { error: 'should have at most 10 keys' })
  .refine(namesNoCard, cardNumber)
  .describe('Up to 10 keys of 40 characters, without brackets and control characters, with values of 500')
  .meta({ maxProperties: metadataKeysMax })
export const shownMetadata = z.record(z.string().max(40), z.string().max(500)).meta({ maxProperties: metadataKeysMax })

/** Metadata as it is changed: keys are merged, `null` removes one. The limit counts after the merge. */
export const metadataPatch = expecting(
  z.record(metadataKey, metadataValue.nullable()),
  'an object of texts, such as { "plan": "gold" }',
)
  .refine(namesNoCard, cardNumber)
  .describe('Merged; null removes a key')

export const date = expecting(z.iso.date(), 'a date such as 2026-03-31')
  // PostgreSQL has no year 0.
  .refine((value) => value >= '0001-01-01', { error: 'should be a date from 0001-01-01 on, such as 2026-03-31' })
  .describe('YYYY-MM-DD')

/** An instant as it is sent, read as it would be shown: in UTC, in ms. */
const instantExpected = 'an RFC 3339 instant, such as 2026-01-31T09:30:00Z'
export const instant = expecting(z.string(), instantExpected)
  .max(64)
  .describe('RFC 3339; what is finer than a millisecond is cut off')
  .meta({ format: 'date-time' })
  .transform((sent, context) => {
    const read = parseInstant(sent)?.toISOString()
    // It keeps a year of four digits, which is what PostgreSQL and `toISOString` both write.
    if (read !== undefined && read >= '1900' && read < '9999-12-31') return read
    const message =
      read === undefined
        ? `should be ${instantExpected}`
        : 'should be between 1900 and 9999, such as 2026-01-31T09:30:00Z'
    context.issues.push({ code: 'custom', message, input: sent })
    return z.NEVER
  })
/** An instant as answers show it: in UTC, in ms. */
export const shownInstant = z.iso.datetime({ precision: 3 }).describe('RFC 3339 in UTC')

export const paymentRules = z
  .object({
    min_amount: z.int(),
    max_amount: z.int(),
    underpayment_allowed: z.boolean(),
    overpayment_allowed: z.boolean(),
  })
  .describe('What may be asked of a payer; absent when nothing can be paid')
  .meta({ id: 'PaymentRules' })

/** Rules as they are set: rules that are not sent stay, `null` inherits again, one rule or all of them. */
const ruleAmount = expecting(z.int(), 'a whole number of minor units, such as 2000 for R 20.00')
  .min(1)
  .max(maxAmountNumber)
export const paymentRulesPatch = expecting(
  z.strictObject({
    min_amount: ruleAmount.nullish(),
    max_amount: ruleAmount.nullish(),
    underpayment_allowed: z.boolean().nullish(),
    overpayment_allowed: z.boolean().nullish(),
  }),
  'an object such as { "min_amount": 100 }',
).nullable()

const fieldError = z
  .object({
    pointer: z.string().max(10_000).optional().describe('RFC 6901: the field that is meant; empty for the whole body'),
    parameter: z.string().max(500).optional().describe('Instead of a pointer: the parameter of the query or path'),
    code: z.string().max(100).describe('Stable: the rule that was broken'),
    detail: z.string().max(2_000),
  })
  .meta({ id: 'FieldError' })

export const problem = z
  .object({
    type: z.url().max(2_000).describe("The code's page"),
    title: z.string().max(200),
    status: z.int().min(400).max(599),
    detail: z.string().max(20_000).describe('What went wrong this time, and what to do'),
    instance: z.string().max(20_000).describe('The path that was called'),
    code: z.enum(Object.keys(problems) as [ProblemCode, ...ProblemCode[]]).describe('Stable: branch on it'),
    errors: z
      .array(fieldError)
      .max(100)
      .optional()
      .describe('What is wrong with which field of the input: the first 20 faults, or 100 of a batch'),
    payment_id: shownId('payment').optional().describe('The payment that stands in the way, if it is one'),
  })
  .describe('RFC 9457 problem details')
  .meta({ id: 'Problem' })
