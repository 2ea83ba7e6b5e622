import type { RateLimitPolicy } from '../core/rate-limit.ts'

/**
 * What is counted. `address`: requests that show no key of a merchant's, of one address. `failed_key`: keys that are none. `dead_link`:
 * short codes that lead nowhere. `link`: forms that are sent with one link. `key`: requests with one key, where the operator limits them.
 */
export type LimitKind = 'address' | 'failed_key' | 'dead_link' | 'link' | 'key'

/** What each kind may ask for; what is absent is not limited. */
export type LimitPolicies = Readonly<Record<Exclude<LimitKind, 'key'>, RateLimitPolicy> & { key?: RateLimitPolicy }>

/** What is far more than a payer, an office of payers or a merchant's server asks for. */
export const usualPolicies: LimitPolicies = {
  address: { quota: 200, window_s: 10 },
  failed_key: { quota: 60, window_s: 60 },
  dead_link: { quota: 100, window_s: 3_600 },
  link: { quota: 60, window_s: 60 },
}

/** What is wrong, and what to do. */
export const refusalOf: Readonly<Record<LimitKind, string>> = {
  address: 'Too many requests came from this address. Wait for Retry-After seconds, then send it again.',
  failed_key:
    'Too many keys that are not valid came from this address. Wait for Retry-After seconds, then send a key that is.',
  dead_link: 'Too many links that lead nowhere were tried from this address. Wait for Retry-After seconds.',
  link: 'Too many forms were sent with this link. Wait for Retry-After seconds, then send it again.',
  key: 'This key has made as many requests as the operator allows. Wait for Retry-After seconds, then send it again.',
}
