import { firstIdAt } from '../../core/id/id.ts'
import type { Connection } from '../../database/pool.ts'
import type { ChangeContext } from '../change.ts'
import { Journal } from '../journal.ts'
import { enterLine, enterMatched } from './line-entries.ts'
import { insertLines, type LineRow, lockUnmatched, toLineRow, updateMatched } from './line-row.ts'
import { matchLines } from './match.ts'
import { withLines } from './progress.ts'
import { lockSettlement, type SettlementOwner, type SettlementRow, updateSettlement } from './settlement-row.ts'
import type { ToldLine, ToldPage } from './told.ts'

/** What was done with a page of lines: the settlement as it is afterwards, and how many lines are in another currency than their payments. */
export type BookedPage = { settlement: SettlementRow; other_currency: number }

/**
 * Books a page of lines of a settlement: the fee of what is ours to `fees`, and of what is not ours all that goes to the bank to
 * `unmatched`. A line is booked once, whoever reads it how often. Undefined when another reader was there before.
 */
export async function bookLines(
  connection: Connection,
  context: ChangeContext,
  read: SettlementRow,
  page: ToldPage<ToldLine>,
): Promise<BookedPage | undefined> {
  const { now } = context
  const settlement = await lockSettlement(connection, read, read.reference)
  if (settlement?.lines !== 'reading' || settlement.lines_cursor !== read.lines_cursor) return undefined
  const matches = await matchLines(connection, settlement, settlement.currency, page.items)
  const told = page.items.flatMap((line, place) => {
    const match = matches[place]
    return match === undefined ? [] : [toLineRow(settlement, line, match, now)]
  })
  const lines = told.length === 0 ? [] : await insertLines(connection, told, now)
  const journal = new Journal(now)
  for (const line of lines) enterLine(journal, context, line)
  const row = withLines(settlement, lines, page.next, now)
  await Promise.all([updateSettlement(connection, row), journal.write(connection)])
  return { settlement: row, other_currency: matches.filter((match) => match.other_currency).length }
}

const rematchedMax = 500
const rematchedForMs = 60 * 86_400_000

/**
 * Looks again at lines that were not ours when they were read, for what our books have by now: money that was applied late, a refund or a
 * dispute that we heard of later. Returns how many were matched.
 */
export async function rematchLines(
  connection: Connection,
  context: ChangeContext,
  owner: SettlementOwner,
): Promise<number> {
  const { now } = context
  const since = firstIdAt(now.getTime() - rematchedForMs)
  const unmatched = await lockUnmatched(connection, owner, since, rematchedMax)
  const journal = new Journal(now)
  const matched: LineRow[] = []
  for (const [currency, lines] of Map.groupBy(unmatched, (line) => line.currency)) {
    const matches = await matchLines(connection, owner, currency, lines)
    for (const [place, line] of lines.entries()) {
      const match = matches[place]
      if (!match?.matched) continue
      const { payment_id, refund_id } = match
      const row = { ...line, matched: true, payment_id, refund_id }
      matched.push(row)
      enterMatched(journal, context, row)
    }
  }
  if (matched.length === 0) return 0
  await Promise.all([updateMatched(connection, matched, now), journal.write(connection)])
  return matched.length
}
