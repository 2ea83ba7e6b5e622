import type { Clock } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'
import { sha256 } from '../core/secret.ts'
import type { Queryable } from '../database/pool.ts'
import type { RequestEnvironment } from './platform.ts'

type KeyRow = RequestEnvironment & { expires_at: Date | null; revoked_at: Date | null }

// A key is looked up at most once a second: a revoked one works that much longer, and a busy server asks 5,000 times less.
const cachedMs = 1_000
const cachedMax = 10_000

/** Finds the environment that an API key opens. */
export type Authenticator = {
  /** Takes the Authorization header. Throws `unauthenticated`, `key_revoked` or `key_expired`. */
  authenticate(header: string | undefined): Promise<RequestEnvironment>
  /** Forgets what it knows, after a change of the settings. */
  forget(): void
}

/** Keys are kept as SHA-256: they are random, and the hash is what is looked up, so no comparison tells anything. */
export function createAuthenticator(pool: Queryable, clock: Clock): Authenticator {
  const known = new Map<string, { row: KeyRow; until_ms: number }>()

  async function find(key: string): Promise<KeyRow | undefined> {
    const hash = sha256(key)
    const name = hash.toString('base64')
    const cached = known.get(name)
    if (cached && cached.until_ms > performance.now()) return cached.row
    const row = await findKey(pool, hash)
    if (row) {
      if (known.size >= cachedMax) known.clear()
      known.set(name, { row, until_ms: performance.now() + cachedMs })
    } else known.delete(name)
    return row
  }

  return {
    async authenticate(header) {
      const key = /^Bearer +(\S{1,200})$/i.exec(header ?? '')?.[1]
      if (key === undefined) throw new Problem('unauthenticated', 'Send Authorization: Bearer and a secret key.')
      const row = await find(key)
      if (!row) throw new Problem('unauthenticated', 'This is no key of this server.')
      if (row.revoked_at !== null) throw new Problem('key_revoked', 'This key has been revoked.')
      if (row.expires_at !== null && row.expires_at <= clock.now())
        throw new Problem('key_expired', 'This key has expired.')
      return row
    },
    forget: () => known.clear(),
  }
}

async function findKey(pool: Queryable, hash: Buffer): Promise<KeyRow | undefined> {
  const { rows } = await pool.query<KeyRow>({
    name: 'find-api-key',
    text: `select e.id, e.mode, e.time_zone, e.payment_rules, coalesce(e.display_name, m.name) as merchant_name, m.slug as merchant_slug,
        k.expires_at, k.revoked_at
      from api_key as k join environment as e on e.id = k.environment_id join merchant as m on m.id = e.merchant_id
      where k.hash = $1`,
    values: [hash],
  })
  return rows[0]
}
