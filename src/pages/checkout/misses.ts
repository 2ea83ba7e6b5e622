import { createCache } from '../../core/cache.ts'
import { Problem } from '../../core/problem.ts'

// Of 2 to the power of 71 codes, an address tries at most so many wrong ones in an hour, at each process. Many payers may share one
// address, so only wrong ones count.
const missesMax = 100
const within_ms = 3_600_000
const addressesMax = 10_000

const misses = createCache<{ count: number }>({ size_max: addressesMax, ttl_ms: within_ms })

/** Throws `too_many_attempts` for an address that has tried too many codes that lead nowhere. */
export function refuseGuessing(address: string): void {
  if ((misses.get(address)?.count ?? 0) < missesMax) return
  throw new Problem('too_many_attempts', 'This address has tried too many links that lead nowhere.', {
    retry_after_s: within_ms / 1_000,
  })
}

/** Counts a code that leads nowhere. */
export function countMiss(address: string): void {
  const known = misses.get(address)
  if (known) known.count += 1
  else misses.set(address, { count: 1 })
}
