import { z } from 'zod'
import { holdsCardNumber } from '../core/card-number.ts'
import { parseInstant } from '../core/clock.ts'
import { isCurrency, isWithdrawn } from '../core/currency.ts'
import { type IdKind, idPrefixes, readsAsId } from '../core/id/id.ts'
import { referenceFault } from '../core/reference-text.ts'

// One schema per shape serves validation, types and the OpenAPI document.

/** Text that PostgreSQL and JSON can both hold: no NUL and no lone surrogate. What is too long is not looked at further. */
export function text(max: number) {
  return z
    .string()
    .max(max, { abort: true })
    .refine((value) => value.isWellFormed() && !value.includes('\0'), {
      error: 'should hold no NUL and no lone surrogate',
    })
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

export const externalReference = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[a-zA-Z0-9_-]+$/)
  .describe("The merchant's own reference; permanently unique per kind of object.")

/** The external reference of a new object. One that reads as an id would stand for another object wherever either is taken. */
export const newExternalReference = externalReference.refine((value) => !readsAsId(value), {
  error: 'reads as an id, which would be taken for that of another object',
  params: { code: 'reads_as_id' },
})

/** A reference that people and banks type: of any characters that can be seen. It is compared in the form of `comparableReference`. */
export const typedReference = text(255)
  .min(1)
  .check(({ value, issues }) => {
    const fault = referenceFault(value)
    if (fault !== undefined) issues.push({ code: 'custom', message: fault, input: value })
  })

/** An id, or the external reference in its place. */
export const idOrReference = z.string().min(1).max(255).describe('An id, or the external reference in its place')

/** An id as responses show it. */
export function shownId(kind: IdKind) {
  return z
    .string()
    .max(50)
    .regex(new RegExp(`^${idPrefixes[kind]}[a-zA-Z0-9]+$`))
}

export const currencyCode = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .refine(isCurrency, { error: 'should be an active ISO 4217 code, in upper case' })
  .describe('ISO 4217 code')
  // For the document only: callers get the message above.
  .meta({ maxLength: 3 })
/** As `currencyCode`, and those withdrawn: where a balance may have one already, which is for the caller to look at. */
export const keptCurrencyCode = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .refine((code) => isCurrency(code) || isWithdrawn(code), { error: 'should be an ISO 4217 code, in upper case' })
  .describe('ISO 4217 code; a withdrawn one only where a balance has it already')
  .meta({ maxLength: 3 })
export const shownCurrency = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .max(3)
  .describe('ISO 4217 code')

/** A whole number in a query, written as JSON writes one: `0x10`, `1e1`, `+5`, `05` and ` 5` are none. */
export function wholeNumberText(least: number, most: number) {
  return z
    .string()
    .refine((value) => /^(?:0|-?[1-9]\d{0,15})$/.test(value), { error: 'should be a whole number', abort: true })
    .transform(Number)
    .pipe(z.int().min(least).max(most))
    .meta({ type: 'integer', minimum: least, maximum: most })
}

export const amount = z.int().min(1).max(maxAmountNumber).describe('Minor units')
export const balance = z
  .int()
  .min(-maxBalanceNumber)
  .max(maxBalanceNumber)
  .describe('Signed minor units: positive is owed, negative is credit')
/** A balance that is summed of what counted by some instant: not the limits of a balance bound it, but what JSON holds exactly. */
export const balanceSum = z.int().describe('Signed minor units: positive is owed, negative is credit')

// What a filter can name: metadata[key]=value. The reader of bodies and queries refuses `__proto__`.
const metadataKey = text(40)
  .min(1)
  .refine((key) => !/[[\]\p{Cc}]/u.test(key), { error: 'should hold no bracket and no control character' })
const metadataValue = freeText(500)
const namesNoCard = (value: object) => !Object.keys(value).some(holdsCardNumber)
export const metadataKeysMax = 10

/** Metadata as it is created: at most 10 keys. */
export const metadata = z
  .record(metadataKey, metadataValue)
  .refine((value) => Object.keys(value).length <= metadataKeysMax, { error: 'should have at most 10 keys' })
  .refine(namesNoCard, cardNumber)
  .describe('Up to 10 keys of 40 characters, without brackets and control characters, with values of 500')
  .meta({ maxProperties: metadataKeysMax })
export const shownMetadata = z.record(z.string().max(40), z.string().max(500)).meta({ maxProperties: metadataKeysMax })

/** Metadata as it is changed: keys are merged, `null` removes one. The limit counts after the merge. */
export const metadataPatch = z
  .record(metadataKey, metadataValue.nullable())
  .refine(namesNoCard, cardNumber)
  .describe('Merged; null removes a key')

export const date = z.iso
  .date()
  // PostgreSQL has no year 0.
  .refine((value) => value >= '0001-01-01', { error: 'should be a date from 0001-01-01 on' })
  .describe('YYYY-MM-DD')

/** An instant as it is sent, read as it would be shown: in UTC, in ms. */
export const instant = z
  .string()
  .max(64)
  .describe('RFC 3339; what is finer than a millisecond is cut off')
  .meta({ format: 'date-time' })
  .transform((sent, context) => {
    const read = parseInstant(sent)?.toISOString()
    // It keeps a year of four digits, which is what PostgreSQL and `toISOString` both write.
    if (read !== undefined && read >= '1900' && read < '9999-12-31') return read
    const message =
      read === undefined
        ? 'should be an RFC 3339 instant, such as 2026-01-31T09:30:00Z'
        : 'should be between 1900 and 9999'
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
export const paymentRulesPatch = z
  .strictObject({
    min_amount: z.int().min(1).max(maxAmountNumber).nullish(),
    max_amount: z.int().min(1).max(maxAmountNumber).nullish(),
    underpayment_allowed: z.boolean().nullish(),
    overpayment_allowed: z.boolean().nullish(),
  })
  .nullable()

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
    code: z.string().max(100).describe('Stable: branch on it'),
    errors: z.array(fieldError).max(20).optional().describe('What is wrong with which field of the input'),
    payment_id: shownId('payment').optional().describe('The payment that stands in the way, if it is one'),
  })
  .describe('RFC 9457 problem details')
  .meta({ id: 'Problem' })
