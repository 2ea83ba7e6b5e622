import { describe, expect, test } from 'vitest'
import { dateIn, endOfDate, startOfDate } from '../../src/core/clock.ts'
import { seedOf } from '../support/seed.ts'
import { seededRandom } from '../support/seeded-random.ts'

// DATES_ZONES=1000 is the long form: every zone.
const zonesMax = Number(process.env.DATES_ZONES ?? 60)
const seed = seedOf('DATES_SEED')
const minuteMs = 60_000
const dayMs = 86_400_000
const from = Date.UTC(2000, 0, 1)
const to = Date.UTC(2036, 0, 1)

const formats = new Map<string, Intl.DateTimeFormat>()

/** What clocks in a zone show at an instant: `2026-03-29 01:00`. Asked of Intl in another way than the program does. */
function shown(timeZone: string, ms: number): string {
  let format = formats.get(timeZone)
  if (!format) {
    const parts = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const
    format = new Intl.DateTimeFormat('sv-SE', { timeZone, ...parts, hourCycle: 'h23' })
    formats.set(timeZone, format)
  }
  return format.format(ms)
}
const dateOf = (timeZone: string, ms: number) => shown(timeZone, ms).slice(0, 10)

const ahead = (timeZone: string, ms: number) => Date.parse(`${shown(timeZone, ms).replace(' ', 'T')}Z`) - ms

/** The days on which a zone's clocks are changed: found by looking once a day. */
function changes(timeZone: string): number[] {
  const found: number[] = []
  let before = ahead(timeZone, from)
  for (let ms = from + dayMs; ms < to; ms += dayMs) {
    const now = ahead(timeZone, ms)
    if (now !== before) found.push(ms)
    before = now
  }
  return found
}

/** Why `startOfDate` is wrong for a date; undefined when it is the first instant at which clocks show that date or a later one. */
function fault(timeZone: string, date: string): string | undefined {
  const start = startOfDate(timeZone, date).getTime()
  const at = `${timeZone} ${date} is said to begin at ${new Date(start).toISOString()}`
  if (dateOf(timeZone, start) < date) return `${at}, when it is ${shown(timeZone, start)}`
  for (let ms = start - 1; ms > start - 4 * 60 * minuteMs; ms -= minuteMs) {
    if (dateOf(timeZone, ms) >= date) return `${at}, but it is ${shown(timeZone, ms)} before`
  }
  return undefined
}

describe(`a local date begins at its first instant (DATES_SEED=${seed})`, () => {
  const zones = Intl.supportedValuesOf('timeZone')

  test('around days on which a zone’s clocks are changed, from 2000 to 2035', { timeout: 300_000 }, () => {
    const random = seededRandom(seed)
    const drawnZones = zones.map((zone) => ({ zone, key: random() })).sort((one, other) => one.key - other.key)
    const faults: (string | undefined)[] = []
    for (const { zone } of drawnZones.slice(0, zonesMax)) {
      const days = changes(zone)
      for (let drawn = 0; drawn < 3 && days.length > 0; drawn++) {
        const day = days[Math.floor(random() * days.length)] as number
        for (const away of [-1, 0, 1]) faults.push(fault(zone, new Date(day + away * dayMs).toISOString().slice(0, 10)))
      }
      const any = new Date(from + Math.floor(random() * (to - from))).toISOString().slice(0, 10)
      faults.push(fault(zone, any))
      expect(endOfDate(zone, any)).toEqual(
        startOfDate(zone, new Date(Date.parse(any) + dayMs).toISOString().slice(0, 10)),
      )
    }
    expect(faults.filter((one) => one !== undefined)).toEqual([])
  })

  test.each([
    // Midnight comes twice: the clock goes back at one in the morning.
    ['Atlantic/Azores', '2025-10-26', '2025-10-26T00:00:00Z'],
    ['America/Havana', '2025-11-02', '2025-11-02T04:00:00Z'],
    ['Asia/Amman', '2021-10-29', '2021-10-28T21:00:00Z'],
    // It does not come: the clock goes forward at midnight.
    ['America/Asuncion', '2023-10-01', '2023-10-01T04:00:00Z'],
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00Z'],
    ['Africa/Cairo', '2024-04-26', '2024-04-25T22:00:00Z'],
    // A day comes twice for a minute, and one does not come at all.
    ['America/St_Johns', '2006-10-29', '2006-10-29T02:30:00Z'],
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00Z'],
    ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00Z'],
    ['Africa/Johannesburg', '2026-03-31', '2026-03-30T22:00:00Z'],
    ['UTC', '0001-01-01', '0001-01-01T00:00:00Z'],
    ['America/New_York', '0001-01-01', '0001-01-01T04:56:02Z'],
  ])('%s, %s: %s', (zone, date, start) => {
    expect(startOfDate(zone, date)).toEqual(new Date(start))
  })

  test('the last date ends where the next would begin', () => {
    expect(endOfDate('UTC', '9999-12-31').getTime()).toBe(Date.UTC(10_000, 0, 1))
  })

  test('an instant is of the date that its zone shows', () => {
    const random = seededRandom(seed + 1)
    for (let drawn = 0; drawn < 2_000; drawn++) {
      const zone = zones[Math.floor(random() * zones.length)] as string
      const ms = from + Math.floor(random() * (to - from))
      expect([zone, dateIn(zone, new Date(ms))]).toEqual([zone, dateOf(zone, ms)])
    }
  })
})
