import type { z } from 'zod'
import type { AppContext, RequestContext } from '../context.ts'
import { bucketOfEnvironment } from '../core/bucket.ts'
import { formatId, type Id } from '../core/id/id.ts'
import { sumToNumber } from '../core/money.ts'
import { loadSql } from '../database/sql.ts'
import { readReportDays } from './days.ts'
import type { receiptsQuery } from './schema.ts'
import type { Report } from './send.ts'
import { readInSnapshot } from './snapshot.ts'

type ReceiptsRow = {
  day?: string | null
  channel?: string | null
  account_id?: Id | null
  external_reference?: string | null
  currency: string
  count: bigint
  amount: bigint
}

const receiptsSql = loadSql(import.meta.url, './sql/report-receipts.sql')
const receiptsByAccountSql = loadSql(import.meta.url, './sql/report-receipts-by-account.sql')

const columnsOf = { day: ['day'], channel: ['channel'], account: ['account_id', 'external_reference'] } as const

/** The money that arrived on the days of a span, by day, channel or account. */
export function openReceipts(
  { reports }: Pick<AppContext, 'reports'>,
  context: Pick<RequestContext, 'environment'>,
  { by, ...sent }: z.output<typeof receiptsQuery>,
): Report<ReceiptsRow> {
  const { from, to, time_zone, start, end } = readReportDays(context, sent)
  const { id } = context.environment
  const span = [id, bucketOfEnvironment(id), start, end]
  const pages = readInSnapshot<ReceiptsRow>(reports.pool, (place) =>
    by === 'account'
      ? { ...receiptsByAccountSql, values: [...span, place] }
      : { ...receiptsSql, values: [...span, time_zone, by, place] },
  )
  return {
    head: { from, to, time_zone, by },
    columns: [...columnsOf[by], 'currency', 'count', 'amount'],
    pages,
    render,
  }
}

function render({ day, channel, account_id, external_reference, currency, count, amount }: ReceiptsRow) {
  return {
    ...(day != null && { day }),
    ...(channel != null && { channel }),
    ...(account_id != null && { account_id: formatId('account', account_id) }),
    ...(external_reference != null && { external_reference }),
    currency,
    count: sumToNumber(count),
    amount: sumToNumber(amount),
  }
}
