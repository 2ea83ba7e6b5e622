import { createCache } from '../core/cache.ts'
import type { Clock } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import { sha256 } from '../core/secret.ts'
import type { Queryable } from '../database/pool.ts'
import { createKeyLookup, type Key } from './key-lookup.ts'
import type { KeyUses } from './key-uses.ts'

// Cached for one second: a revoked key keeps working up to that long, and a busy server asks 5,000 times less. What is no key is
// cached too, apart, so that whoever guesses drives out no key.
const cachedMs = 1_000
const cachedMax = 10_000

/** Finds the environment that an API key opens. */
export type Authenticator = {
  /** Takes the Authorization header. Throws `unauthenticated`, `key_revoked` or `key_expired`. */
  authenticate(header: string | undefined): Promise<Pick<Key, 'environment' | 'actor'>>
  /** Forgets what it knows, after a change of the settings. */
  forget(): void
}

/** Keys are kept as SHA-256: they are random, and the hash is what is looked up, so no comparison tells anything. */
export function createAuthenticator(pool: Queryable, clock: Clock, uses: KeyUses): Authenticator {
  const known = createCache<Key>({ size_max: cachedMax, ttl_ms: cachedMs })
  const unknown = createCache<true>({ size_max: cachedMax, ttl_ms: cachedMs })
  const lookUp = createKeyLookup(pool)

  async function find(key: string): Promise<Key | undefined> {
    const hash = sha256(key).toString('base64')
    const cached = known.get(hash)
    if (cached || unknown.get(hash)) return cached
    const found = await lookUp(hash)
    if (found) known.set(hash, found)
    else unknown.set(hash, true)
    return found
  }

  return {
    async authenticate(header) {
      const secret = /^Bearer +(\S{1,200})$/i.exec(header ?? '')?.[1]
      if (secret === undefined) throw new Problem('unauthenticated', 'Send Authorization: Bearer and a secret key.')
      const key = await find(secret)
      if (!key) throw new Problem('unauthenticated', 'The API key is not valid.')
      if (key.revoked_at !== null) throw new Problem('key_revoked', 'This key has been revoked.')
      const now = clock.now()
      if (key.expires_at !== null && key.expires_at <= now) throw new Problem('key_expired', 'This key has expired.')
      uses.note(key.id, now)
      return key
    },
    forget() {
      known.clear()
      unknown.clear()
    },
  }
}
