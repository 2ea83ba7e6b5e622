import type { RequestEnvironment } from '../context.ts'
import type { Actor } from '../core/actor.ts'
import { createCache } from '../core/cache.ts'
import type { Clock } from '../core/clock.ts'
import type { Id } from '../core/id/id.ts'
import { Problem } from '../core/problem.ts'
import { sha256 } from '../core/secret.ts'
import type { Queryable } from '../database/pool.ts'

type KeyRow = RequestEnvironment & { key_id: Id; expires_at: Date | null; revoked_at: Date | null }
type Key = { environment: RequestEnvironment; actor: Actor; expires_at: Date | null; revoked_at: Date | null }

// Cached for one second: a revoked key keeps working for up to that long, and a busy server does one look-up instead of
// 5,000.
const cachedMs = 1_000
const cachedMax = 10_000

/** Finds the environment that an API key gives access to. */
export type Authenticator = {
  /** Takes the Authorization header. Throws `unauthenticated`, `key_revoked` or `key_expired`. */
  authenticate(header: string | undefined): Promise<Pick<Key, 'environment' | 'actor'>>
  /** Empties the cache, after the settings have changed. */
  forget(): void
}

/**
 * Keys are stored as SHA-256. They are random and looked up by their hash, so the timing of a comparison reveals
 * nothing.
 */
export function createAuthenticator(pool: Queryable, clock: Clock): Authenticator {
  const known = createCache<Key>({ size_max: cachedMax, ttl_ms: cachedMs })

  async function find(key: string): Promise<Key | undefined> {
    const hash = sha256(key)
    const name = hash.toString('base64')
    const cached = known.get(name)
    if (cached) return cached
    const row = await findKey(pool, hash)
    if (row) known.set(name, row)
    return row
  }

  return {
    async authenticate(header) {
      const secret = /^Bearer +(\S{1,200})$/i.exec(header ?? '')?.[1]
      if (secret === undefined) throw new Problem('unauthenticated', 'Send Authorization: Bearer and a secret key.')
      const key = await find(secret)
      if (!key) throw new Problem('unauthenticated', 'The API key is not valid.')
      if (key.revoked_at !== null) throw new Problem('key_revoked', 'This key has been revoked.')
      if (key.expires_at !== null && key.expires_at <= clock.now())
        throw new Problem('key_expired', 'This key has expired.')
      return key
    },
    forget: () => known.clear(),
  }
}

async function findKey(pool: Queryable, hash: Buffer): Promise<Key | undefined> {
  const { rows } = await pool.query<KeyRow>({
    name: 'find-api-key',
    text: `select e.id, e.mode, e.time_zone, e.payment_rules, coalesce(e.display_name, m.name) as merchant_name, m.slug as merchant_slug,
        k.id as key_id, k.expires_at, k.revoked_at
      from api_key as k join environment as e on e.id = k.environment_id join merchant as m on m.id = e.merchant_id
      where k.hash = $1`,
    values: [hash],
  })
  const [row] = rows
  if (!row) return undefined
  const { key_id, expires_at, revoked_at, ...environment } = row
  return { environment, actor: `key:${key_id}`, expires_at, revoked_at }
}
