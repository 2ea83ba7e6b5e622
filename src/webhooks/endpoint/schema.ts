import { z } from 'zod'
import { eventTypes } from '../../events/registry.ts'
import { freeText, shownId, shownInstant } from '../../shapes/primitives.ts'

const eventType = z.enum(eventTypes)

export const createEndpointBody = z
  .strictObject({
    url: z.url().max(2_000).describe('A public https address; in local mode also a loopback address'),
    event_types: z
      .array(eventType)
      .min(1)
      .max(100)
      .optional()
      .describe('Defaults to every type, including those added later'),
    description: freeText(255).optional(),
  })
  .meta({ id: 'CreateWebhookEndpoint' })
export type CreateEndpoint = z.output<typeof createEndpointBody>

export const endpoint = z
  .object({
    id: shownId('endpoint'),
    url: z.string().max(2_000),
    event_types: z.array(z.string().max(100)).max(100).optional(),
    description: z.string().max(255).optional(),
    status: z.enum(['enabled', 'disabled']),
    disabled_reason: z.string().max(255).optional(),
    api_version: z.string().max(10),
    mode: z.enum(['test', 'live']),
    created_at: shownInstant,
    updated_at: shownInstant,
  })
  .meta({ id: 'WebhookEndpoint' })

export const createdEndpoint = endpoint
  .extend({
    secret: z
      .string()
      .max(100)
      .regex(/^whsec_/)
      .describe('The signing secret. It is shown here and nowhere else'),
  })
  .meta({ id: 'CreatedWebhookEndpoint' })

export const endpointList = z.object({ data: z.array(endpoint).max(20), has_more: z.boolean() })
export const deletedEndpoint = z
  .object({ id: shownId('endpoint'), deleted: z.literal(true) })
  .meta({ id: 'DeletedWebhookEndpoint' })
