import { z } from 'zod'
import { shownId } from './primitives.ts'

export const shownActor = z
  .object({
    key: shownId('api_key').optional(),
    command: z.string().max(100).optional().describe('A command that the operator ran'),
    job: z.string().max(100).optional().describe('Work that the server does by itself'),
    page: z.string().max(100).optional().describe('A hosted page that a payer used'),
  })
  .describe('Who caused it: exactly one of the four')
  .meta({ id: 'Actor' })
