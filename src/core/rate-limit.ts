/** How much may be asked for: `quota` at once, and as much again in each window, evenly. */
export type RateLimitPolicy = { quota: number; window_s: number }

/** What is left of a limit: how much could be asked for now, and in how many seconds all of it again. */
export type RateLimitState = RateLimitPolicy & { name: string; remaining: number; reset_s: number }

/** The header fields that tell a client so (draft-ietf-httpapi-ratelimit-headers-11). */
export function rateLimitFields({ name, quota, window_s, remaining, reset_s }: RateLimitState): Record<string, string> {
  return {
    'ratelimit-policy': `"${name}";q=${quota};w=${window_s}`,
    ratelimit: `"${name}";r=${remaining};t=${reset_s}`,
  }
}
