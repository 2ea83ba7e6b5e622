import { z } from 'zod'
import { pageOf, pageQuery } from '../../api/pagination.ts'
import { keyKinds, scopes } from '../../core/api-key.ts'
import { expecting } from '../../shapes/expected.ts'
import { instant, shownId, shownInstant } from '../../shapes/primitives.ts'

const scope = z.enum(scopes)

export const createKeyBody = z
  .strictObject({
    kind: z
      .enum(keyKinds)
      .default('secret')
      .describe('`public` keys may stand in a page: they can only begin payment sessions'),
    scopes: expecting(z.array(scope), 'a list of scopes, such as ["read", "payments"]')
      .min(1)
      .max(scopes.length)
      .optional()
      .describe('What a secret key may do, at most what the key that is sent may; a public one has none'),
    expires_at: instant.optional().describe('Until when it is valid; without it, until it is revoked'),
  })
  .superRefine(({ kind, scopes: given }, context) => {
    if ((kind === 'secret') === (given !== undefined)) return
    const [code, message] =
      kind === 'secret'
        ? ['required', 'is required of a secret key: send a list of scopes, such as ["read", "payments"]']
        : ['not_allowed', 'should be left out: a public key can only begin payment sessions']
    context.addIssue({ code: 'custom', path: ['scopes'], message, params: { code }, input: given })
  })
  .meta({ id: 'CreateApiKey' })
export type CreateKey = z.output<typeof createKeyBody>

const overlapMax_h = 168

export const rollKeyBody = z
  .strictObject({
    overlap_hours: expecting(z.int(), 'a whole number of hours from 0 to 168, such as 24')
      .min(0)
      .max(overlapMax_h)
      .optional()
      .describe('For how long the key before stays valid, in hours; 24 when left out'),
  })
  .meta({ id: 'RollApiKey' })

export const apiKey = z
  .object({
    id: shownId('api_key'),
    kind: z.enum(keyKinds),
    hint: z.string().max(50).describe('Its first and last characters, by which it is recognised'),
    scopes: z.array(scope).max(scopes.length).describe('What it may do; a public key has none'),
    mode: z.enum(['test', 'live']),
    created_at: shownInstant,
    expires_at: shownInstant.optional(),
    last_used_on: z.iso.date().optional().describe('The day, in UTC, of its last use; written within a minute or so'),
    revoked_at: shownInstant.optional().describe('Since when it is refused'),
  })
  .meta({ id: 'ApiKey' })

const secret = z
  .string()
  .max(100)
  .regex(/^[spr]k_/)
  .describe('The key itself. It is shown here and nowhere else')

export const createdKey = apiKey.extend({ secret }).meta({ id: 'CreatedApiKey' })
export const rolledKey = createdKey
  .extend({
    replaces: shownId('api_key'),
    previous_valid_until: shownInstant.describe('Until then the key before is valid, too'),
  })
  .meta({ id: 'RolledApiKey' })
export const listKeysQuery = z.strictObject(pageQuery)
export const apiKeyList = pageOf(apiKey)
