import { z } from 'zod'
import { shownId, shownInstant } from './primitives.ts'

export const omittedFields = z
  .array(z.string().max(40))
  .max(10)
  .optional()
  .describe(
    'The fields of `data` that are left out because the body would have 20,000 bytes or more: retrieve the object to have them',
  )

/** An event as the API shows it. */
export const eventFields = {
  id: shownId('event'),
  type: z.string().max(100),
  created_at: shownInstant,
  mode: z.enum(['test', 'live']),
  api_version: z.string().max(10),
  omitted: omittedFields,
  data: z.record(z.string().max(40), z.unknown()).describe('As it is sent to the endpoints'),
}
