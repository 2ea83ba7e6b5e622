import { keyHash } from '../core/api-key.ts'
import { createCache } from '../core/cache.ts'
import type { Clock } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import type { Queryable } from '../database/pool.ts'
import { createKeyLookup, type Key } from './key-lookup.ts'
import type { KeyUses } from './key-uses.ts'

// Cached for one second: a revoked key keeps working for up to that long, and a busy server does one look-up instead of
// 5,000. Unknown keys have a cache of their own, so that guessing cannot evict valid ones.
const cachedMs = 1_000
const cachedMax = 10_000

/** Finds the environment that an API key gives access to, and what the key may do there. */
export type Authenticator = {
  /** Takes the Authorization header. Throws `unauthenticated`, `key_revoked` or `key_expired`. */
  authenticate(header: string | undefined): Promise<Pick<Key, 'environment' | 'actor' | 'kind' | 'scopes'>>
  /** Empties the cache, after the settings have changed. */
  forget(): void
}

/**
 * Keys are stored as SHA-256. They are random and looked up by their hash, so the timing of a comparison reveals
 * nothing.
 */
export function createAuthenticator(pool: Queryable, clock: Clock, uses: KeyUses): Authenticator {
  const known = createCache<Key>({ size_max: cachedMax, ttl_ms: cachedMs })
  const unknown = createCache<true>({ size_max: cachedMax, ttl_ms: cachedMs })
  const lookUp = createKeyLookup(pool)

  async function find(key: string): Promise<Key | undefined> {
    const hash = keyHash(key).toString('base64')
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
