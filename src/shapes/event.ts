import { z } from 'zod'
import { shownId, shownInstant } from './primitives.ts'

/** An event as the API shows it. */
export const eventFields = {
  id: shownId('event'),
  type: z.string().max(100),
  created_at: shownInstant,
  mode: z.enum(['test', 'live']),
  api_version: z.string().max(10),
  data: z.record(z.string().max(40), z.unknown()).describe('As it is sent to the endpoints'),
}
