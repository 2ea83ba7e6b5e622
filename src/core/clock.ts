/** Where the time comes from. Tests set it; nothing else in the program reads the system's time for a decision. */
export type Clock = { now(): Date }

export const systemClock: Clock = { now: () => new Date() }

/** A clock that stands still until `set` or `advance` moves it. */
export function settableClock(start: Date): Clock & { set(to: Date): void; advance(ms: number): void } {
  let current = start.getTime()
  return {
    now: () => new Date(current),
    set: (to) => {
      current = to.getTime()
    },
    advance: (ms) => {
      current += ms
    },
  }
}

let lastMs = Number.NaN
let lastText = ''

/** An instant as the API shows it: RFC 3339 in UTC. A payment shows the same one six times, so the last one is remembered. */
export function showInstant(instant: Date): string {
  const ms = instant.getTime()
  if (ms !== lastMs) {
    lastText = instant.toISOString()
    lastMs = ms
  }
  return lastText
}

/** The calendar date (`YYYY-MM-DD`) of an instant in an IANA time zone. */
export function dateIn(timeZone: string, instant: Date): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    instant,
  )
}
