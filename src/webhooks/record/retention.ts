import { type InputPlace, Problem } from '../../core/problem.ts'

const keptMs = 90 * 86_400_000

/** Throws `beyond_retention` for a time of which events are no longer kept, with the earliest of which they are. */
export function refuseBeyondRetention(at: Date, place: InputPlace, now: Date): void {
  const earliest = new Date(now.getTime() - keptMs)
  if (at >= earliest) return
  const detail = `Events are kept for 90 days: the earliest time is ${earliest.toISOString()}.`
  throw new Problem('beyond_retention', detail, { errors: [{ ...place, code: 'beyond_retention', detail }] })
}
