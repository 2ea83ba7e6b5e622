import type { FastifyReply } from '../api/fastify.ts'
import { sendInPieces } from '../api/pieces.ts'
import { wantedType } from '../api/wanted-type.ts'
import type { AppContext } from '../context.ts'
import { type CsvCell, csvLine } from '../core/csv.ts'
import { Problem } from '../core/problem.ts'
import type { RowPages } from './snapshot.ts'

/** A value of a report: `undefined` is left out, and an empty cell. An actor is an object of one member. */
export type ReportCell = string | number | Readonly<Record<string, string>> | undefined

type RenderedRow = Readonly<Record<string, ReportCell>>

/** A report: what is said of it as a whole, and its rows, as they are read. */
export type Report<Row> = {
  head: Readonly<Record<string, string>>
  /** The members of its rows, in the order of the columns. */
  columns: readonly string[]
  pages: RowPages<Row>
  render(row: Row): RenderedRow
}

const busy = 'Two reports are being made already.'
// As long as the transaction of a report may take, with a slow reader.
const wholeMs = 300_000

/**
 * Makes a report and sends it as it is read, as JSON or CSV. Two are made at a time in a process, until their last byte was sent; whoever
 * comes besides gets `overloaded`. What fails before the first row is a problem; behind it the answer breaks off, which its reader sees.
 */
export function sendReport<Row>(
  { reports }: Pick<AppContext, 'reports'>,
  reply: FastifyReply,
  open: () => Report<Row> | Promise<Report<Row>>,
): Promise<FastifyReply> {
  if (reports.running.free === 0) throw new Problem('overloaded', busy, { retry_after_s: 5 })
  return reports.running.run(async () => {
    const report = await open()
    try {
      const csv = wantedType(reply, ['application/json', 'text/csv']) === 'text/csv'
      reply.header('content-type', csv ? 'text/csv; charset=utf-8; header=present' : 'application/json; charset=utf-8')
      return await sendInPieces(reply, csv ? csvOf(report) : jsonOf(report), wholeMs)
    } finally {
      // Also where nobody began to read the rows.
      await report.pages.return(undefined).catch(() => {})
    }
  })
}

async function* jsonOf<Row>({ head, pages, render }: Report<Row>): AsyncGenerator<string> {
  let text = `${JSON.stringify(head).slice(0, -1)},"data":[`
  let separator = ''
  for await (const rows of pages) {
    if (rows.length === 0) continue
    yield text + separator + rows.map((row) => JSON.stringify(render(row))).join(',')
    text = ''
    separator = ','
  }
  yield `${text}]}`
}

async function* csvOf<Row>({ columns, pages, render }: Report<Row>): AsyncGenerator<string> {
  let text = csvLine(columns)
  for await (const rows of pages) {
    const rendered = rows.map(render)
    yield text + rendered.map((row) => csvLine(columns.map((name) => cellOf(row[name])))).join('')
    text = ''
  }
  if (text !== '') yield text
}

function cellOf(value: ReportCell): CsvCell {
  if (typeof value !== 'object') return value
  return Object.entries(value)
    .map((pair) => pair.join(':'))
    .join()
}
