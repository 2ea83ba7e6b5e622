import { sha256 } from './secret.ts'

/** What a key may do. Each operation needs one of these, which is declared beside its path. */
export const scopes = ['read', 'billing', 'payments', 'refunds', 'webhooks', 'settings', 'keys'] as const
export type Scope = (typeof scopes)[number]

/** A secret key is for servers. A public one may stand in a page: it can only begin payment sessions. */
export const keyKinds = ['secret', 'public'] as const
export type KeyKind = (typeof keyKinds)[number]

/** What a key opens. Null stands for every scope, those that are added later too; a public key has none. */
export type KeyRights = { kind: KeyKind; scopes: readonly Scope[] | null }

/** How a key begins, so that a reader sees what it is: sk has every scope, rk (restricted) some, and pk is public. */
export function keyPrefix({ kind, scopes: given }: KeyRights, mode: 'test' | 'live'): string {
  const letter = kind === 'public' ? 'p' : given === null ? 's' : 'r'
  return `${letter}k_${mode === 'test' ? 'test_' : ''}`
}

/**
 * What is stored of a key. That of a key with less than every scope has a label: a server of the version before scopes, such as one
 * that runs during an update or after a step back, does not find it, while it would give it every right if it did.
 */
export function keyHash(secret: string): Buffer {
  return sha256(/^[pr]k_/.test(secret) ? `key with scopes ${secret}` : secret)
}
