import type { z } from 'zod'
import type { AppContext, RequestContext } from '../context.ts'
import { bucketOfEnvironment } from '../core/bucket.ts'
import { dateIn, endOfDate } from '../core/clock.ts'
import { firstIdAt } from '../core/id/id.ts'
import { sumToNumber } from '../core/money.ts'
import { parameterProblem } from '../core/problem.ts'
import { loadSql } from '../database/sql.ts'
import { quarterOf } from '../ledger/totals.ts'
import type { trialBalanceQuery } from './schema.ts'
import type { Report } from './send.ts'
import { readInSnapshot } from './snapshot.ts'

type TrialBalanceRow = { account: string; currency: string; balance: bigint }

const trialBalanceSql = loadSql(import.meta.url, './sql/report-trial-balance.sql')

/** What each account of the ledger held at the end of a day, as it was known at an instant. It sums to zero in each currency. */
export function openTrialBalance(
  { reports }: Pick<AppContext, 'reports'>,
  { environment, now }: Pick<RequestContext, 'environment' | 'now'>,
  query: z.output<typeof trialBalanceQuery>,
): Report<TrialBalanceRow> {
  const { time_zone } = environment
  const known_at = query.known_at === undefined ? now : new Date(query.known_at)
  if (known_at > now) throw parameterProblem('known_at', 'in_future', 'is in the future: nothing is known of it yet')
  const as_of = query.as_of ?? dateIn(time_zone, now)
  const quarter = quarterOf(known_at.getTime())
  const pages = readInSnapshot<TrialBalanceRow>(reports.pool, (place) => {
    const begin = firstIdAt(quarter)
    return {
      ...trialBalanceSql,
      values: [
        environment.id,
        bucketOfEnvironment(environment.id),
        endOfDate(time_zone, as_of),
        new Date(quarter),
        place < begin ? place : begin,
        firstIdAt(known_at.getTime() + 1),
      ],
    }
  })
  return {
    head: { as_of, known_at: known_at.toISOString(), time_zone },
    columns: ['account', 'currency', 'balance'],
    pages,
    render: (row) => ({ ...row, balance: sumToNumber(row.balance) }),
  }
}
