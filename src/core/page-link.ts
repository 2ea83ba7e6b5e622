import { required } from './assert.ts'
import { checkoutCode, codeLength } from './checkout-code.ts'
import { decode, encode } from './id/base62.ts'
import type { Id } from './id/id.ts'
import { sameSecret, type Vault } from './secret.ts'

export type ObjectKind = 'customer' | 'account' | 'bill'

const letters = { customer: 'c', account: 'a', bill: 'b' } as const
const kinds: Readonly<Record<string, ObjectKind>> = { c: 'customer', a: 'account', b: 'bill' }

/**
 * The token of a hosted page: which object, its id, and 132 bits derived from the id and the version of the link under
 * the encryption key. It can be derived again at any time, so nothing secret is stored; raising the version invalidates
 * the old link.
 */
export function linkToken(vault: Vault, kind: ObjectKind, id: Id, linkVersion: number): string {
  return `${letters[kind]}${encode(id)}${vault.token('presentment', kind, id, String(linkVersion))}`
}

/**
 * The token of a hosted page for somebody who found it without a link: as `linkToken`, but it says when it ends, and nothing of
 * the link can be derived from it.
 */
function guestToken(vault: Vault, kind: ObjectKind, id: Id, linkVersion: number, expiresAt: Date): string {
  const ends = Math.floor(expiresAt.getTime() / 1000)
    .toString(36)
    .padStart(endsLength, '0')
  return `g${letters[kind]}${encode(id)}${ends}${vault.token('guest link', kind, id, String(linkVersion), ends)}`
}

const endsLength = 8

/** The token of a page: for good, or one that ends. */
export function pageToken(
  vault: Vault,
  kind: ObjectKind,
  id: Id,
  linkVersion: number,
  expiresAt: Date | undefined,
): string {
  return expiresAt === undefined
    ? linkToken(vault, kind, id, linkVersion)
    : guestToken(vault, kind, id, linkVersion, expiresAt)
}

/** The address of the hosted page. It must not be in an event or a log: whoever has it can see the balance. */
export function presentmentUrl(publicUrl: string, vault: Vault, kind: ObjectKind, id: Id, linkVersion: number): string {
  return `${publicUrl}/p/${linkToken(vault, kind, id, linkVersion)}`
}

const proofLength = 22
// JSON contains no control character, so nothing else in a text looks like it.
const mark = '\x01'
const marked = new RegExp(`/p/(\\w{23})${mark}(\\d+)${mark}`, 'g')

const markedCode = new RegExp(`/(r|checkout)/${mark}(\\w{22})${mark}`, 'g')

/**
 * The address of a page in a response, and what its secret part is derived from: the version of the link of an object, or the
 * id of a request or session.
 */
export type ShownLink = { url: string; version: number } | { url: string; checkout_id: Id }

/** A JSON text as it is stored: the secret part of the link gives way to what it is derived from. */
export function withoutProof(text: string, link: ShownLink): string {
  const { url } = link
  return 'version' in link
    ? text.replaceAll(url, () => `${url.slice(0, -proofLength)}${mark}${link.version}${mark}`)
    : text.replaceAll(url, () => `${url.slice(0, -codeLength)}${mark}${encode(link.checkout_id)}${mark}`)
}

/** A stored text with its links as they were. Encrypting the whole response instead took a hundred times as long. */
export function withProofs(vault: Vault, text: string): string {
  return text
    .replaceAll(marked, (_, spoken: string, version: string) => {
      const { kind, id } = required(readSpoken(spoken), 'what was stored was a link')
      return `/p/${linkToken(vault, kind, id, Number(version))}`
    })
    .replaceAll(markedCode, (_, door: string, shown: string) => {
      const id = required(decode(shown), 'what was stored was the id of a request or session')
      return `/${door}/${checkoutCode(vault, id)}`
    })
}

/** What a token names. `expires_at` is when it ends; `undefined` where it does not. */
export type NamedPage = { kind: ObjectKind; id: Id; expires_at: Date | undefined }

/** The object that a token names, before the token is verified; `undefined` when it does not have the form of a token. */
export function readLinkToken(token: string): NamedPage | undefined {
  const ends = token.slice(24, -proofLength)
  const ofGuest = token.startsWith('g') && /^[0-9a-z]{8}$/.test(ends)
  if (!ofGuest && token.length !== 23 + proofLength) return undefined
  const named = readSpoken(ofGuest ? token.slice(1, 24) : token.slice(0, 23))
  return named && { ...named, expires_at: ofGuest ? new Date(Number.parseInt(ends, 36) * 1000) : undefined }
}

function readSpoken(spoken: string): { kind: ObjectKind; id: Id } | undefined {
  const kind = kinds[spoken.charAt(0)]
  const id = decode(spoken.slice(1))
  return kind && id ? { kind, id } : undefined
}

/** Whether the token is the one of this object and version. */
export function isLinkToken(
  vault: Vault,
  token: string,
  { kind, id, expires_at }: NamedPage,
  linkVersion: number,
): boolean {
  return sameSecret(token, pageToken(vault, kind, id, linkVersion, expires_at))
}
