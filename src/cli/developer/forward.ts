import { setTimeout as pause } from 'node:timers/promises'
import { version } from '../../core/version.ts'
import { sign, signingKey } from '../../webhooks/signing.ts'
import { causeOf } from './api.ts'
import type { FeedEvent } from './feed.ts'
import { say } from './running.ts'

// As long as the server waits for a receiver.
const deadline_ms = 15_000
const pause_ms = 1_000
// What a connection that was not made, or not kept, is called.
const away = /^(?:ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|UND_ERR_SOCKET)$/

/** Where events are forwarded to, and the secret they are signed with. */
export type Receiver = { url: string; secret: string }

/**
 * Sends an event as the server sends it: the same headers and bytes, signed now. While nothing listens there it waits, so
 * that a receiver can be restarted without losing one. Returns what came of it, such as `204 in 12 ms`.
 */
export async function forward(receiver: Receiver, event: FeedEvent, signal: AbortSignal): Promise<string> {
  let said = false
  while (true) {
    const started = performance.now()
    try {
      const status = await post(receiver, event, signal)
      return `${status} in ${Math.round(performance.now() - started)} ms`
    } catch (error) {
      signal.throwIfAborted()
      const cause = causeOf(error)
      if (!away.test(cause)) return cause
      if (!said) say(`Nothing takes events at ${receiver.url} (${cause}); waiting for it.`)
      said = true
      await pause(pause_ms, undefined, { signal })
    }
  }
}

async function post({ url, secret }: Receiver, event: FeedEvent, signal: AbortSignal): Promise<number> {
  const body = JSON.stringify(event)
  const timestamp_s = Math.floor(Date.now() / 1000)
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': `Tallystick/${version}`,
      'webhook-id': event.id,
      'webhook-timestamp': String(timestamp_s),
      'webhook-signature': sign({ id: event.id, timestamp_s, body, keys: [signingKey(secret)] }),
    },
    body,
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(deadline_ms)]),
  })
  await response.body?.cancel()
  return response.status
}
