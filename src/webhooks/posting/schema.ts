import { z } from 'zod'
import { pageQuery } from '../../api/pagination.ts'
import { shownCurrency, shownId, shownInstant } from '../../shapes/primitives.ts'

export const listUnpostedQuery = z.strictObject(pageQuery)

export const unpostedEvent = z
  .object({
    event_id: shownId('event'),
    event_type: z.string().max(100),
    delivery_id: shownId('delivery'),
    endpoint_id: shownId('endpoint'),
    amount: z
      .int()
      .optional()
      .describe('In minor units: the `amount` of the event, or else by how much the balance changed'),
    currency: shownCurrency.optional(),
    created_at: shownInstant.describe('When the event happened'),
    delivered_at: shownInstant.describe('When it was first delivered without a posting'),
  })
  .meta({ id: 'UnpostedEvent' })
