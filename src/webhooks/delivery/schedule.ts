import type { AttemptResult } from '../../net/http-client.ts'

/** When a delivery is attempted again, and what a response means for it. Pure: time and randomness are given. */

const minuteS = 60
const hourS = 60 * minuteS

/** The longest wait that a receiver may ask for with Retry-After: one day, in seconds. */
const retryAfterMaxS = 24 * hourS

// The statuses that ask for a pause. Source: Standard Webhooks 1.0; RFC 9110, 10.2.3, adds 503.
const pausingStatuses = new Set([429, 502, 503, 504])

/** What an attempt means for its delivery. */
export type Classification =
  | { status: 'delivered'; gone: false }
  | { status: 'exhausted'; gone: false }
  /** `gone` is true when the receiver said that it is (410): the endpoint is paused, and the delivery waits for it. */
  | { status: 'pending'; gone: boolean; next_attempt_at: Date }

/** When attempts are made: the wait before each of them in seconds, the first of which is 0, and random numbers from 0 to 1. */
export type Schedule = { waits_s: readonly number[]; random: () => number }

/**
 * Classifies the attempt with this number (from 1, by the schedule). Any 2xx that arrived whole delivers; 410 pauses the
 * endpoint; anything else, redirects included, is tried again until the schedule ends. A Retry-After of 429, 502, 503 or
 * 504 can postpone an attempt, by a day at most, but never brings it forward.
 */
export function classify(
  result: AttemptResult,
  number: number,
  now: Date,
  { waits_s, random }: Schedule,
): Classification {
  const status = result.status_code ?? 0
  if (result.error === undefined && status >= 200 && status <= 299) return { status: 'delivered', gone: false }
  const gone = status === 410
  const waitS = waits_s[number] ?? (gone ? hourS : undefined)
  if (waitS === undefined) return { status: 'exhausted', gone: false }
  // Up to a tenth more, so that deliveries that failed together do not come back together.
  const scheduledS = waitS * (1 + random() / 10)
  const askedS = pausingStatuses.has(status) ? Math.min(result.retry_after_s ?? 0, retryAfterMaxS) : 0
  return { status: 'pending', gone, next_attempt_at: after(now, Math.max(scheduledS, askedS)) }
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
