import type { RequestContext } from '../../context.ts'
import { endOfDate } from '../../core/clock.ts'
import { newId, randomBucket } from '../../core/id/id.ts'
import { fieldProblem } from '../../core/problem.ts'
import type { Connection } from '../../database/pool.ts'
import { lockBooks } from '../../ledger/books.ts'
import { writtenForGoodMs } from '../../ledger/totals.ts'
import type { UpdateSettings } from './schema.ts'
import type { SettingsRow } from './store.ts'

type ClosingFields = Pick<SettingsRow, 'books_closed_until' | 'books_open_from'>

/**
 * Closes the books until the end of a day, or opens them again, and keeps why in their history. Whatever is being written is waited for, so
 * nothing that counts in the closed days is committed afterwards. Throws `day_not_over`, and `invalid_request` where books are opened
 * without a reason.
 */
export async function changeClosing(
  connection: Connection,
  { environment, actor, now }: RequestContext,
  { books_closed_until: before, books_open_from }: ClosingFields,
  { books_closed_until: closed_until, books_closed_reason: reason }: UpdateSettings,
  time_zone: string,
): Promise<ClosingFields> {
  if (closed_until === undefined || closed_until === before) return { books_closed_until: before, books_open_from }
  const open_from = closed_until === null ? null : endOfDate(time_zone, closed_until)
  // What began on the day may still be under way, and counts from when it began.
  if (open_from !== null && open_from.getTime() > now.getTime() - writtenForGoodMs) {
    const detail = 'The day is not over, or has been for less than ten minutes: close an earlier one.'
    throw fieldProblem('day_not_over', '/books_closed_until', detail)
  }
  const opens = before !== null && (closed_until === null || closed_until < before)
  if (opens && reason === undefined) {
    const detail = 'is needed when books are opened again: say why'
    throw fieldProblem('invalid_request', '/books_closed_reason', detail)
  }
  await lockBooks(connection, environment.id)
  await connection.query({
    name: 'insert-books-closing',
    text: `insert into books_closing (id, environment_id, closed_until, open_from, reason, actor, changed_at)
      values ($1, $2, $3, $4, $5, $6, $7)`,
    values: [newId(randomBucket(), now.getTime()), environment.id, closed_until, open_from, reason ?? null, actor, now],
  })
  return { books_closed_until: closed_until, books_open_from: open_from }
}
