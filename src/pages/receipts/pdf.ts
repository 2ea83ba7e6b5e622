import { setImmediate as nextTurn } from 'node:timers/promises'
import encodeQR from 'qr'
import { receiptNumber } from '../../core/receipt-address.ts'
import { createTurns } from '../../core/turns.ts'
import type { Voice } from '../../html/language/voice.ts'
import type { StoredReceipt } from '../../payments/receipt/store.ts'
import {
  closeSheet,
  code,
  colors,
  contentWidth,
  makeRoom,
  note,
  openSheet,
  paragraph,
  row,
  rowHeight,
  type Sheet,
  write,
} from './sheet.ts'
import type { ReceiptView } from './view.ts'

/** A document takes 70 ms of a core, one of a thousand lines ten times that. The others wait. */
export const pdfTurns = createTurns({ at_once: 2, waiting_max: 50, wait_ms: 10_000 })
/** How many rows are set before others have their turn. */
export const rowsAtATime = 25

const amountWidth = 150
const termWidth = 120

/**
 * Makes the PDF of a receipt: A4, tagged, with the address of the receipt as a code to scan. The same receipt gives the same bytes
 * while nothing becomes of the money. Throws `overloaded` where too many are being made.
 */
export function makePdf(receipt: StoredReceipt, view: ReceiptView, url: string, voice: Voice): Promise<Buffer> {
  const words = voice.text.document
  return pdfTurns.take(async () => {
    const sheet = openSheet({
      title: words.title(view.merchant),
      author: view.merchant,
      date: new Date(receipt.facts.received_at),
      language: voice.language,
    })
    drawHead(sheet, view, voice)
    drawFacts(sheet, view)
    await drawLines(sheet, view, voice)
    if (view.since.length > 0) {
      const [ink, tint] = view.taken_back ? [colors.notice, colors.notice_tint] : [colors.ink, colors.tint]
      note(sheet, [words.since.heading, ...view.since], ink, tint)
    }
    drawCode(sheet, url, voice)
    const number = `${words.receipt} ${receiptNumber(receipt.payment_id)}`
    return closeSheet(sheet, (page, pages) => `${number}   ·   ${words.page(page, pages)}`)
  })
}

function drawHead(sheet: Sheet, view: ReceiptView, { text }: Voice): void {
  const words = text.document
  const { merchant, used, amount, not_needed } = view
  if (view.test) note(sheet, [words.test], colors.notice, colors.notice_tint)
  paragraph(sheet, 'P', { text: merchant, bold: true, size: 14 }, 14)
  paragraph(sheet, 'H1', { text: words.receipt, bold: true, size: 22 }, 10)
  paragraph(sheet, 'P', { text: used ? words.youPaid : text.receipt.weReceived, color: colors.soft }, 0)
  paragraph(sheet, 'P', { text: amount, bold: true, size: 24 }, 14)
  if (not_needed.length > 0) note(sheet, not_needed, colors.notice, colors.notice_tint)
}

function drawFacts(sheet: Sheet, { facts }: ReceiptView): void {
  const table = sheet.doc.struct('Table')
  sheet.root.add(table)
  for (const [term, value] of facts) {
    row(sheet, table, [
      { text: term, width: termWidth - 10, color: colors.soft, header: true },
      { text: value, at: termWidth, width: contentWidth - termWidth },
    ])
  }
  table.end()
  sheet.y += 20
}

/** The split, in steps, so that payments are not held up by a long one. */
async function drawLines(sheet: Sheet, { lines }: ReceiptView, { text: { document } }: Voice): Promise<void> {
  if (lines.length === 0) return
  const table = sheet.doc.struct('Table')
  sheet.root.add(table)
  const nameWidth = contentWidth - amountWidth - 10
  const amountAt = contentWidth - amountWidth
  const head = () =>
    row(sheet, table, [
      { text: document.line, width: nameWidth, bold: true, header: true },
      { text: document.amount, at: amountAt, width: amountWidth, bold: true, right: true, header: true },
    ])
  makeRoom(sheet, 60)
  head()
  for (const [index, { name, note: about, amount }] of lines.entries()) {
    if (index % rowsAtATime === rowsAtATime - 1) await nextTurn()
    const text = about === '' ? name : `${name}: ${about}`
    const cells = [
      { text, width: nameWidth },
      { text: amount, at: amountAt, width: amountWidth, right: true },
    ]
    if (makeRoom(sheet, rowHeight(sheet, cells))) head()
    row(sheet, table, cells)
  }
  table.end()
  sheet.y += 20
}

function drawCode(sheet: Sheet, url: string, { text }: Voice): void {
  const { verify } = text.document
  const width = 84
  makeRoom(sheet, width + 12)
  const matrix = encodeQR(url, 'raw', { ecc: 'medium', border: 4 })
  code(sheet, matrix, verify, width)
  const { y } = sheet
  sheet.root.add(
    sheet.doc.struct('P', () => {
      write(sheet, { text: verify, at: width + 12, size: 9.5 }, y + 10)
      write(sheet, { text: url, at: width + 12, size: 8.5, color: colors.soft }, y + 26)
    }),
  )
  sheet.y += width
}

/** What a receipt is called as a file, in the letters that every header takes. */
export function pdfName({ payment_id }: Pick<StoredReceipt, 'payment_id'>): string {
  return `Receipt-${receiptNumber(payment_id).replaceAll(' ', '')}.pdf`
}
