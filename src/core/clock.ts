import { required } from './assert.ts'
import { type Cache, createCache } from './cache.ts'

/** Where the time comes from, so that tests can set it. Only commands and migrations read the system time themselves. */
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

/** The earlier of two instants. */
export function earlierOf(one: Date, other: Date): Date {
  return one < other ? one : other
}

/** The later of two instants. */
export function laterOf(one: Date, other: Date): Date {
  return one > other ? one : other
}

// Rendering a payment formats two instants six times in turns: when it was received and when it was recorded. The cache
// is indexed by their last digits, so that the two rarely evict each other.
const remembered = 64
const lastMs: number[] = new Array(remembered).fill(Number.NaN)
const lastText: string[] = new Array(remembered).fill('')

/** An instant as the API shows it: RFC 3339 in UTC. */
export function formatInstant(instant: Date): string {
  const ms = instant.getTime()
  const place = Math.abs(ms % remembered)
  if (lastMs[place] !== ms) {
    lastText[place] = instant.toISOString()
    lastMs[place] = ms
  }
  return lastText[place] as string
}

// Making a formatter takes 50 to 70 µs, using one takes 1 µs. There are some six hundred names of time zones.
const dateFormats = createCache<Intl.DateTimeFormat>({ size_max: 100 })
const offsetFormats = createCache<Intl.DateTimeFormat>({ size_max: 100 })

function formatIn(
  formats: Cache<Intl.DateTimeFormat>,
  timeZone: string,
  make: () => Intl.DateTimeFormat,
): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known) return known
  const made = make()
  formats.set(timeZone, made)
  return made
}

/** The calendar date (`YYYY-MM-DD`) of an instant in an IANA time zone. */
export function dateIn(timeZone: string, instant: Date): string {
  const make = () => new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  return formatIn(dateFormats, timeZone, make).format(instant)
}

const dayMs = 86_400_000
// No offset from UTC has ever been as much.
const offsetMaxMs = 16 * 3_600_000

/** The first instant of a calendar date (`YYYY-MM-DD`) in an IANA time zone, also where its midnight comes twice or never. */
export function startOfDate(timeZone: string, date: string): Date {
  return firstInstant(timeZone, Date.parse(`${date}T00:00:00Z`))
}

/** The first instant that no longer belongs to a calendar date: that of the next. */
export function endOfDate(timeZone: string, date: string): Date {
  return firstInstant(timeZone, Date.parse(`${date}T00:00:00Z`) + dayMs)
}

/** The first instant at which clocks in the zone show `wall` or later, in ms as if they showed UTC. */
function firstInstant(timeZone: string, wall: number): Date {
  let before = wall - offsetMaxMs
  let after = wall + offsetMaxMs
  const offset = offsetOf(timeZone, before)
  if (offset === offsetOf(timeZone, after)) return new Date(wall - offset)
  // The clocks are changed in between: at `after`, once the two have met.
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (offsetOf(timeZone, middle) === offset) before = middle
    else after = middle
  }
  const unchanged = wall - offset
  return new Date(unchanged < after ? unchanged : Math.max(after, wall - offsetOf(timeZone, after)))
}

/** How far clocks in the zone are ahead of UTC, in ms. */
function offsetOf(timeZone: string, ms: number): number {
  const make = () => new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' })
  const shown = formatIn(offsetFormats, timeZone, make).format(ms)
  // The ICU of Node 22 shows UTC itself as `GMT`, that of Node 24 as `GMT+00:00`.
  const match = required(/GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(shown), 'an offset in its long form')
  const [, sign, hours, minutes, seconds] = match
  const total = (Number(hours ?? 0) * 3_600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0)) * 1_000
  return sign === '-' ? -total : total
}

const instantForm = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:[Zz]|([+-])(\d\d):([0-5]\d))$/

/**
 * Reads an instant in any of the forms of RFC 3339, section 5.6: `t`, `z` and a space for `T`, `Z` and `T`, fractions of any length,
 * which are cut off after milliseconds, offsets, and a leap second, which counts as the last millisecond before the next minute.
 * The seconds may be left out. `undefined` for what is no instant, or none that there was.
 */
export function parseInstant(text: string): Date | undefined {
  const match = instantForm.exec(text)
  if (!match) return undefined
  const [, date, time, second = '00', fraction = '', sign, hours, minutes] = match
  if (Number(hours ?? 0) > 23) return undefined
  const leap = second === '60'
  const local = `${date}T${time}:${leap ? '59' : second}.${leap ? '999' : fraction.slice(0, 3).padEnd(3, '0')}Z`
  const ms = Date.parse(local)
  // A date that does not exist, such as 30 February, is read as one that does.
  if (Number.isNaN(ms) || new Date(ms).toISOString() !== local) return undefined
  const offset_ms = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000
  const instant = new Date(sign === '-' ? ms + offset_ms : ms - offset_ms)
  // One is put in at the end of a day in UTC, if at all.
  return leap && !instant.toISOString().endsWith('T23:59:59.999Z') ? undefined : instant
}
