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

/** The address of the hosted page. It must not be in an event or a log: whoever has it can see the balance. */
export function presentmentUrl(publicUrl: string, vault: Vault, kind: ObjectKind, id: Id, linkVersion: number): string {
  return `${publicUrl}/p/${linkToken(vault, kind, id, linkVersion)}`
}

/** The object that a token names, before the token is verified; `undefined` when it does not have the form of a token. */
export function readLinkToken(token: string): { kind: ObjectKind; id: Id } | undefined {
  const kind = kinds[token.charAt(0)]
  const id = decode(token.slice(1, 23))
  return token.length === 45 && kind && id ? { kind, id } : undefined
}

/** Whether the token is the one of this object and version. */
export function isLinkToken(vault: Vault, token: string, kind: ObjectKind, id: Id, linkVersion: number): boolean {
  return sameSecret(token, linkToken(vault, kind, id, linkVersion))
}
