import { createCache } from '../core/cache.ts'
import type { Voice } from '../html/language/voice.ts'

// Making a format takes 30 µs, using one takes one.
const formats = createCache<Intl.DateTimeFormat>({ size_max: 500 })

function formatOf({ locale }: Voice, timeZone: string, more: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const name = [locale, timeZone, ...Object.keys(more)].join(' ')
  const known = formats.get(name)
  if (known) return known
  // Named parts instead of `dateStyle`, which in en-ZA sets a zero before a single digit.
  const made = new Intl.DateTimeFormat(locale, {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    ...more,
  })
  formats.set(name, made)
  return made
}

/** A calendar date (`YYYY-MM-DD`) as a payer reads it: `31 January 2025`. */
export function formatDate(date: string, voice: Voice): string {
  return formatOf(voice, 'UTC', {}).format(new Date(`${date}T00:00:00Z`))
}

/** An instant as a payer reads it, in the merchant's time zone, which is named: `23 November 2026 at 11:30 SAST`. */
export function formatDateTime(instant: Date, timeZone: string, voice: Voice): string {
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'short' } as const
  return formatOf(voice, timeZone, time).format(instant)
}
