import { z } from 'zod'
import { holdsCardNumber } from '../core/card-number.ts'
import { isCurrency } from '../core/currency.ts'
import { type IdKind, idPrefixes } from '../core/id/id.ts'

// One schema per shape serves validation, types and the OpenAPI document.

/** Text that PostgreSQL and JSON can both hold: no NUL and no lone surrogate. */
export function text(max: number) {
  return z
    .string()
    .max(max)
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
export const shownCurrency = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .max(3)
  .describe('ISO 4217 code')

export const amount = z.int().min(1).max(maxAmountNumber).describe('Minor units')
export const balance = z
  .int()
  .min(-maxBalanceNumber)
  .max(maxBalanceNumber)
  .describe('Signed minor units: positive is owed, negative is credit')

const metadataKey = text(40).min(1)
const metadataValue = freeText(500)
const namesNoCard = (value: object) => !Object.keys(value).some(holdsCardNumber)
export const metadataKeysMax = 10

/** Metadata as it is created: at most 10 keys. */
export const metadata = z
  .record(metadataKey, metadataValue)
  .refine((value) => Object.keys(value).length <= metadataKeysMax, { error: 'should have at most 10 keys' })
  .refine(namesNoCard, cardNumber)
  .describe('Up to 10 keys of 40 characters, with values of 500')
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
export const instant = z.iso
  .datetime({ offset: true })
  // In UTC it keeps a year of four digits, which is what PostgreSQL and `toISOString` both write.
  .refine((value) => value >= '1900' && value < '9999-12-31', { error: 'should be between 1900 and 9999' })
  .describe('RFC 3339')

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
    pointer: z.string().max(2_000).describe('RFC 6901: the field that is meant; empty for the whole body'),
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
