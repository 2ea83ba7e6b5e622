import { fileURLToPath } from 'node:url'
import PDFDocument, { type StructureElement, type TextOptions } from 'pdfkit'
import { setText } from './letters.ts'

const font = (file: string) => fileURLToPath(import.meta.resolve(`@expo-google-fonts/noto-sans/${file}`))
const regular = font('400Regular/NotoSans_400Regular.ttf')
const bold = font('700Bold/NotoSans_700Bold.ttf')

export const colors = {
  ink: '#16202c',
  soft: '#52606f',
  line: '#d7dce2',
  notice: '#5c4300',
  notice_tint: '#fdf3d7',
  tint: '#eaf1f8',
}

// Points, of which A4 is 595 by 842.
const side = 56
const top = 56
const foot = 64
const pageWidth = 595.28
const pageHeight = 841.89
export const contentWidth = pageWidth - 2 * side

/** A text with its place in the width of the content. */
export type Cell = {
  text: string
  at?: number
  width?: number
  size?: number
  bold?: boolean
  color?: string
  right?: boolean
}

/** Paper to write on from top to bottom, with the structure that screen readers read. */
export type Sheet = {
  doc: PDFDocument
  root: StructureElement
  /** Where the next thing is written. */
  y: number
}

/** Opens a sheet. Its dates are those that are given, so that the same content is the same file. */
export function openSheet({
  title,
  author,
  date,
  language,
}: {
  title: string
  author: string
  date: Date
  language: string
}): Sheet {
  const doc = new PDFDocument({
    size: 'A4',
    margins: { top, bottom: 0, left: side, right: side },
    pdfVersion: '1.7',
    lang: language,
    tagged: true,
    displayTitle: true,
    bufferPages: true,
    font: regular,
    info: {
      Title: setText(title),
      Author: setText(author),
      Producer: 'Tallystick',
      Creator: 'Tallystick',
      CreationDate: date,
      ModDate: date,
    },
  })
  const root = doc.struct('Document')
  doc.addStructure(root)
  return { doc, root, y: top }
}

/** Begins a new page where `height` does not fit any more. Says whether it did. */
export function makeRoom(sheet: Sheet, height: number): boolean {
  if (sheet.y + height <= pageHeight - foot || sheet.y === top) return false
  sheet.doc.addPage()
  sheet.y = top
  return true
}

/** How high a text is. */
export function heightOf(sheet: Sheet, cell: Cell): number {
  return prepare(sheet, cell).heightOfString(setText(cell.text), optionsOf(cell))
}

/** Writes a text at the height `y` of the page. */
export function write(sheet: Sheet, cell: Cell, y: number): void {
  prepare(sheet, cell).text(setText(cell.text), side + (cell.at ?? 0), y, optionsOf(cell))
}

function prepare({ doc }: Sheet, { size = 10.5, color = colors.ink, ...cell }: Cell): PDFDocument {
  return doc.font(cell.bold ? bold : regular, size).fillColor(color)
}

function optionsOf({ at = 0, width = contentWidth - at, right }: Cell): TextOptions {
  return { width, align: right ? 'right' : 'left', lineGap: 1 }
}

/** Writes a text as a paragraph or heading of its own, and moves on. */
export function paragraph(sheet: Sheet, type: 'H1' | 'H2' | 'P', cell: Cell, space = 6): void {
  const height = heightOf(sheet, cell)
  makeRoom(sheet, height)
  const { y } = sheet
  sheet.root.add(sheet.doc.struct(type, () => write(sheet, cell, y)))
  sheet.y += height + space
}

/** Writes paragraphs on a tinted ground. */
export function note(sheet: Sheet, texts: readonly string[], color: string, ground: string): void {
  const padding = 10
  const cells = texts.map((text, index) => ({
    text,
    at: padding,
    width: contentWidth - 2 * padding,
    color,
    bold: index === 0,
    size: 10,
  }))
  for (const cell of cells) {
    const height = heightOf(sheet, cell) + padding
    makeRoom(sheet, height)
    artifact(sheet, () => sheet.doc.rect(side, sheet.y, contentWidth, height).fill(ground))
    const y = sheet.y + padding / 2
    sheet.root.add(sheet.doc.struct('P', () => write(sheet, cell, y)))
    sheet.y += height
  }
  sheet.y += 12
}

const rowGap = 8

/** How high a row is. */
export function rowHeight(sheet: Sheet, cells: readonly Cell[]): number {
  return Math.max(...cells.map((cell) => heightOf(sheet, cell))) + rowGap
}

/** A row of a table: each cell is its own element. The row stays on one page, with a line below it. */
export function row(sheet: Sheet, table: StructureElement, cells: readonly (Cell & { header?: boolean })[]): void {
  const height = rowHeight(sheet, cells)
  const { y } = sheet
  const element = sheet.doc.struct('TR')
  table.add(element)
  for (const cell of cells) {
    element.add(sheet.doc.struct(cell.header ? 'TH' : 'TD', () => write(sheet, cell, y + rowGap / 2)))
  }
  element.end()
  sheet.y += height
  artifact(sheet, () =>
    sheet.doc
      .lineWidth(0.5)
      .moveTo(side, sheet.y)
      .lineTo(side + contentWidth, sheet.y)
      .stroke(colors.line),
  )
}

/** Draws what a screen reader leaves out. */
export function artifact({ doc }: Sheet, draw: () => void): void {
  doc.markContent('Artifact', { type: 'Layout' })
  draw()
  doc.endMarkedContent()
}

/** Draws a code of dark modules as a figure, `width` points wide. */
export function code(sheet: Sheet, matrix: readonly (readonly boolean[])[], alt: string, width: number): void {
  const { doc, y } = sheet
  const draw = () => {
    doc
      .save()
      .translate(side, y)
      .scale(width / matrix.length)
    for (const [line, modules] of matrix.entries())
      for (const [x, length] of runsOf(modules)) doc.rect(x, line, length, 1)
    doc.fill('#000').restore()
  }
  sheet.root.add(doc.struct('Figure', { alt }, draw))
}

function runsOf(modules: readonly boolean[]): [x: number, length: number][] {
  const runs: [number, number][] = []
  for (const [x, dark] of modules.entries()) {
    const last = runs.at(-1)
    if (!dark) continue
    if (last && last[0] + last[1] === x) last[1] += 1
    else runs.push([x, 1])
  }
  return runs
}

/** Writes the foot of each page, then gives the bytes. */
export async function closeSheet(sheet: Sheet, footOf: (page: number, pages: number) => string): Promise<Buffer> {
  const { doc, root } = sheet
  const { count } = doc.bufferedPageRange()
  for (let page = 0; page < count; page++) {
    doc.switchToPage(page)
    artifact(sheet, () =>
      write(sheet, { text: footOf(page + 1, count), size: 8.5, color: colors.soft }, pageHeight - foot + 20),
    )
  }
  root.end()
  doc.end()
  const chunks: Buffer[] = []
  for await (const chunk of doc) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
