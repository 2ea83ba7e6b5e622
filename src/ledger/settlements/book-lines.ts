import { earlierOf } from '../../core/clock.ts'
import { bucketOf, firstIdAt } from '../../core/id/id.ts'
import { maxBalance } from '../../core/money.ts'
import type { Connection } from '../../database/pool.ts'
import type { ChangeContext } from '../change.ts'
import { Journal } from '../journal.ts'
import { insertLines, type LineRow, lockUnmatched, toLineRow, updateMatched } from './line-row.ts'
import { matchLines } from './match.ts'
import { SettlementContradiction } from './record-settlement.ts'
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
  for (const line of lines) {
    if (line.matched) bookFee(journal, context, line)
    else bookUnmatched(journal, context, line, 'unmatched_line')
  }
  const row: SettlementRow = {
    ...settlement,
    lines: page.next === undefined ? 'read' : 'reading',
    lines_cursor: page.next ?? null,
    line_count: settlement.line_count + lines.length,
    line_gross: settlement.line_gross + sum(lines.map(({ gross }) => gross)),
    line_fee: settlement.line_fee + sum(lines.map(({ fee }) => fee)),
    version: settlement.version + 1n,
    updated_at: now,
  }
  const isTooMuch = [row.line_gross, row.line_fee].some((total) => total > maxBalance || total < -maxBalance)
  if (isTooMuch) throw new SettlementContradiction('the lines of a settlement come to more than can be')
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
      bookUnmatched(journal, context, row, 'line_matched')
      bookFee(journal, context, row)
    }
  }
  if (matched.length === 0) return 0
  await Promise.all([updateMatched(connection, matched, now), journal.write(connection)])
  return matched.length
}

/** What the processor took for itself has left what it owes. It is booked with the payment, or with the line that is about none. */
function bookFee(journal: Journal, context: ChangeContext, line: LineRow): void {
  const fee = line.kind === 'fee' ? line.fee - line.gross : line.fee
  if (fee === 0n) return
  const bucket = line.payment_id === null ? line.bucket : bucketOf(line.payment_id)
  const transaction = open(journal, context, line, bucket, 'processor_fee')
  journal.postToSystemAccount(transaction, `fees:${line.processor}`, line.currency, fee)
  journal.postToSystemAccount(transaction, `clearing:${line.processor}`, line.currency, -fee)
}

/** What is not ours goes through the clearing account to the bank all the same; what it stands against is shown in `unmatched`. */
function bookUnmatched(
  journal: Journal,
  context: ChangeContext,
  line: LineRow,
  kind: 'unmatched_line' | 'line_matched',
): void {
  const net = kind === 'unmatched_line' ? line.gross - line.fee : line.fee - line.gross
  if (net === 0n) return
  const transaction = open(journal, context, line, line.bucket, kind)
  journal.postToSystemAccount(transaction, `clearing:${line.processor}`, line.currency, net)
  journal.postToSystemAccount(transaction, `unmatched:${line.processor}`, line.currency, -net)
}

function open(
  journal: Journal,
  { now, actor, request_id }: ChangeContext,
  line: LineRow,
  bucket: number,
  kind: 'processor_fee' | 'unmatched_line' | 'line_matched',
) {
  const { environment_id, id: source_id, occurred_at } = line
  const effective_at = earlierOf(occurred_at, now)
  return journal.open({ bucket, environment_id, kind, source_id, request_id, actor, effective_at })
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n)
}
