import type { IncomingMessage } from 'node:http'
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
// Whoever guesses keys from the address of a merchant's server keeps no key out that was valid within the hour.
const provenMs = 3_600_000

/** Finds the environment that an API key gives access to, and what the key may do there. */
export type Authenticator = {
  /**
   * Takes the Authorization header of a request. Throws `unauthenticated`, `key_revoked` or `key_expired`, and `rate_limited` for whoever
   * has sent too many keys that are none.
   */
  authenticate(
    header: string | undefined,
    from: Sender,
  ): Promise<Pick<Key, 'id' | 'environment' | 'actor' | 'kind' | 'scopes'>>
  /** Empties the cache, after the settings have changed. */
  forget(): void
}

type Sender = Pick<IncomingMessage, 'socket' | 'headers'>

/** How often somebody may send a key that is none. */
export type FailedKeys = {
  /** Counts one before it is looked up. Throws `rate_limited`. */
  count(from: Sender): Promise<void> | undefined
  /** It was a key. */
  takeBack(from: Sender): void
}

/**
 * Keys are stored as SHA-256. They are random and looked up by their hash, so the timing of a comparison reveals
 * nothing.
 */
export function createAuthenticator(pool: Queryable, clock: Clock, uses: KeyUses, failed: FailedKeys): Authenticator {
  const known = createCache<Key>({ size_max: cachedMax, ttl_ms: cachedMs })
  const unknown = createCache<true>({ size_max: cachedMax, ttl_ms: cachedMs })
  const proven = createCache<true>({ size_max: cachedMax, ttl_ms: provenMs })
  const lookUp = createKeyLookup(pool)

  async function find(key: string, from: Sender): Promise<Key | undefined> {
    const hash = keyHash(key).toString('base64')
    const cached = known.get(hash)
    if (cached) return cached
    const counts = !proven.get(hash)
    if (counts) await failed.count(from)
    if (unknown.get(hash)) return undefined
    const found = await lookUp(hash)
    if (!found) {
      unknown.set(hash, true)
      return undefined
    }
    if (counts) failed.takeBack(from)
    known.set(hash, found)
    proven.set(hash, true)
    return found
  }

  return {
    async authenticate(header, from) {
      const secret = /^Bearer +(\S{1,200})$/i.exec(header ?? '')?.[1]
      if (secret === undefined) {
        await failed.count(from)
        throw new Problem('unauthenticated', 'Send Authorization: Bearer and a secret key.')
      }
      const key = await find(secret, from)
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
