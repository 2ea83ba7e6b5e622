/** What is used of it: it brings no types. */
declare module 'pdfkit' {
  import type { Readable } from 'node:stream'

  export type TextOptions = { width?: number; align?: 'left' | 'right'; lineGap?: number; lineBreak?: boolean }

  export class StructureElement {
    add(child: StructureElement | (() => void)): this
    end(): this
  }

  class PDFDocument extends Readable {
    constructor(options: {
      size: 'A4'
      margins: { top: number; bottom: number; left: number; right: number }
      pdfVersion: '1.7'
      lang: string
      tagged: true
      displayTitle: true
      bufferPages: true
      font: string
      info: Record<'Title' | 'Author' | 'Producer' | 'Creator', string> & Record<'CreationDate' | 'ModDate', Date>
    })
    y: number
    page: { width: number; height: number }
    font(file: string, size?: number): this
    fontSize(size: number): this
    fillColor(color: string): this
    text(text: string, x: number, y: number, options?: TextOptions): this
    heightOfString(text: string, options?: TextOptions): number
    rect(x: number, y: number, width: number, height: number): this
    fill(color?: string): this
    lineWidth(width: number): this
    moveTo(x: number, y: number): this
    lineTo(x: number, y: number): this
    stroke(color: string): this
    save(): this
    restore(): this
    translate(x: number, y: number): this
    scale(factor: number): this
    addPage(): this
    bufferedPageRange(): { start: number; count: number }
    switchToPage(page: number): this
    markContent(tag: 'Artifact', options: { type: 'Pagination' | 'Layout' }): this
    endMarkedContent(): this
    struct(type: string, options?: { alt?: string } | (() => void), children?: () => void): StructureElement
    addStructure(element: StructureElement): this
    end(): void
  }

  // biome-ignore lint/style/noDefaultExport: that is how it exports it
  export { PDFDocument as default }
}
