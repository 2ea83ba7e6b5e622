import type { Json } from './json-schema.ts'

const header = (name: string, description: string, maxLength: number, pattern: string, required = true): Json => ({
  name,
  in: 'header',
  required,
  description,
  schema: { type: 'string', maxLength, pattern },
})

/** The headers of every webhook. Source: Standard Webhooks 1.0. */
export const headerParameters: readonly Json[] = [
  header('webhook-id', 'The id of the event: the same for every attempt.', 50, '^evt_[a-zA-Z0-9]+$'),
  header('webhook-timestamp', 'When this attempt was signed, in seconds since 1970.', 12, '^[0-9]+$'),
  header(
    'webhook-signature',
    '`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`, or `v1a,` and that of Ed25519; several are separated by spaces.',
    500,
    '^v1a?,[A-Za-z0-9+/=]+( v1a?,[A-Za-z0-9+/=]+)*$',
  ),
  header(
    'traceparent',
    'The span of this attempt (W3C Trace Context), where the operator traces. It is not signed.',
    55,
    '^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$',
    false,
  ),
]
