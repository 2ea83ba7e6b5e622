import type { RequestContext } from '../context.ts'
import { endOfDate, startOfDate } from '../core/clock.ts'
import { Problem } from '../core/problem.ts'

/** The days of a report, and the instants at which they begin and end. */
export type ReportDays = { from: string; to: string; time_zone: string; start: Date; end: Date }

const daysMax = 366
const dayMs = 86_400_000

/** Reads the days of a report in the time zone of its environment. Throws `report_too_long`. */
export function readReportDays(
  { environment }: Pick<RequestContext, 'environment'>,
  sent: { from: string; to: string },
): ReportDays {
  const { from, to } = sent
  const days = Math.round((Date.parse(to) - Date.parse(from)) / dayMs) + 1
  if (days > daysMax) {
    const detail = `A report has at most ${daysMax} days, and these are ${days}.`
    throw new Problem('report_too_long', detail, { errors: [{ parameter: 'to', code: 'report_too_long', detail }] })
  }
  const { time_zone } = environment
  return { from, to, time_zone, start: startOfDate(time_zone, from), end: endOfDate(time_zone, to) }
}
