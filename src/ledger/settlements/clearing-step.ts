import { firstIdAt, type Id, timeOf } from '../../core/id/id.ts'

// An id is made when its transaction begins. None takes as long as this, so what has an older id is there or never will be.
const settledMs = 10 * 60_000
const hourMs = 3_600_000

/** Up to where entries can be added to totals at an instant: none below it is still to come. */
export function endOfTotals(now: Date): Id {
  return firstIdAt(now.getTime() - settledMs)
}

/** Which entries are added next: an hour of them from the first one on, and none from the end on; where there is no entry, none. */
export function nextStep(first: Id | undefined, end: Id): { from: Id; to: Id } {
  if (first === undefined) return { from: end, to: end }
  const hour = firstIdAt(timeOf(first) + hourMs)
  return { from: first, to: hour < end ? hour : end }
}
