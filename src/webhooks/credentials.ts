import type { KeyObject } from 'node:crypto'
import { assert } from '../core/assert.ts'
import type { Vault } from '../core/secret.ts'
import { newPrivateKey, newSigningSecret, signingKey } from './signing.ts'

/** How an endpoint's events are signed: with a shared secret, or with a private key whose public half anyone may know. */
export const signatureSchemes = ['v1', 'v1a'] as const
export type SignatureScheme = (typeof signatureSchemes)[number]

/**
 * What is secret of an endpoint: its signing secret or private key, the one before it while both are valid, and the headers that
 * the merchant added. They are encrypted together, in one column, so a claim reads them at once and a change of any of them
 * is a new ciphertext.
 */
export type Credentials = {
  secret: string
  previous?: { secret: string; valid_until: string }
  headers: Readonly<Record<string, string>>
}

/** The credentials of a new endpoint. */
export function newCredentials(scheme: SignatureScheme, headers: Credentials['headers']): Credentials {
  return { secret: newSecret(scheme), headers }
}

/** How these credentials sign. */
export function schemeOf({ secret }: Credentials): SignatureScheme {
  return secret.startsWith('whsk_') ? 'v1a' : 'v1'
}

function newSecret(scheme: SignatureScheme): string {
  return scheme === 'v1a' ? newPrivateKey() : newSigningSecret()
}

/** The credentials with a new secret; the one before stays valid until the given time. */
export function rotated(credentials: Credentials, valid_until: Date): Credentials {
  const previous = { secret: credentials.secret, valid_until: valid_until.toISOString() }
  return { ...credentials, secret: newSecret(schemeOf(credentials)), previous }
}

/** Until when the secret before is valid; undefined when there is none any more. */
export function previousValidUntil({ previous }: Credentials, now: Date): Date | undefined {
  const until = previous && new Date(previous.valid_until)
  return until && until > now ? until : undefined
}

/** Encrypts credentials. */
export function sealCredentials(vault: Vault, credentials: Credentials): Buffer {
  return vault.encrypt(JSON.stringify(credentials))
}

/**
 * Decrypts credentials. A plain secret is one of the first endpoints, which had nothing else. Throws when the key of the vault is
 * another one.
 */
export function openCredentials(vault: Vault, sealed: Buffer): Credentials {
  const plain = vault.decrypt(sealed)
  return plain.startsWith('{') ? (JSON.parse(plain) as Credentials) : { secret: plain, headers: {} }
}

/** A key, and when it ends to be one. */
export type TimedKey = { key: KeyObject; until_ms: number }

/** The keys of credentials, the newest first. Throws when a secret is none. */
export function keysOf({ secret, previous }: Credentials): TimedKey[] {
  const current = { key: signingKey(secret), until_ms: Number.POSITIVE_INFINITY }
  if (previous === undefined) return [current]
  return [current, { key: signingKey(previous.secret), until_ms: Date.parse(previous.valid_until) }]
}

/** The keys that sign at a time. */
export function keysAt(keys: readonly TimedKey[], at: Date): KeyObject[] {
  const valid = keys.filter(({ until_ms }) => until_ms > at.getTime()).map(({ key }) => key)
  assert(valid.length > 0, 'the newest key of an endpoint has no end')
  return valid
}
