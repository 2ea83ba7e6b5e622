import { z } from 'zod'
import { instant, shownId, shownInstant } from '../../shapes/primitives.ts'
import { eventSelection } from '../endpoint/schema.ts'

export const createReplayBody = z
  .strictObject({
    from: instant.describe('Of events that happened at this instant or later; at most 90 days ago'),
    to: instant.describe('Of events that happened at this instant or earlier'),
    event_types: eventSelection
      .optional()
      .describe('Names, or prefixes such as `bill.*`. Defaults to the types that the endpoint takes'),
    only: z.literal('failed').optional().describe('Only what is exhausted; by default everything'),
  })
  .meta({ id: 'CreateReplay' })
export type CreateReplay = z.output<typeof createReplayBody>

export const replay = z
  .object({
    id: shownId('replay'),
    endpoint_id: shownId('endpoint'),
    status: z.enum(['running', 'completed', 'cancelled']),
    from: shownInstant,
    to: shownInstant,
    event_types: z.array(z.string().max(100)).max(100).optional(),
    only: z.literal('failed').optional(),
    replayed: z.int().min(0).describe('How many deliveries were made due again'),
    done_until: shownInstant.describe('Everything that happened until then has been looked at'),
    created_at: shownInstant,
    ended_at: shownInstant.optional(),
  })
  .meta({ id: 'Replay' })
