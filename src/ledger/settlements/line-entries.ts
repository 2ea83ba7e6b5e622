import { earlierOf } from '../../core/clock.ts'
import { bucketOf } from '../../core/id/id.ts'
import type { ChangeContext } from '../change.ts'
import type { Journal } from '../journal.ts'
import type { LineRow } from './line-row.ts'

/** Enters a line that is new: the fee of what is ours, and of what is not ours all that goes to the bank. */
export function enterLine(journal: Journal, context: ChangeContext, line: LineRow): void {
  if (line.matched) enterFee(journal, context, line)
  else enterUnmatched(journal, context, line, 'unmatched_line', line.gross - line.fee)
}

/** Enters a line that was not ours and is: what stood against it goes, and its fee comes. */
export function enterMatched(journal: Journal, context: ChangeContext, line: LineRow): void {
  enterUnmatched(journal, context, line, 'line_matched', line.fee - line.gross)
  enterFee(journal, context, line)
}

/** What the processor took for itself has left what it owes. It is booked with the payment, or with the line that is about none. */
function enterFee(journal: Journal, context: ChangeContext, line: LineRow): void {
  const fee = line.kind === 'fee' ? line.fee - line.gross : line.fee
  if (fee === 0n) return
  const bucket = line.payment_id === null ? line.bucket : bucketOf(line.payment_id)
  const transaction = open(journal, context, line, bucket, 'processor_fee')
  journal.postToSystemAccount(transaction, `fees:${line.processor}`, line.currency, fee)
  journal.postToSystemAccount(transaction, `clearing:${line.processor}`, line.currency, -fee)
}

/** What is not ours goes through the clearing account to the bank all the same; what it stands against is shown in `unmatched`. */
function enterUnmatched(
  journal: Journal,
  context: ChangeContext,
  line: LineRow,
  kind: 'unmatched_line' | 'line_matched',
  net: bigint,
): void {
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
