import { UsageError } from './usage.ts'

const unitsMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
const longestMs = 3_650 * 86_400_000

/** Reads `30m`, `24h` or `90d`, up to ten years; in ms. Throws UsageError for anything else. */
export function readDurationMs(option: string, text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  const ms = Number(count) * (unitsMs[unit] ?? Number.NaN)
  if (!(ms <= longestMs)) throw new UsageError(`${option} should be a duration such as 30m, 24h or 90d, not "${text}".`)
  return ms
}

/** Reads when something expires: after a duration, at the end of a day (UTC), or at an instant. It must be in the future. */
export function readExpiry(option: string, text: string, now: Date): Date {
  const date = /^\d{4}-\d{2}-\d{2}$/.test(text)
  const instant = date || /^\d{4}-\d{2}-\d{2}T.+(?:Z|[+-]\d{2}:\d{2})$/.test(text)
  const ms = instant ? Date.parse(text) + (date ? 86_400_000 : 0) : now.getTime() + readDurationMs(option, text)
  // Date.parse takes 2027-02-30 for a day in March.
  if (Number.isNaN(ms) || (date && new Date(text).toISOString().slice(0, 10) !== text)) {
    throw new UsageError(`${option} should be a duration such as 90d or a date such as 2027-12-31, not "${text}".`)
  }
  if (ms <= now.getTime()) throw new UsageError(`${option} should be in the future, not "${text}".`)
  return new Date(ms)
}
