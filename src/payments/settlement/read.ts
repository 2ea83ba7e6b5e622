import type { AppContext } from '../../context.ts'
import type { Actor } from '../../core/actor.ts'
import { earlierOf, laterOf } from '../../core/clock.ts'
import { formatId } from '../../core/id/id.ts'
import { transaction } from '../../database/transaction.ts'
import type { ChangeContext } from '../../ledger/change.ts'
import { bookLines, rematchLines } from '../../ledger/settlements/book-lines.ts'
import { SettlementContradiction } from '../../ledger/settlements/progress.ts'
import { recordSettlement } from '../../ledger/settlements/record-settlement.ts'
import type { SettlementRow } from '../../ledger/settlements/settlement-row.ts'
import { ProcessorFault } from '../processor/fault.ts'
import type { SettlementSource } from '../processor/processor.ts'
import { processorNamed } from '../processor/registry.ts'
import { checkLines, checkSettlement } from './check.ts'
import { listReading, oldestUnsettled, type Reader } from './store.ts'

/** What reading settlements needs. */
export type SettlementApp = Pick<
  AppContext,
  'pool' | 'clock' | 'vault' | 'publicUrl' | 'processorClient' | 'eventsCommitted' | 'log'
>

/** Who reads: the job, or a request that settles in a test. */
export type ReadCause = { request_id: string; actor: Actor }

const dayMs = 86_400_000
// A settlement that was paid may fail for some days.
const overlapMs = 14 * dayMs
// What is unsettled for longer is told of by people.
const backMs = 90 * dayMs
const listPagesMax = 100
// A page is a call of the processor and a transaction.
const linePagesMax = 200
const readingMax = 200
const linesMax = 200_000

/**
 * Reads the settlements of a processor, and the lines of those that are not read yet: each page is asked for outside any transaction and
 * booked in one. What was read before books nothing. Returns whether more is left for the next time. Throws a `ProcessorFault`.
 */
export async function readSettlements(
  app: SettlementApp,
  reader: Reader,
  cause: ReadCause,
  stopping?: AbortSignal,
): Promise<{ read_until: Date; has_more: boolean } | undefined> {
  const to = app.clock.now()
  const environment = { id: reader.environment_id, mode: reader.mode }
  const processor = await processorNamed(app, environment, reader.processor)
  const source = processor?.settlements
  if (!source) return undefined
  const run: Run = { app, reader, source, cause, pages_left: linePagesMax, stopping }
  await listAll(run, await beginningOf(app, reader, to), to)
  for (const settlement of await listReading(app.pool, reader, readingMax)) await readLines(run, settlement)
  await transaction(app.pool, (connection) => rematchLines(connection, contextOf(run), reader))
  return { read_until: to, has_more: run.pages_left === 0 }
}

type Run = {
  app: SettlementApp
  reader: Reader
  source: SettlementSource
  cause: ReadCause
  pages_left: number
  stopping: AbortSignal | undefined
}

function contextOf({ app, reader, cause }: Run): ChangeContext {
  return { environment: { id: reader.environment_id, mode: reader.mode }, now: app.clock.now(), ...cause }
}

/** From when settlements are looked at again: those that may have changed since. */
async function beginningOf({ pool }: SettlementApp, reader: Reader, now: Date): Promise<Date> {
  const earliest = new Date(now.getTime() - backMs)
  if (reader.read_until === null) return earliest
  const overlap = new Date(reader.read_until.getTime() - overlapMs)
  const unsettled = (await oldestUnsettled(pool, reader)) ?? overlap
  return laterOf(earliest, earlierOf(overlap, unsettled))
}

async function listAll(run: Run, from: Date, to: Date): Promise<void> {
  const { app, source } = run
  let after: string | undefined
  for (let pages = 0; pages < listPagesMax; pages++) {
    const page = await source.list(from, to, after)
    for (const told of page.items) {
      await apart(run, told.reference, async () => {
        checkSettlement(told)
        await transaction(app.pool, (connection) => recordSettlement(connection, contextOf(run), run.reader, told))
      })
    }
    app.eventsCommitted()
    if (page.next === undefined) return
    after = page.next
  }
  throw new ProcessorFault('refused', 'a processor lists more settlements than can be')
}

async function readLines(run: Run, settlement: SettlementRow): Promise<void> {
  let row: SettlementRow | undefined = settlement
  await apart(run, settlement.reference, async () => {
    while (row?.lines === 'reading' && run.pages_left > 0 && !run.stopping?.aborted) {
      if (row.line_count >= linesMax) throw new ProcessorFault('refused', 'a settlement has more lines than can be')
      run.pages_left -= 1
      row = await readPage(run, row)
    }
  })
}

async function readPage(run: Run, row: SettlementRow): Promise<SettlementRow | undefined> {
  const { app, source } = run
  const after = row.lines_cursor ?? undefined
  const page = await source.lines(row.reference, after)
  checkLines(page, after, row.currency)
  const booked = await transaction(app.pool, (connection) => bookLines(connection, contextOf(run), row, page))
  if (booked === undefined) return undefined
  const { settlement, other_currency } = booked
  if (other_currency > 0) {
    app.log.error(
      factsOf(settlement, { lines: other_currency }),
      'lines of a settlement are in another currency than their payments',
    )
  }
  const unexplained = settlement.amount - settlement.line_gross + settlement.line_fee
  if (settlement.lines === 'read' && unexplained !== 0n) {
    app.log.warn(
      factsOf(settlement, { unexplained: String(unexplained) }),
      'the lines of a settlement do not come to its amount',
    )
  }
  return settlement
}

function factsOf({ id, processor }: SettlementRow, more: object): object {
  return { settlement_id: formatId('settlement', id), processor, ...more }
}

/** One settlement that makes no sense holds up no other: it is logged each time that it is read, until somebody has looked. */
async function apart({ app, reader }: Run, reference: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const isNonsense =
      error instanceof SettlementContradiction || (error instanceof ProcessorFault && error.kind === 'refused')
    if (!isNonsense) throw error
    app.log.error({ err: error, processor: reader.processor, reference }, 'a settlement cannot be booked')
  }
}
