import type { IncomingHttpHeaders } from 'node:http'
import { isVerified, signedWebhookOf } from './verify-webhook.ts'

// What the tests of this process have been told of webhook endpoints, so that every receiver can verify what it gets.

type KnownEndpoint = { urls: Set<string>; keys: Set<string>; isClockSet: boolean }
const endpoints = new Map<string, KnownEndpoint>()

/** Notes where an endpoint is and what it is verified with. `isClockSet` says that its server has another time than this machine. */
export function noteEndpoint(id: string, url: string | undefined, keys: string[], isClockSet = false): void {
  const known = endpoints.get(id) ?? { urls: new Set(), keys: new Set(), isClockSet }
  if (url !== undefined) known.urls.add(new URL(url).href)
  for (const key of keys) known.keys.add(key)
  endpoints.set(id, known)
}

type EndpointAnswer = { id?: string; url?: string; secret?: string; public_key?: string }

/** Notes what an answer of the API says of an endpoint: that it was registered, changed, or has another secret. */
export function noteAnswer(path: string, answer: { status: number; body: EndpointAnswer }, isClockSet = false): void {
  const called = /^\/webhooks\/endpoints(?:\/(?<named>\w+)(?:\/secret_rotations)?)?$/.exec(path)
  if (!called || answer.status > 299) return
  // A list names no endpoint, and a rotation names it in its path only.
  const { id = called.groups?.named, url, secret, public_key } = answer.body
  if (id === undefined) return
  noteEndpoint(id, url, [secret ?? [], public_key ?? []].flat(), isClockSet)
}

/** Verifies what arrived at an address. Gives what is wrong with it; nothing for a request that is no webhook. */
export function faultOfArrival(url: string, headers: IncomingHttpHeaders, body: Buffer): string[] {
  const webhook = signedWebhookOf(headers, body)
  const known = [...endpoints.values()].filter(({ urls }) => urls.has(new URL(url).href))
  if (known.length === 0) return webhook.id === '' ? [] : [`${webhook.id}: nobody told its secret`]
  const isTaken = known.some(({ keys, isClockSet }) => {
    // A clock that tests set may have moved on since this was signed.
    const now_ms = isClockSet ? Number(webhook.timestamp) * 1000 : undefined
    return [...keys].some((key) => isVerified(key, webhook, now_ms))
  })
  return isTaken ? [] : [`${webhook.id} of ${webhook.timestamp}: ${webhook.signature}`]
}
