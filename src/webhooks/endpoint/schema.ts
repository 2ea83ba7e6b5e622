import { z } from 'zod'
import { eventTypes } from '../../events/registry.ts'
import { expecting } from '../../shapes/expected.ts'
import { freeText, shownId, shownInstant } from '../../shapes/primitives.ts'

const eventType = z.enum(eventTypes)

export const createEndpointBody = z
  .strictObject({
    url: expecting(z.url(), 'an absolute address, such as https://example.com/webhooks')
      .max(2_000)
      .describe('A public https address; in local mode also a loopback address'),
    event_types: expecting(z.array(eventType), 'a list of types, such as ["bill.updated"]')
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
    status: z
      .enum(['enabled', 'disabled', 'paused'])
      .describe('`paused` by the server, since it takes nothing. What is not delivered waits until it is enabled'),
    status_reason: z
      .enum(['gone', 'failing'])
      .optional()
      .describe('Why it is paused: it returned 410, or every attempt of three days has failed'),
    status_since: shownInstant,
    deliveries_expired: z
      .int()
      .min(1)
      .optional()
      .describe('How many deliveries were given up, since their events were older than 90 days'),
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
