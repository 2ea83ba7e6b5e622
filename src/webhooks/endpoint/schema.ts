import { z } from 'zod'
import { eventPrefixes, eventTypes } from '../../events/registry.ts'
import { expecting } from '../../shapes/expected.ts'
import { freeText, shownId, shownInstant, text } from '../../shapes/primitives.ts'
import { signatureSchemes } from '../credentials.ts'
import { headersMax } from './headers.ts'

// What it may be is said by the guard that also watches the connections.
const url = expecting(text(2_000), 'an absolute address, such as https://example.com/webhooks')
  .describe('A public https address; in local mode also a loopback address')
  .meta({ format: 'uri' })

/** Types of events, or prefixes that stand for all of a kind. */
export const eventSelection = expecting(
  z.array(z.enum([...eventTypes, ...eventPrefixes])),
  'a list of types, such as ["bill.updated", "payment.*"]',
)
  .min(1)
  .max(100)

const description = freeText(255)

// RFC 9110, 5.1 and 5.5: a token, and what can be seen of ASCII, with blanks between. No line can end in either.
const headerName = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, { error: 'should be the name of a header, such as X-Api-Key' })
const headerValue = expecting(z.string(), 'a text of visible ASCII, such as s3cret-of-yours')
  .min(1)
  .max(1_000)
  .regex(/^[!-~](?:[ -~]*[!-~])?$/)
const max_in_flight = expecting(z.int(), 'a whole number of attempts from 1 to 64, such as 4').min(1).max(64)
const rate_per_s = expecting(z.int(), 'a whole number of attempts a second from 1 to 1000, such as 20')
  .min(1)
  .max(1_000)
const inFlightText =
  'How many attempts may be in flight at once, from each server process; without it as many as it copes with, up to 64'
const rateText =
  'How many attempts are begun in a second, by each server process. What exceeds it is sent later, in order'
const expects_posting = expecting(z.boolean(), 'true or false')
const postingText =
  'Whether its receiver answers with the `posting_reference` of what it booked. From then on `GET /events/unposted` lists events that move money and have none'
const orderedText =
  'Whether the events of one customer, account, bill or payment arrive one after the other, each when the one before has ended. It cannot be changed later'
const headersExpected = 'an object of texts, such as { "X-Api-Key": "s3cret-of-yours" }'

export const createEndpointBody = z
  .strictObject({
    url,
    event_types: eventSelection
      .optional()
      .describe('Names, or prefixes such as `bill.*`. Defaults to every type, including those added later'),
    description: description.optional(),
    headers: expecting(z.record(headerName, headerValue), headersExpected)
      .optional()
      .describe('Up to 10 headers that are sent with every event. They are stored encrypted and shown masked')
      .meta({ maxProperties: headersMax }),
    signature: z
      .enum(signatureSchemes)
      .optional()
      .describe('`v1`, the default: HMAC-SHA256 with a shared secret. `v1a`: Ed25519, verified with `public_key`'),
    max_in_flight: max_in_flight.optional().describe(inFlightText),
    rate_per_s: rate_per_s.optional().describe(rateText),
    expects_posting: expects_posting.optional().describe(postingText),
    ordered: expecting(z.boolean(), 'true or false').optional().describe(orderedText),
  })
  .meta({ id: 'CreateWebhookEndpoint' })
export type CreateEndpoint = z.output<typeof createEndpointBody>

export const updateEndpointBody = z
  .strictObject({
    url: url.optional(),
    event_types: eventSelection
      .nullish()
      .describe('The whole list, of names or prefixes such as `bill.*`; null takes every type'),
    description: description.nullish().describe('Null removes it'),
    status: z
      .enum(['enabled', 'disabled'])
      .optional()
      .describe('Nothing is sent to a disabled endpoint; its events wait until it is enabled again'),
    headers: expecting(z.record(headerName, headerValue.nullable()), headersExpected)
      .nullish()
      .describe('Merged; null removes a header, or all of them')
      .meta({ maxProperties: 2 * headersMax }),
    max_in_flight: max_in_flight.nullish().describe(`${inFlightText}. Null removes it`),
    rate_per_s: rate_per_s.nullish().describe(`${rateText}. Null removes it`),
    expects_posting: expects_posting.optional().describe(postingText),
  })
  .meta({ id: 'UpdateWebhookEndpoint' })
export type UpdateEndpoint = z.output<typeof updateEndpointBody>

