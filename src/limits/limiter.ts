import { Problem } from '../core/problem.ts'
import type { RateLimitState } from '../core/rate-limit.ts'
import type { Vault } from '../core/secret.ts'
import type { Queryable } from '../database/pool.ts'
import { Bucket } from './bucket.ts'
import { type LimitKind, type LimitPolicies, refusalOf } from './policies.ts'
import { Recent } from './recent.ts'
import { deletePastLeases, leaseRate } from './store.ts'

/** Says whether somebody may ask for more. All processes of a database share what each may ask for. */
export type Limiter = {
  /**
   * Takes one of what a subject may ask for. Throws `rate_limited` when there is none. It is a promise only when the other processes
   * have to be asked, and never fails for that: a process that cannot ask gives what it would give alone.
   */
  take(kind: LimitKind, subject: string): Promise<void> | undefined
  /** Gives it back, since what was asked for does not count. */
  giveBack(kind: LimitKind, subject: string): void
  /** What is left; undefined where nothing is limited. */
  state(kind: LimitKind, subject: string): RateLimitState | undefined
}

// Of each kind at least as many are known; what is forgotten begins anew with what a process gives without asking.
const subjectsMax = 5_000
// A database that does not answer by then is busy with something else, or away.
const usualLeaseWithin_ms = 500
const alone_ms = 1_000
const pruneEvery_ms = 60_000
const pruneRows = 5_000

export type LimiterParts = {
  pool: Queryable
  vault: Pick<Vault, 'token'>
  policies: LimitPolicies
  /** Counts who was refused. */
  refused?(kind: LimitKind): void
  /** How long the database may take to answer. */
  lease_within_ms?: number | undefined
  now_ms?(): number
}

/** Makes the limiter of a process. */
export function createLimiter(parts: LimiterParts): Limiter {
  return new LeasingLimiter(parts)
}

class LeasingLimiter implements Limiter {
  readonly #parts: LimiterParts
  readonly #now_ms: () => number
  readonly #buckets: Record<LimitKind, Recent<Bucket>>
  #alone_until_ms = Number.NEGATIVE_INFINITY
  #pruned_at_ms: number

  constructor(parts: LimiterParts) {
    this.#parts = parts
    this.#now_ms = parts.now_ms ?? (() => performance.now())
    this.#pruned_at_ms = this.#now_ms()
    const recent = () => new Recent<Bucket>(subjectsMax)
    this.#buckets = { address: recent(), failed_key: recent(), dead_link: recent(), link: recent(), key: recent() }
  }

  take(kind: LimitKind, subject: string): Promise<void> | undefined {
    const bucket = this.#bucketOf(kind, subject)
    if (!bucket || bucket.take(this.#now_ms())) return undefined
    return this.#takeLeased(kind, subject, bucket)
  }

  giveBack(kind: LimitKind, subject: string): void {
    this.#bucketOf(kind, subject)?.giveBack()
  }

  state(kind: LimitKind, subject: string): RateLimitState | undefined {
    return this.#bucketOf(kind, subject)?.state(kind, this.#now_ms())
  }

  #bucketOf(kind: LimitKind, subject: string): Bucket | undefined {
    const policy = this.#parts.policies[kind]
    return policy && this.#buckets[kind].get(subject, () => new Bucket(policy, this.#now_ms()))
  }

  /** Those that come while a lease is asked for share it. */
  async #takeLeased(kind: LimitKind, subject: string, bucket: Bucket): Promise<void> {
    while (this.#now_ms() >= bucket.refused_until_ms) {
      bucket.waiting += 1
      bucket.leasing ??= this.#lease(kind, subject, bucket).finally(() => {
        bucket.leasing = undefined
      })
      await bucket.leasing
      bucket.waiting -= 1
      if (bucket.take(this.#now_ms())) return
    }
    this.#parts.refused?.(kind)
    const limit = bucket.state(kind, this.#now_ms())
    throw new Problem('rate_limited', refusalOf[kind], { retry_after_s: Math.max(1, limit.reset_s), limit })
  }

  async #lease(kind: LimitKind, subject: string, bucket: Bucket): Promise<void> {
    // Those that come in the same turn are asked for together.
    await undefined
    const policy = this.#parts.policies[kind]
    if (!policy) return
    if (this.#now_ms() < this.#alone_until_ms) return bucket.alone(this.#now_ms())
    try {
      const { pool, vault, lease_within_ms = usualLeaseWithin_ms } = this.#parts
      const hashed = vault.token('rate limit', kind, subject)
      const { granted, full_in_s } = await inTime(
        leaseRate(pool, kind, hashed, bucket.wanted(), policy),
        lease_within_ms,
      )
      bucket.leased(granted, full_in_s * 1_000, this.#now_ms())
      this.#prune()
    } catch {
      // Whoever needs the database says that it is away. A limit goes on without.
      this.#alone_until_ms = this.#now_ms() + alone_ms
      bucket.alone(this.#now_ms())
    }
  }

  #prune(): void {
    if (this.#now_ms() < this.#pruned_at_ms + pruneEvery_ms) return
    this.#pruned_at_ms = this.#now_ms()
    deletePastLeases(this.#parts.pool, pruneRows).catch(() => {})
  }
}

async function inTime<T>(work: Promise<T>, within_ms: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('the database did not answer in time')), within_ms)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
