import type { z } from 'zod'
import type { AppContext, RequestContext } from '../context.ts'
import { dateIn, endOfDate } from '../core/clock.ts'
import { firstIdAt, formatId, type Id } from '../core/id/id.ts'
import { sumToNumber } from '../core/money.ts'
import { loadSql } from '../database/sql.ts'
import { writtenForGoodMs } from '../ledger/totals.ts'
import type { ageingQuery } from './schema.ts'
import type { Report } from './send.ts'
import { readInSnapshot } from './snapshot.ts'

type AgedSum = 'current' | 'days_1_30' | 'days_31_60' | 'days_61_90' | 'over_90' | 'total'
type AgeingRow = { customer_id: Id; external_reference: string; currency: string } & Record<AgedSum, bigint>

const ageingSql = loadSql(import.meta.url, './sql/report-ageing.sql')

/** What each customer owed at the end of a day, by how long it had been due. */
export function openAgeing(
  { reports }: Pick<AppContext, 'reports'>,
  { environment, now }: Pick<RequestContext, 'environment' | 'now'>,
  query: z.output<typeof ageingQuery>,
): Report<AgeingRow> {
  const { time_zone } = environment
  const as_of = query.as_of ?? dateIn(time_zone, now)
  const end = endOfDate(time_zone, as_of)
  // The clocks of several servers differ by less.
  const since = firstIdAt(end.getTime() - writtenForGoodMs)
  const pages = readInSnapshot<AgeingRow>(reports.pool, () => ({
    ...ageingSql,
    values: [environment.id, end, since, as_of],
  }))
  return {
    head: { as_of, known_at: now.toISOString(), time_zone },
    columns: [
      'customer_id',
      'external_reference',
      'currency',
      'current',
      'days_1_30',
      'days_31_60',
      'days_61_90',
      'over_90',
      'total',
    ],
    pages,
    render: (row) => ({
      customer_id: formatId('customer', row.customer_id),
      external_reference: row.external_reference,
      currency: row.currency,
      current: sumToNumber(row.current),
      days_1_30: sumToNumber(row.days_1_30),
      days_31_60: sumToNumber(row.days_31_60),
      days_61_90: sumToNumber(row.days_61_90),
      over_90: sumToNumber(row.over_90),
      total: sumToNumber(row.total),
    }),
  }
}
