import { z } from 'zod'
import { apiVersion } from '../core/version.ts'
import { type EventType, events, eventTypes } from '../events/registry.ts'
import { omittedFields } from '../shapes/event.ts'
import { shownId, shownInstant } from '../shapes/primitives.ts'
import type { Json, SchemaWriter } from './json-schema.ts'
import { headerParameters } from './webhook-headers.ts'

/** The name of an event's component: `obligation.amount_applied` is ObligationAmountAppliedEvent. */
export function eventComponent(type: string): string {
  return `${type.replaceAll(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase())}Event`
}

function eventSchema(type: EventType): z.ZodType {
  return z
    .object({
      id: shownId('event').describe(
        'Also the webhook-id: the same for every attempt, so store it to recognise duplicates',
      ),
      type: z.literal(type),
      created_at: shownInstant,
      mode: z.enum(['test', 'live']),
      api_version: z.string().max(10),
      test: z.literal(true).optional().describe('Only of a sample that a call sent to an endpoint'),
      ...(events[type].omittable.length > 0 && { omitted: omittedFields }),
      data: events[type].data,
    })
    .meta({ id: eventComponent(type) })
}

/** The example of each event's component: the sample of the registry in its envelope. */
export function eventExamples(): Record<string, Json> {
  return Object.fromEntries(
    eventTypes.map((type) => {
      const { sample } = events[type]
      const created_at = 'updated_at' in sample ? sample.updated_at : sample.created_at
      const envelope = { id: 'evt_0352Vzp8z2WVuwRIjQxenx', type, created_at, mode: 'test', api_version: apiVersion }
      return [eventComponent(type), { ...envelope, data: sample }]
    }),
  )
}

/** The webhooks of the document: every event of the registry, as it is sent to the endpoints. */
export function webhookObjects(writer: SchemaWriter): Json {
  return Object.fromEntries(
    eventTypes.map((type) => [
      type,
      {
        post: {
          operationId: `on${eventComponent(type)}`,
          tags: ['Events'],
          summary: events[type].summary,
          description: 'Sent to every endpoint that takes this type, signed according to Standard Webhooks 1.0.',
          security: [],
          parameters: headerParameters,
          requestBody: {
            required: true,
            content: { 'application/json': { schema: writer.write(eventSchema(type), 'output') } },
          },
          responses: { '2XX': { description: 'Any 2xx acknowledges the event; anything else is retried.' } },
        },
      },
    ]),
  )
}
