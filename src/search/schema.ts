import { z } from 'zod'
import { billingPayment } from '../payments/recorded/schema.ts'
import { account } from '../shapes/account.ts'
import { bill } from '../shapes/bill.ts'
import { toldPaymentRequest } from '../shapes/checkout.ts'
import { customer } from '../shapes/customer.ts'
import { expecting } from '../shapes/expected.ts'
import { wholeNumberText } from '../shapes/primitives.ts'

/** The kinds of objects that are found, in the order in which they are shown where they match alike. */
export const foundKinds = ['customer', 'account', 'bill', 'payment', 'payment_request'] as const
export type FoundKind = (typeof foundKinds)[number]

/** By what an object may be found, the surest first. */
const ways = ['id', 'external_reference', 'reference', 'email', 'phone', 'name', 'amount'] as const
export type MatchedBy = (typeof ways)[number]

export const resultsMax = 20
const resultsDefault = 10
const askedMin = 3
const askedMax = 100

const q = expecting(
  z
    .string()
    .max(askedMax, { abort: true })
    .refine((value) => !/\p{Cc}/u.test(value), { error: 'should hold no control character', abort: true })
    .refine((value) => value.trim().length >= askedMin, { error: `should have ${askedMin} characters or more` })
    .transform((value) => value.trim()),
  `what is known, in ${askedMin} to ${askedMax} characters, such as Ann Smith`,
)
  .describe(
    'An id, an external reference, the reference of a payment, an e-mail address, a phone number, a name or the beginning of one of its words, or an amount',
  )
  .meta({ minLength: askedMin })

const kindsExpected = `one or more of ${foundKinds.join(', ')}, with commas between, such as customer,bill`
const kinds = expecting(z.string(), kindsExpected)
  .max(100, { abort: true })
  .transform((sent, context): FoundKind[] => {
    const named = sent.split(',')
    const unknown = named.find((name) => !foundKinds.some((kind) => kind === name))
    if (unknown === undefined) return named as FoundKind[]
    context.issues.push({ code: 'custom', message: `should be ${kindsExpected}`, input: sent })
    return z.NEVER
  })
  .optional()
  .describe('Which kinds to find, with commas between; all when absent')

export const searchQuery = z.strictObject({
  q,
  kinds,
  limit: wholeNumberText(1, resultsMax).default(resultsDefault).describe('Maximum number of objects'),
})

const matched = z.array(z.enum(ways)).min(1).max(ways.length).describe('By what it was found')

const objects = [
  z.object({ kind: z.literal('customer'), object: customer, matched }),
  z.object({ kind: z.literal('account'), object: account, matched }),
  z.object({ kind: z.literal('bill'), object: bill, matched }),
] as const

const results = [
  ...objects,
  z.object({ kind: z.literal('payment'), object: billingPayment, matched }),
  z.object({ kind: z.literal('payment_request'), object: toldPaymentRequest, matched }),
] as const

/** Each object is as its own GET shows it, but without the addresses of pages. */
export const searchResults = z
  .object({ data: z.array(z.union(results)).max(resultsMax).describe('The best first') })
  .meta({ id: 'SearchResults' })
export type SearchResult = z.input<typeof searchResults>['data'][number]

export const suggestionsMax = 10

/** Each object as a search shows it. */
export const suggestionsShape = z
  .object({ data: z.array(z.union(objects)).max(suggestionsMax).describe('The best first') })
  .meta({ id: 'Suggestions' })
export type Suggestion = z.input<typeof suggestionsShape>['data'][number]
