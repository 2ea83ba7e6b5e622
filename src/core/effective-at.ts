import { earlierOf } from './clock.ts'
import { fieldProblem } from './problem.ts'

// A till's clock may be a little ahead of ours.
const clockSkewMs = 5 * 60_000

/**
 * When something counts from that a caller dates: now when nothing was sent. Nothing counts from a time to come, so that a balance is
 * the same wherever it is asked for. Up to five minutes ahead is taken for now; throws `invalid_request` beyond that.
 */
export function effectiveAt(sent: string | undefined, now: Date, pointer: string): Date {
  if (sent === undefined) return now
  const instant = new Date(sent)
  if (instant.getTime() > now.getTime() + clockSkewMs) {
    throw fieldProblem('invalid_request', pointer, 'It is in the future.')
  }
  return earlierOf(instant, now)
}
