import { Readable } from 'node:stream'
import { acceptWeights } from '../api/accept.ts'
import type { FastifyReply } from '../api/fastify.ts'
import type { AppContext } from '../context.ts'
import { Problem } from '../core/problem.ts'
import { csvLine, type ReportCell } from './csv.ts'
import type { RowPages } from './snapshot.ts'

/** A report: what is said of it as a whole, and its rows, as they are read. */
export type Report<Row> = {
  head: Readonly<Record<string, string>>
  /** The members of its rows, in the order of the columns. */
  columns: readonly string[]
  pages: RowPages<Row>
  render(row: Row): RenderedRow
}

const busy = 'Two reports are being made already.'

/**
 * Makes a report and sends it as it is read, as JSON or CSV. Two are made at a time in a process, until their last byte was sent; whoever
 * comes besides gets `overloaded`. What fails before the first row is a problem; behind it the answer breaks off, which its reader sees.
 */
export async function sendReport<Row>(
  { reports }: Pick<AppContext, 'reports'>,
  reply: FastifyReply,
  open: () => Report<Row> | Promise<Report<Row>>,
): Promise<FastifyReply> {
  if (reports.running.free === 0) throw new Problem('overloaded', busy, { retry_after_s: 5 })
  const ended = Promise.withResolvers<void>()
  void reports.running.run(() => ended.promise)
  let pages: RowPages<Row> | undefined
  const end = async () => {
    await pages?.return(undefined).catch(() => {})
    ended.resolve()
  }
  try {
    const report = await open()
    pages = report.pages
    const first = await report.pages.next()
    const rendered = first.done ? [] : first.value.map(report.render)
    const csv = prefersCsv(reply.request.headers.accept)
    const text = csv ? csvOf(report, rendered) : jsonOf(report, rendered)
    const stream = Readable.from(text)
    // Also where its reader has left before the first byte: then nobody has begun to read `text`, whose end would end the pages.
    stream.once('close', end)
    return reply
      .header('content-type', csv ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8')
      .send(stream)
  } catch (error) {
    await end()
    throw error
  }
}

function prefersCsv(accept: string | undefined): boolean {
  const weights = acceptWeights(accept)
  return (weights.get('text/csv') ?? 0) > (weights.get('application/json') ?? 0)
}

type RenderedRow = Readonly<Record<string, ReportCell>>

async function* jsonOf<Row>(report: Report<Row>, first: RenderedRow[]): AsyncGenerator<string> {
  yield `${JSON.stringify(report.head).slice(0, -1)},"data":[`
  let separator = ''
  for await (const rows of renderedPages(report, first)) {
    if (rows.length === 0) continue
    yield separator + rows.map((row) => JSON.stringify(row)).join(',')
    separator = ','
  }
  yield ']}'
}

async function* csvOf<Row>(report: Report<Row>, first: RenderedRow[]): AsyncGenerator<string> {
  yield csvLine(report.columns)
  for await (const rows of renderedPages(report, first)) {
    if (rows.length > 0) yield rows.map((row) => csvLine(report.columns.map((name) => row[name]))).join('')
  }
}

async function* renderedPages<Row>(
  { pages, render }: Report<Row>,
  first: RenderedRow[],
): AsyncGenerator<RenderedRow[]> {
  yield first
  for await (const rows of pages) yield rows.map(render)
}
