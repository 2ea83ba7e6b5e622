import { z } from 'zod'

/** The days of a statement, both inclusive, where the merchant is. */
export type Days = { from: string; to: string }

const day = z.iso.date().refine((date) => date >= '1900-01-01' && date <= '2999-12-31')
const asked = z.object({ from: day, to: day }).refine(({ from, to }) => from <= to)

/** The days that a page was asked for; the last three months where it names none, and `undefined` where it names no days. */
export function readDays(sent: Record<'from' | 'to', string | undefined>, today: string): Days | undefined {
  if (sent.from === undefined && sent.to === undefined) return lastMonths(today, 3)
  return asked.safeParse(sent).data
}

/** From the first day of a month to today: of this month, or of an earlier one. */
export function lastMonths(today: string, months: number): Days {
  const first = new Date(`${today.slice(0, 7)}-01T00:00:00Z`)
  first.setUTCMonth(first.getUTCMonth() - (months - 1))
  return { from: first.toISOString().slice(0, 10), to: today }
}
