import type { z } from 'zod'
import { allSourceKinds } from '../billing/history/kinds.ts'
import type { AppContext, RequestContext } from '../context.ts'
import { type Actor, formatActor } from '../core/actor.ts'
import { bucketOfEnvironment } from '../core/bucket.ts'
import { endOfDate } from '../core/clock.ts'
import { firstIdAt, formatId, type Id, timeOf } from '../core/id/id.ts'
import { toNumber } from '../core/money.ts'
import { Problem } from '../core/problem.ts'
import type { Pool } from '../database/pool.ts'
import { loadSql } from '../database/sql.ts'
import type { NewTransaction } from '../ledger/journal-rows.ts'
import { formatReceivableId, type ReceivableKind } from '../ledger/receivable.ts'
import { quarterMs } from '../ledger/totals.ts'
import { type ReportDays, readReportDays } from './days.ts'
import type { journalQuery } from './schema.ts'
import type { Report } from './send.ts'
import { pageRows, type RowPages, readTotalPlace } from './snapshot.ts'

type JournalRow = {
  id: Id
  transaction_id: Id
  receivable_id: Id | null
  receivable_kind: ReceivableKind | null
  account: string
  currency: string
  amount: bigint
  kind: NewTransaction['kind']
  source_id: Id
  effective_at: Date
  recorded_at: Date
  reason: string | null
  label: string | null
  reference: string | null
  request_id: string | null
  actor: Actor | null
}

const listQuartersSql = loadSql(import.meta.url, './sql/list-journal-quarters.sql')
const listJournalSql = loadSql(import.meta.url, './sql/list-journal.sql')

/**
 * All entries that were written on the days of a span, in that order. Only days to which nothing can be added any more are told of, so each
 * entry is in the report of one day for ever. Throws `report_too_long`, `day_not_over`.
 */
export async function openJournal(
  { reports }: Pick<AppContext, 'reports'>,
  context: Pick<RequestContext, 'environment'>,
  sent: z.output<typeof journalQuery>,
): Promise<Report<JournalRow>> {
  const days = readReportDays(context, sent)
  await refuseUnfinished(reports.pool, days)
  const { from, to, time_zone } = days
  return {
    head: { from, to, time_zone },
    columns: [
      'entry',
      'transaction',
      'kind',
      'account',
      'owner',
      'currency',
      'amount',
      'effective_at',
      'recorded_at',
      'reason',
      'label',
      'reference',
      'source',
      'request_id',
      'actor',
    ],
    pages: readJournal(reports.pool, context.environment.id, days),
    render: renderJournalRow,
  }
}

/** Entries that were not totalled yet may still be joined by others that began before. */
async function refuseUnfinished(pool: Pool, { to, time_zone }: ReportDays): Promise<void> {
  if (timeOf(await readTotalPlace(pool)) >= endOfDate(time_zone, to).getTime()) return
  const detail = `What is written on ${to} is not complete yet: it is about a quarter of an hour after the end of the day.`
  throw new Problem('day_not_over', detail, { errors: [{ parameter: 'to', code: 'day_not_over', detail }] })
}

/** Entries never change, so each page is a statement of its own: no snapshot is held while a slow reader reads. */
async function* readJournal(pool: Pool, environmentId: number, { start, end }: ReportDays): RowPages<JournalRow> {
  const { rows: quarters } = await pool.query<{ quarter: Date }>({
    ...listQuartersSql,
    values: [environmentId, bucketOfEnvironment(environmentId), start, end],
  })
  for (const [first, beyond] of joinQuarters(quarters.map(({ quarter }) => quarter.getTime()))) {
    for (let after: Id | undefined = firstIdAt(first); after !== undefined; ) {
      const { rows }: { rows: JournalRow[] } = await pool.query<JournalRow>({
        ...listJournalSql,
        values: [environmentId, after, firstIdAt(beyond), pageRows],
      })
      yield rows
      after = rows.length < pageRows ? undefined : rows.at(-1)?.id
    }
  }
}

/** Spans of time in which something was written, without those in which nothing was: another merchant may have written much there. */
function joinQuarters(quarters: readonly number[]): [first: number, beyond: number][] {
  const spans: [number, number][] = []
  for (const quarter of quarters) {
    const last = spans.at(-1)
    if (last?.[1] === quarter) last[1] = quarter + quarterMs
    else spans.push([quarter, quarter + quarterMs])
  }
  return spans
}

function renderJournalRow(row: JournalRow) {
  const { receivable_id: id, receivable_kind: kind } = row
  return {
    entry: formatId('entry', row.id),
    transaction: formatId('transaction', row.transaction_id),
    kind: row.kind,
    account: row.account,
    ...(id !== null && kind !== null && { owner: formatReceivableId({ id, kind }) }),
    currency: row.currency,
    amount: toNumber(row.amount),
    effective_at: row.effective_at.toISOString(),
    recorded_at: row.recorded_at.toISOString(),
    ...(row.reason !== null && { reason: row.reason }),
    ...(row.label !== null && { label: row.label }),
    ...(row.reference !== null && { reference: row.reference }),
    source: formatId(allSourceKinds[row.kind], row.source_id),
    ...(row.request_id !== null && { request_id: row.request_id }),
    ...(row.actor !== null && { actor: formatActor(row.actor) }),
  }
}
