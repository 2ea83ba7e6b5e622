import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyReply } from '../../api/fastify.ts'
import type { Voice } from '../../html/language/voice.ts'
import { pdfTurns, rowsAtATime } from '../receipts/pdf.ts'
import {
  closeSheet,
  colors,
  contentWidth,
  makeRoom,
  note,
  openSheet,
  paragraph,
  row,
  rowHeight,
  type Sheet,
} from '../receipts/sheet.ts'
import type { Days } from './days.ts'
import type { CurrencySection, StatementView } from './view.ts'

const termWidth = 160
const dateWidth = 92
const amountWidth = 105
const gap = 8
const size = 9.5

/**
 * Makes the PDF of a statement: A4, tagged, all movements that the view has. The same statement gives the same bytes. It does not say the
 * address of its page, which opens more than a statement that is passed on should. Throws `overloaded` where too many are being made.
 */
export function makeStatementPdf(view: StatementView, { to }: Days, voice: Voice): Promise<Buffer> {
  const { statement, document } = voice.text
  return pdfTurns.take(async () => {
    const sheet = openSheet({
      title: `${statement.title} – ${view.merchant}`,
      author: view.merchant,
      date: new Date(`${to}T00:00:00Z`),
      language: voice.language,
    })
    if (view.test) note(sheet, [voice.text.shell.testBanner], colors.notice, colors.notice_tint)
    paragraph(sheet, 'P', { text: view.merchant, bold: true, size: 14 }, 14)
    paragraph(sheet, 'H1', { text: statement.title, bold: true, size: 22 }, 10)
    paragraph(sheet, 'P', { text: view.days, color: colors.soft }, 14)
    drawPairs(sheet, view.facts)
    if (view.sections.length === 0) paragraph(sheet, 'P', { text: statement.none }, 14)
    for (const section of view.sections) await drawSection(sheet, section, view.sections.length > 1, voice)
    for (const one of view.held) note(sheet, [one], colors.ink, colors.tint)
    return closeSheet(
      sheet,
      (page, pages) => `${statement.title}   ·   ${view.days}   ·   ${document.page(page, pages)}`,
    )
  })
}

function drawPairs(sheet: Sheet, pairs: readonly (readonly [string, string])[]): void {
  if (pairs.length === 0) return
  const table = sheet.doc.struct('Table')
  sheet.root.add(table)
  for (const [term, value] of pairs) {
    const cells = [
      { text: term, width: termWidth - gap, color: colors.soft, header: true },
      { text: value, at: termWidth, width: contentWidth - termWidth },
    ]
    makeRoom(sheet, rowHeight(sheet, cells))
    row(sheet, table, cells)
  }
  table.end()
  sheet.y += 18
}

async function drawSection(sheet: Sheet, section: CurrencySection, several: boolean, voice: Voice): Promise<void> {
  const { statement } = voice.text
  makeRoom(sheet, 120)
  if (several) paragraph(sheet, 'H2', { text: section.currency, bold: true, size: 14 })
  drawPairs(sheet, section.sums)
  if (section.lines.length === 0) paragraph(sheet, 'P', { text: statement.none }, 14)
  else await drawLines(sheet, section, voice)
  if (section.ages.length === 0) return
  makeRoom(sheet, 160)
  paragraph(sheet, 'H2', { text: statement.overdue, bold: true, size: 12 })
  drawPairs(sheet, section.ages)
}

/** The movements, in steps, so that payments are not held up by a long statement. */
async function drawLines(sheet: Sheet, { lines }: CurrencySection, voice: Voice): Promise<void> {
  const { statement, document } = voice.text
  const { date, what, balance } = statement.column
  const table = sheet.doc.struct('Table')
  sheet.root.add(table)
  const head = () =>
    row(
      sheet,
      table,
      columns([date, what, document.amount, balance]).map((cell) => ({ ...cell, bold: true, header: true })),
    )
  makeRoom(sheet, 60)
  head()
  for (const [index, one] of lines.entries()) {
    if (index % rowsAtATime === rowsAtATime - 1) await nextTurn()
    const cells = columns([one.date, one.of === '' ? one.what : `${one.what} · ${one.of}`, one.amount, one.balance])
    if (makeRoom(sheet, rowHeight(sheet, cells))) head()
    row(sheet, table, cells)
  }
  table.end()
  sheet.y += 18
}

function columns([date = '', what = '', amount = '', balance = '']: string[]) {
  const amountAt = contentWidth - 2 * amountWidth
  return [
    { text: date, width: dateWidth - gap, size },
    { text: what, at: dateWidth, width: amountAt - dateWidth, size },
    { text: amount, at: amountAt + gap, width: amountWidth - gap, right: true, size },
    { text: balance, at: amountAt + amountWidth + gap, width: amountWidth - gap, right: true, size },
  ]
}

/** Sends the PDF of a statement, which no cache may keep. */
export function sendStatementPdf(reply: FastifyReply, { from, to }: Days, pdf: Buffer): FastifyReply {
  return reply
    .headers({
      'content-type': 'application/pdf',
      'content-disposition': `inline; filename="statement-${from}-${to}.pdf"`,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex',
    })
    .send(pdf)
}
