import type { AttemptResult } from '../../net/http-client.ts'

/** When a delivery is attempted again, and what a response means for it. Pure: time and randomness are given. */

const minuteS = 60
const hourS = 60 * minuteS

/**
 * The wait before each attempt, in seconds: at once, then over 75.6 hours. Source: the example schedule of Standard
 * Webhooks 1.0, "Retry schedule".
 */
export const retryWaitsS: readonly number[] = [
  0,
  5,
  5 * minuteS,
  30 * minuteS,
  2 * hourS,
  5 * hourS,
  10 * hourS,
  14 * hourS,
  20 * hourS,
  24 * hourS,
]

/** The longest wait that a receiver may ask for with Retry-After: one day, in seconds. */
export const retryAfterMaxS = 24 * hourS

// The statuses that ask for a pause. Source: Standard Webhooks 1.0; RFC 9110, 10.2.3, adds 503.
const pausingStatuses = new Set([429, 502, 503, 504])

/** What an attempt means for its delivery. */
export type Classification =
  | { status: 'delivered'; disable: false }
  /** `disable` is true when the receiver said that it is gone (410): nothing more is sent to the endpoint. */
  | { status: 'exhausted'; disable: boolean }
  | { status: 'pending'; disable: false; next_attempt_at: Date }

/**
 * Classifies the attempt with this number (from 1). Any 2xx that arrived whole delivers; 410 ends the delivery and
 * disables the endpoint; anything else, redirects included, is tried again until the schedule ends. A Retry-After of
 * 429, 502, 503 or 504 can postpone an attempt, by a day at most, but never brings it forward. `random` returns numbers
 * from 0 to 1.
 */
export function classify(result: AttemptResult, number: number, now: Date, random: () => number): Classification {
  const status = result.status_code ?? 0
  if (result.error === undefined && status >= 200 && status <= 299) return { status: 'delivered', disable: false }
  if (status === 410) return { status: 'exhausted', disable: true }
  const waitS = retryWaitsS[number]
  if (waitS === undefined) return { status: 'exhausted', disable: false }
  // Up to a tenth more, so that deliveries that failed together do not come back together.
  const scheduledS = waitS * (1 + random() / 10)
  const askedS = pausingStatuses.has(status) ? Math.min(result.retry_after_s ?? 0, retryAfterMaxS) : 0
  return { status: 'pending', disable: false, next_attempt_at: after(now, Math.max(scheduledS, askedS)) }
}

/**
 * When to claim again what is due for an endpoint that cannot take it now: 5 seconds after a first failure, doubling
 * with each further one up to 5 minutes, spread over half of that in either direction.
 */
export function rescheduleAfter(failures: number, now: Date, random: () => number): Date {
  const waitS = Math.min(5 * 2 ** Math.min(failures, 6), 5 * minuteS)
  return after(now, waitS * (0.5 + random()))
}

function after(now: Date, waitS: number): Date {
  return new Date(now.getTime() + Math.round(waitS * 1000))
}
