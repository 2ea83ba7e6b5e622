import { createCache } from '../../core/cache.ts'
import type { Clock } from '../../core/clock.ts'
import { formatId } from '../../core/id/id.ts'
import type { Vault } from '../../core/secret.ts'
import type { HttpClient, HttpResult } from '../../net/http-client.ts'
import { failSpan } from '../../tracing/failure.ts'
import { inSpan, linksTo, type NewSpan, noteStatus, traceHeaders } from '../../tracing/span.ts'
import { keysAt, keysOf, openCredentials, type TimedKey } from '../credentials.ts'
import { sign } from '../signing.ts'
import { readPostingReference } from './posting-reference.ts'
import { classify, type Schedule } from './schedule.ts'
import type { ClaimedDelivery, DeliveryAttempt, DeliveryOutcome } from './store.ts'

/** Where one endpoint is called, with which signing keys, and with which headers of the merchant's own. */
export type Destination = { url: URL; keys: TimedKey[]; headers: Readonly<Record<string, string>> }

/** What an attempt needs. */
export type Sender = {
  client: HttpClient
  clock: Clock
  schedule: Schedule
  user_agent: string
  destinationOf(endpointId: string, url: string, secret: string): Destination
  /** Called when the URL or the secret cannot be read: the operator has to know. */
  onUnusable(endpointId: string, error: unknown): void
}

const cachedMax = 10_000

const unusable: HttpResult = {
  status_code: undefined,
  error: 'endpoint unusable',
  retry_after_s: undefined,
  duration_ms: 0,
  response_excerpt: undefined,
  content: undefined,
  address: undefined,
}

/** Sends one event to one endpoint, signed at this moment, and classifies the response. Never throws. */
export async function attemptDelivery(
  sender: Sender,
  claimed: ClaimedDelivery,
  body: string,
): Promise<DeliveryOutcome> {
  const started_at = sender.clock.now()
  const result = await sendSigned(sender, claimed, body, started_at, claimed.endpoint_id)
  const classification = classify(result, claimed.number - claimed.earlier, sender.clock.now(), sender.schedule)
  const isAnswer = claimed.expects_posting && classification.status === 'delivered'
  const attempt: DeliveryAttempt = {
    started_at,
    duration_ms: result.duration_ms,
    status_code: result.status_code,
    error: result.error,
    response_excerpt: result.response_excerpt,
    address: result.address,
  }
  return {
    delivery: claimed,
    status: classification.status,
    next_attempt_at: classification.status === 'pending' ? classification.next_attempt_at : started_at,
    attempt,
    gone: classification.gone,
    posting_reference: isAnswer ? readPostingReference(result.content) : undefined,
    awaits_posting: isAnswer && claimed.moves_money,
  }
}

/** What one request needs. */
type RequestSender = Pick<Sender, 'client' | 'user_agent' | 'destinationOf' | 'onUnusable'>

/** What one request is made of. It belongs to the trace of whoever waits for it where there is no word of the event's. */
export type Sent = Pick<ClaimedDelivery, 'endpoint_id' | 'event_id' | 'url' | 'secret'> &
  Partial<Pick<ClaimedDelivery, 'traceparent' | 'number'>>

/** Sends a body to an endpoint, signed at this moment, over the sockets of a lane. Never throws. */
export function sendSigned(
  sender: RequestSender,
  claimed: Sent,
  text: string,
  startedAt: Date,
  lane: string,
): Promise<HttpResult> {
  return inSpan(
    () => spanOf(claimed),
    async (span) => {
      let request: ReturnType<typeof prepare>
      try {
        request = prepare(sender, claimed, text, startedAt)
      } catch (error) {
        sender.onUnusable(claimed.endpoint_id, error)
        return unusable
      }
      const headers = { ...request.headers, ...traceHeaders(span) }
      const result = await sender.client.post(lane, request.url, headers, request.body)
      if (result.status_code !== undefined) noteStatus(span, result.status_code)
      if (result.error !== undefined) failSpan(span, result.error)
      return result
    },
  )
}

/** A delivery may come hours after the request that made its event: it links to it, and has a trace of its own. */
function spanOf({ event_id, endpoint_id, number, traceparent }: Sent): NewSpan {
  return {
    name: 'deliver webhook',
    calls_out: true,
    attributes: {
      'http.request.method': 'POST',
      'tallystick.event_id': formatId('event', event_id),
      'tallystick.endpoint_id': formatId('endpoint', endpoint_id),
      ...(number !== undefined && { 'tallystick.attempt': number }),
    },
    ...(traceparent !== undefined && { links: linksTo(traceparent) }),
  }
}

function prepare(sender: RequestSender, claimed: Sent, text: string, startedAt: Date) {
  const { url, keys, headers: own } = sender.destinationOf(claimed.endpoint_id, claimed.url, claimed.secret)
  const id = formatId('event', claimed.event_id)
  const timestamp_s = Math.floor(startedAt.getTime() / 1000)
  // Encoded once, for the signature and for the socket.
  const body = Buffer.from(text, 'utf8')
  const headers = {
    ...own,
    'content-type': 'application/json',
    'user-agent': sender.user_agent,
    'webhook-id': id,
    'webhook-timestamp': String(timestamp_s),
    'webhook-signature': sign({ id, timestamp_s, body, keys: keysAt(keys, startedAt) }),
  }
  return { url, headers, body }
}

/**
 * Parses the URL and decrypts the credentials of endpoints, and caches them: decrypting takes longer than signing. Throws when the
 * key of the vault is another one, and when a secret is none.
 */
export function createEndpointSecrets(vault: Vault): (endpointId: string, url: string, secret: string) => Destination {
  const known = createCache<{ url: string; secret: string; destination: Destination }>({ size_max: cachedMax })
  return (endpointId, url, secret) => {
    const found = known.get(endpointId)
    // The ciphertext changes whenever the secret or a header does.
    if (found?.url === url && found.secret === secret) return found.destination
    const credentials = openCredentials(vault, Buffer.from(secret, 'base64'))
    const destination = { url: new URL(url), keys: keysOf(credentials), headers: credentials.headers }
    known.set(endpointId, { url, secret, destination })
    return destination
  }
}
