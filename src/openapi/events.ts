import { z } from 'zod'
import { bill } from '../billing/bill/schema.ts'
import { explanation } from '../payments/recorded/schema.ts'
import { type EventType, eventTypes } from '../events/registry.ts'
import { amount, balance, instant, shownCurrency, shownId, shownMetadata } from '../shapes/primitives.ts'
import type { Json, SchemaWriter } from './json-schema.ts'
import { headerParameters } from './webhook-headers.ts'

const paid = {
  customer_id: shownId('customer').optional(),
  account_id: shownId('account').optional(),
  bill_id: shownId('bill').optional(),
}

const appliedTo = z
  .object({
    type: z.enum(['customer', 'account', 'bill']),
    id: z.string().max(50),
    external_reference: z.string().max(255).optional(),
    customer: shownId('customer'),
    account: shownId('account').optional(),
  })
  .describe('What was paid, with its parents')
  .meta({ id: 'AppliedTo' })

const shortExplanation = explanation
  .extend({ applied_count: z.int().min(0).describe('How many were applied; the first 20 are shown') })
  .partial({ applied: true, skipped: true, unapplied_amount: true })
  .describe('Who got what of the payment; only the policy where unapplied money was applied later')
  .meta({ id: 'EventExplanation' })

const application = {
  id: shownId('obligation'),
  amount,
  currency: shownCurrency,
  payment_id: shownId('payment'),
  ...paid,
  applied_to: appliedTo,
  balance_before: balance,
  balance_after: balance,
  metadata: shownMetadata.optional().describe('Of the payment'),
  created_at: instant,
  updated_at: instant,
}

/** What `data` holds, by the type of the event. */
const dataSchemas: Readonly<Record<EventType, z.ZodType>> = {
  'obligation.amount_applied': z.object({ ...application, explanation: shortExplanation.optional() }),
  'obligation.amount_reversed': z.object({
    ...application,
    amount: amount.describe('What was taken back now, in minor units'),
    amount_applied: amount.describe('What had been applied, in minor units'),
    amount_reversed: amount.describe('All that has been taken back so far, in minor units'),
    reason: z.string().max(255).optional(),
    reversal_id: shownId('reversal').optional().describe('Of the payment, where that was reversed'),
  }),
  'payment.amount_unapplied': z.object({
    amount: amount.describe('What stays with the payment, in minor units'),
    currency: shownCurrency,
    payment_id: shownId('payment'),
    customer_id: shownId('customer'),
    metadata: shownMetadata.optional(),
    created_at: instant,
    updated_at: instant,
    explanation: shortExplanation.optional(),
  }),
  // Its reference is gone once its customer was pseudonymised, as the optional ones of the others are.
  'bill.updated': bill.omit({ presentment_url: true }).partial({ external_reference: true }),
}

/** The name of an event's component: `obligation.amount_applied` is ObligationAmountAppliedEvent. */
export function eventComponent(type: string): string {
  return `${type.replaceAll(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase())}Event`
}

function eventSchema(type: EventType): z.ZodType {
  return z
    .object({
      id: shownId('event').describe('Also the webhook-id: the same for every attempt, so keep it to see a repetition'),
      type: z.literal(type),
      created_at: instant,
      mode: z.enum(['test', 'live']),
      api_version: z.string().max(10),
      data: dataSchemas[type],
    })
    .meta({ id: eventComponent(type) })
}

/** The webhooks of the document: every event of the registry, as it is sent to the endpoints. */
export function webhookObjects(writer: SchemaWriter): Json {
  const types = Object.entries(eventTypes) as [EventType, string][]
  return Object.fromEntries(
    types.map(([type, sentence]) => [
      type,
      {
        post: {
          operationId: `on${eventComponent(type)}`,
          tags: ['Events'],
          summary: sentence,
          description: 'Sent to every endpoint that takes this type, signed as Standard Webhooks 1.0 has it.',
          security: [],
          parameters: headerParameters,
          requestBody: {
            required: true,
            content: { 'application/json': { schema: writer.write(eventSchema(type), 'output') } },
          },
          responses: { '2XX': { description: 'Any 2xx acknowledges the event; all else is tried again.' } },
        },
      },
    ]),
  )
}