export const endpointFigures = z
  .object({
    attempts: z.int().min(0).max(100).describe('How many attempts the figures are of: the latest, at most 100'),
    last_success_at: shownInstant.optional(),
    consecutive_failures: z.int().min(0).max(100).describe('Attempts since the last that succeeded'),
    p50_ms: z.int().min(0).optional().describe('Half of the attempts took at most so long, in ms'),
    p99_ms: z.int().min(0).optional(),
    pending_deliveries: z
      .int()
      .min(0)
      .optional()
      .describe('Events that wait for it; absent while the whole server has more than 50,000 that wait'),
    oldest_pending_at: shownInstant.optional().describe('When the oldest of them was written'),
  })
  .meta({ id: 'WebhookEndpointFigures' })

export const endpoint = z
  .object({
    id: shownId('endpoint'),
    url: z.string().max(2_000),
    event_types: z.array(z.string().max(100)).max(100).optional(),
    description: z.string().max(255).optional(),
    headers: z
      .record(z.string().max(100), z.string().max(8))
      .meta({ maxProperties: headersMax })
      .optional()
      .describe('The headers of your own, their values masked'),
    signature: z.enum(signatureSchemes),
    public_key: z
      .string()
      .max(100)
      .regex(/^whpk_/)
      .optional()
      .describe('With `v1a`: what events are verified with'),
    previous_secret_valid_until: shownInstant.optional().describe('While the secret before the newest also signs'),
    status: z
      .enum(['enabled', 'disabled', 'paused'])
      .describe('`paused` by the server, since it takes nothing. What is not delivered waits until it is enabled'),
    status_reason: z
      .enum(['gone', 'failing'])
      .optional()
      .describe('Why it is paused: it returned 410, or every attempt of three days has failed'),
    status_since: shownInstant,
    max_in_flight: z.int().min(1).max(64).optional().describe(inFlightText),
    rate_per_s: z.int().min(1).max(1_000).optional().describe(rateText),
    expects_posting: z.boolean().describe(postingText),
    ordered: z.boolean().describe(orderedText),
    deliveries_expired: z
      .int()
      .min(1)
      .optional()
      .describe('How many deliveries were given up, since their events were older than 90 days'),
    figures: endpointFigures.optional().describe('How it does; only where one endpoint is retrieved'),
    api_version: z.string().max(10),
    mode: z.enum(['test', 'live']),
    created_at: shownInstant,
    updated_at: shownInstant,
  })
  .meta({ id: 'WebhookEndpoint' })

const secret = z
  .string()
  .max(100)
  .regex(/^whsec_/)
  .optional()

export const createdEndpoint = endpoint
  .extend({ secret: secret.describe('The signing secret of `v1`. It is shown here and nowhere else') })
  .meta({ id: 'CreatedWebhookEndpoint' })

export const rotateSecretBody = z
  .strictObject({
    overlap_hours: expecting(z.int(), 'a whole number of hours from 0 to 168, such as 24')
      .min(0)
      .max(168)
      .optional()
      .describe('For how long the secret before also signs, in hours; 24 when left out'),
  })
  .meta({ id: 'RotateWebhookSecret' })

export const rotatedSecret = z
  .object({
    secret: secret.describe('The new signing secret of `v1`. It is shown here and nowhere else'),
    public_key: endpoint.shape.public_key,
    previous_valid_until: shownInstant.describe('Until then every event carries the signatures of both'),
  })
  .meta({ id: 'RotatedWebhookSecret' })

/** The type of what is sent where there is nothing to tell of; it is no event, and no endpoint takes it by its types. */
export const testType = 'webhook_endpoint.test'

export const testSendBody = z
  .strictObject({
    type: z
      .enum([...eventTypes, testType])
      .optional()
      .describe(
        'Whose sample is sent, in test environments; `webhook_endpoint.test` when left out, and always in live ones',
      ),
  })
  .meta({ id: 'TestWebhookEndpoint' })
export type TestSend = z.output<typeof testSendBody>

export const testedEndpoint = z
  .object({
    id: shownId('event').describe('The `webhook-id` of what was sent'),
    type: z.string().max(100),
    delivered: z.boolean().describe('Whether a 2xx arrived whole within the time limit'),
    status_code: z.int().min(200).max(999).optional(),
    error: z.string().max(255).optional().describe('What went wrong, such as `timeout` or `connection refused`'),
    duration_ms: z.int().min(0),
  })
  .meta({ id: 'TestedWebhookEndpoint' })

export const endpointList = z.object({ data: z.array(endpoint).max(20), has_more: z.boolean() })
export const deletedEndpoint = z
  .object({ id: shownId('endpoint'), deleted: z.literal(true) })
  .meta({ id: 'DeletedWebhookEndpoint' })
