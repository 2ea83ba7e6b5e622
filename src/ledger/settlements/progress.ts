import { earlierOf } from '../../core/clock.ts'
import { maxBalance } from '../../core/money.ts'
import type { ChangeContext } from '../change.ts'
import type { Journal } from '../journal.ts'
import type { LineRow } from './line-row.ts'
import type { SettlementRow } from './settlement-row.ts'
import type { SettlementStatus, ToldSettlement } from './told.ts'

/** A processor that tells of another amount or currency than before, or of lines that come to more than can be. */
export class SettlementContradiction extends Error {}

/** A settlement with the lines of a page, of which the next begins at `next`. Throws a `SettlementContradiction`. */
export function withLines(
  settlement: SettlementRow,
  lines: readonly Pick<LineRow, 'gross' | 'fee'>[],
  next: string | undefined,
  now: Date,
): SettlementRow {
  const row: SettlementRow = {
    ...settlement,
    lines: next === undefined ? 'read' : 'reading',
    lines_cursor: next ?? null,
    line_count: settlement.line_count + lines.length,
    line_gross: lines.reduce((total, { gross }) => total + gross, settlement.line_gross),
    line_fee: lines.reduce((total, { fee }) => total + fee, settlement.line_fee),
    version: settlement.version + 1n,
    updated_at: now,
  }
  const isTooMuch = [row.line_gross, row.line_fee].some((total) => total > maxBalance || total < -maxBalance)
  if (isTooMuch) throw new SettlementContradiction('the lines of a settlement come to more than can be')
  return row
}

/**
 * A settlement after what its processor says of it now: one that was paid may fail, and nothing follows a failure. It is the same row
 * where nothing has changed. Throws a `SettlementContradiction`.
 */
export function progressOf(before: SettlementRow, told: ToldSettlement, now: Date): SettlementRow {
  if (before.amount !== told.amount || before.currency !== told.currency) {
    throw new SettlementContradiction('a processor tells of another amount of a settlement than before')
  }
  const isPending = before.status === 'pending'
  const status = isPending || told.status === 'failed' ? told.status : before.status
  const lines = before.lines === 'waiting' || before.lines === 'none' ? firstLinesOf(told) : before.lines
  const arrives_at = isPending ? told.arrives_at : before.arrives_at
  const same =
    status === before.status && lines === before.lines && arrives_at.getTime() === before.arrives_at.getTime()
  return same ? before : { ...before, status, lines, arrives_at, version: before.version + 1n, updated_at: now }
}

/** How far the lines of a settlement are read when its processor tells of them first. */
export function firstLinesOf({ lines }: ToldSettlement): SettlementRow['lines'] {
  return lines === 'ready' ? 'reading' : lines
}

/**
 * Enters what a settlement has moved since it had another status, or none: its amount went to the bank when it arrived, or comes back to
 * what the processor owes.
 */
export function enterMove(
  journal: Journal,
  context: ChangeContext,
  before: SettlementStatus | undefined,
  row: SettlementRow,
): void {
  // One that nothing is left of moves nothing.
  if (row.status === before || row.amount === 0n) return
  const { now } = context
  if (row.status === 'paid') enter(journal, context, row, 'settlement', row.amount, earlierOf(row.arrives_at, now))
  if (before === 'paid') enter(journal, context, row, 'settlement_failed', -row.amount, now)
}

function enter(
  journal: Journal,
  { actor, request_id }: ChangeContext,
  { id: source_id, bucket, environment_id, processor, currency }: SettlementRow,
  kind: 'settlement' | 'settlement_failed',
  toBank: bigint,
  effective_at: Date,
): void {
  const transaction = journal.open({ bucket, environment_id, kind, source_id, request_id, actor, effective_at })
  journal.postToSystemAccount(transaction, `bank:${processor}`, currency, toBank)
  journal.postToSystemAccount(transaction, `clearing:${processor}`, currency, -toBank)
}
