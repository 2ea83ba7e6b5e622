import { z } from 'zod'
import { pageQuery } from '../../api/pagination.ts'
import { eventTypes } from '../../events/registry.ts'
import { eventFields } from '../../shapes/event.ts'
import { instant, sentId, shownId, shownInstant } from '../../shapes/primitives.ts'

const statuses = ['pending', 'delivered', 'exhausted', 'cancelled'] as const

export const listDeliveriesQuery = z.strictObject({
  ...pageQuery,
  endpoint: sentId('endpoint').optional().describe('To this endpoint'),
  event_type: z.enum(eventTypes).optional(),
  status: z.enum(statuses).optional(),
  object: z
    .string()
    .min(1)
    .max(50)
    .optional()
    .describe('The id of a customer, an account, a bill, a payment or anything else that an event is about'),
  from: instant.optional().describe('Of events that happened at this instant or later'),
  to: instant.optional().describe('Of events that happened at this instant or earlier'),
})
export type ListDeliveries = z.output<typeof listDeliveriesQuery>

const deliveryFields = {
  id: shownId('delivery'),
  event_id: shownId('event'),
  event_type: z.string().max(100),
  endpoint_id: shownId('endpoint'),
  status: z
    .enum(statuses)
    .describe(
      '`pending` until it is delivered; `exhausted` when the last attempt of the schedule has failed, or its event is older than 90 days; `cancelled` when its endpoint was deleted',
    ),
  attempt_count: z.int().min(0).describe('How many attempts were begun'),
  posting_reference: z
    .string()
    .max(255)
    .optional()
    .describe('What the receiver of an endpoint with `expects_posting` calls what it booked, as it answered'),
  next_attempt_at: shownInstant
    .optional()
    .describe('When it is due; absent when it has ended, and while it waits for an endpoint that takes nothing now'),
  created_at: shownInstant.describe('When the event happened'),
  ended_at: shownInstant.optional(),
}

export const delivery = z.object(deliveryFields).meta({ id: 'WebhookDelivery' })

const attempt = z
  .object({
    number: z.int().min(1),
    started_at: shownInstant,
    duration_ms: z.int().min(0),
    address: z.string().max(100).optional().describe('What was connected to; absent when there was no connection'),
    status_code: z.int().min(100).max(999).optional().describe('Absent when no response began'),
    error: z.string().max(100).optional().describe('What went wrong, such as `timeout` or `connection refused`'),
    response_excerpt: z.string().max(512).optional().describe('The first 512 characters of the response'),
  })
  .meta({ id: 'WebhookAttempt' })

// How many attempts are shown: those of several rounds of any schedule.
export const attemptsShownMax = 200

export const deliveryDetail = z
  .object({ ...deliveryFields, attempts: z.array(attempt).max(attemptsShownMax).describe('Newest first') })
  .meta({ id: 'WebhookDeliveryDetail' })

export const eventDetail = z
  .object({
    ...eventFields,
    deliveries: z.array(delivery).max(1_000),
  })
  .meta({ id: 'EventDetail' })
