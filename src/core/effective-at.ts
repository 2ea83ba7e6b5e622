import { earlierOf } from './clock.ts'
import { fieldProblem } from './problem.ts'

// A till's clock may be a little ahead of ours.
const clockSkewMs = 5 * 60_000

/** Reads when something happened. Up to five minutes ahead is accepted; throws `invalid_request` beyond that. */
export function pastInstant(sent: string, now: Date, pointer: string): Date {
  const instant = new Date(sent)
  if (instant.getTime() <= now.getTime() + clockSkewMs) return instant
  throw fieldProblem('invalid_request', pointer, 'It is in the future.')
}

/**
 * When something takes effect that a caller dates. Nothing takes effect in the future, so that a balance is the same
 * wherever it is asked for: what `pastInstant` accepts of that takes effect now.
 */
export function effectiveAt(sent: string, now: Date, pointer: string): Date {
  return earlierOf(pastInstant(sent, now, pointer), now)
}
