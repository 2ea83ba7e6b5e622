import { createHmac, createPublicKey, verify } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { vi } from 'vitest'

/** A webhook as it arrived: its three headers, and its bytes. */
export type SignedWebhook = { id: string; timestamp: string; signature: string; body: Buffer }

/** A webhook of a request. What was not sent is empty, and verifies with nothing. */
export function signedWebhookOf(headers: IncomingHttpHeaders, body: Buffer): SignedWebhook {
  const header = (name: string) => String(headers[`webhook-${name}`] ?? '')
  return { id: header('id'), timestamp: header('timestamp'), signature: header('signature'), body }
}

// A signature may be as old as the libraries allow, in whole seconds.
const ageMaxS = 300

/**
 * Whether other people's code takes a webhook with a secret, and node:crypto with a secret or a public key of Ed25519, which neither
 * library knows. Throws when they disagree. `svix` leaves the arithmetic to `standardwebhooks`, which has SHA-256 of its own, so that of
 * node:crypto is the other one. `now_ms` is the time of the receiver where it is not that of this machine.
 */
export function isVerified(key: string, webhook: SignedWebhook, now_ms?: number): boolean {
  const { id, timestamp, signature, body } = webhook
  const isFresh = Math.abs(Math.floor((now_ms ?? Date.now()) / 1000) - Number(timestamp)) <= ageMaxS
  if (key.startsWith('whpk_')) return isFresh && isSignedFor(key, webhook)
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature }
  const verdicts = {
    standardwebhooks: takes(() => new StandardWebhook(key).verify(body, headers, { jsonParse: false }), now_ms),
    svix: takes(() => new SvixWebhook(key).verify(body, headers), now_ms),
    node: isFresh && signature.split(' ').includes(`v1,${hmacOf(key, webhook)}`),
  }
  if (new Set(Object.values(verdicts)).size > 1) throw new Error(`${id}: they disagree, ${JSON.stringify(verdicts)}`)
  return verdicts.node
}

/** Whether a call throws nothing. The libraries ask this machine for the time, so another one takes its place meanwhile. */
function takes(call: () => void, now_ms: number | undefined): boolean {
  // They make two stacks of each refusal, which take longer than all the rest.
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  const now = now_ms === undefined ? undefined : vi.spyOn(Date, 'now').mockReturnValue(now_ms)
  try {
    call()
    return true
  } catch {
    return false
  } finally {
    now?.mockRestore()
    Error.stackTraceLimit = stackTraceLimit
  }
}

const headOf = ({ id, timestamp }: SignedWebhook) => `${id}.${timestamp}.`

function hmacOf(secret: string, webhook: SignedWebhook): string {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  return createHmac('sha256', key).update(headOf(webhook)).update(webhook.body).digest('base64')
}

function isSignedFor(publicKey: string, webhook: SignedWebhook): boolean {
  const x = Buffer.from(publicKey.replace('whpk_', ''), 'base64').toString('base64url')
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  const signed = Buffer.concat([Buffer.from(headOf(webhook)), webhook.body])
  return webhook.signature.split(' ').some((one) => {
    const bytes = Buffer.from(one.slice('v1a,'.length), 'base64')
    // Node.js reads base64 that nobody would write, too.
    return one === `v1a,${bytes.toString('base64')}` && verify(null, signed, key, bytes)
  })
}
