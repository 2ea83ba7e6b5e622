import { sameSecret } from '../../core/secret.ts'
import { sign, signingKey } from '../../webhooks/signing.ts'
import { CallbackRefused } from './fault.ts'

// Standard Webhooks 1.0: a secret is the base64 of 24 to 64 bytes.
const secretForm = /^whsec_(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const secretMinBytes = 24
const secretMaxBytes = 64
// What is signed is `id.timestamp.body`: with a dot in it, an id and a time could be read in two ways.
const idForm = /^[\x21-\x7e]{1,255}$/
const timestampForm = /^[1-9]\d{0,11}$/
const toleranceS = 300
// A signature takes 47 characters; more than a few are in one header only while a secret is replaced.
const signatureMaxLength = 1_000

/**
 * Authenticates a callback that is signed by Standard Webhooks 1.0, as `webhook-id`, `webhook-timestamp` and `webhook-signature` or under
 * the names of Svix, `svix-…`. The bytes are those that arrived. Of several signatures, as there are while a secret is replaced, one of
 * version `v1` must be of this secret (`whsec_…`). It may be 300 seconds old, or as much ahead of our clock. Returns the id, which a
 * callback that is sent again keeps. Throws `CallbackRefused`.
 */
export function verifyStandardWebhook(
  raw_body: Buffer,
  headers: Readonly<Record<string, unknown>>,
  secret: string,
  now: Date,
): string {
  const key = keyOf(secret)
  // The headers of one family: an id of the one and a signature of the other belong to no callback.
  const family = headers['webhook-id'] === undefined ? 'svix' : 'webhook'
  const read = (name: string) => headerOf(headers, `${family}-${name}`)
  const [id, timestamp, signatures] = [read('id'), read('timestamp'), read('signature')]
  if (!idForm.test(id) || id.includes('.')) throw new CallbackRefused(`${family}-id is not an id`)
  if (!timestampForm.test(timestamp)) throw new CallbackRefused(`${family}-timestamp is not a time in seconds`)
  if (signatures.length > signatureMaxLength) throw new CallbackRefused(`${family}-signature is too long`)
  const timestamp_s = Number.parseInt(timestamp, 10)
  const age_s = Math.floor(now.getTime() / 1_000) - timestamp_s
  if (age_s > toleranceS) throw new CallbackRefused('it is too old')
  if (age_s < -toleranceS) throw new CallbackRefused('it is from the future')
  const expected = sign({ id, timestamp_s, body: raw_body, keys: [key] })
  // Only of version `v1`, which is in what is expected, and only in the one spelling of base64 that a signer writes.
  if (signatures.split(' ').some((one) => sameSecret(one, expected))) return id
  throw new CallbackRefused('no signature is of the secret')
}

function keyOf(secret: string) {
  const bytes = secretForm.test(secret) ? Buffer.byteLength(secret.slice('whsec_'.length), 'base64') : 0
  if (bytes < secretMinBytes || bytes > secretMaxBytes) {
    throw new CallbackRefused('the secret is not whsec_ and the base64 of 24 to 64 bytes')
  }
  return signingKey(secret)
}

/** The text of a header. One that came several times is a list, or joined by commas, which no form takes. */
function headerOf(headers: Readonly<Record<string, unknown>>, name: string): string {
  const value = headers[name]
  if (typeof value === 'string' && value !== '') return value
  throw new CallbackRefused(value === undefined ? `${name} is missing` : `${name} is empty or came several times`)
}
