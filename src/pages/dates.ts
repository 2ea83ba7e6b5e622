import { payerLocale } from '../html/money.ts'

// Named parts instead of `dateStyle`, which in en-ZA sets a zero before a single digit.
const calendarDate = new Intl.DateTimeFormat(payerLocale, {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
})

/** A calendar date (`YYYY-MM-DD`) as a payer reads it: `31 January 2025`. */
export function formatDate(date: string): string {
  return calendarDate.format(new Date(`${date}T00:00:00Z`))
}

/** An instant as a payer reads it, in the merchant's time zone, which is named: `23 November 2026 at 11:30 SAST`. */
export function formatDateTime(instant: Date, timeZone: string): string {
  return new Intl.DateTimeFormat(payerLocale, {
    timeZone,
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  }).format(instant)
}
