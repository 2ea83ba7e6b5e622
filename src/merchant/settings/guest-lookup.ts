import { z } from 'zod'
import { expecting } from '../../shapes/expected.ts'
import { metadataName } from '../../shapes/primitives.ts'

const secondFact = expecting(
  z.union([z.strictObject({ metadata: metadataName }), z.enum(['phone_last4', 'email'])]),
  'a fact: phone_last4, email, or an object such as { "metadata": "postal_code" }',
)

/** How payers without a link find what they owe; null where they cannot. */
export const guestLookup = expecting(
  z.strictObject({ second_fact: secondFact }),
  'an object such as { "second_fact": "email" }',
)
  .nullable()
  .describe('What payers without a link give besides a reference: of their customer. Null turns the look-up off')
export type GuestLookup = NonNullable<z.output<typeof guestLookup>>

export const shownGuestLookup = z
  .object({
    second_fact: z.union([z.object({ metadata: z.string().max(40) }), z.enum(['phone_last4', 'email'])]),
  })
  .optional()

/** The path of the look-up of a merchant. */
export function guestPath(slug: string, mode: 'test' | 'live'): string {
  return mode === 'live' ? `/m/${slug}` : `/m/${slug}/test`
}
