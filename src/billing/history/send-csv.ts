import type { FastifyReply } from '../../api/fastify.ts'
import { sendInPieces } from '../../api/pieces.ts'
import { createTurns } from '../../core/turns.ts'
import type { CursorLimits } from '../../database/cursor.ts'
import { statementCsv } from './statement-csv.ts'
import type { StatementRow } from './store.ts'

/** How much of a statement is read at once, and how long the database and a slow reader may take. */
export const csvLimits: CursorLimits = { page_rows: 500, statement_ms: 20_000, whole_ms: 60_000 }
// Each holds one of the twelve connections while it is read.
const turns = createTurns({ at_once: 2, waiting_max: 20, wait_ms: 5_000 })

/** Sends a statement as CSV, read while it is sent. Throws `overloaded` where too many are. */
export function sendStatementCsv(
  reply: FastifyReply,
  pages: () => AsyncIterable<StatementRow[]>,
  { from, to, time_zone }: { from: string; to: string; time_zone: string },
): Promise<FastifyReply> {
  return turns.take(() => {
    reply.headers({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': `attachment; filename="statement-${from}-${to}.csv"`,
    })
    return sendInPieces(reply, statementCsv(pages(), time_zone), csvLimits.whole_ms)
  })
}
