import type { BillLine, BillRow } from '../billing/object/rows.ts'
import { type Html, html } from '../html/html.ts'
import type { Voice } from '../html/language/voice.ts'
import { unbroken } from '../html/money.ts'

// More lines than these are folded: what is owed and how to pay it stay on the first screen.
const openLinesMax = 4

/** What a bill is for: its description, its lines, and where the bill itself is. */
export function billParticulars({ description, lines, document_url, currency }: BillRow, voice: Voice): Html {
  return html`${isText(description) && html`<p class="for"><bdi>${description}</bdi></p>\n`}${
    lines && linesTable(lines, currency, voice)
  }${document_url && html`<p class="more"><a href="${document_url}" rel="noopener noreferrer nofollow">${voice.text.owed.seeBill}</a></p>\n`}`
}

/** Whether a text shows anything. */
export function isText(text: string | null): text is string {
  return text !== null && text.trim() !== ''
}

function linesTable(lines: readonly BillLine[], currency: string, voice: Voice): Html {
  // Cells and rows end by themselves in HTML: with 50 of them that is 1 kB of a page that is to stay below 15 kB.
  const table = html`<table class="lines">${lines.map(
    ({ label, amount }) =>
      html`<tr><td><bdi>${label}</bdi><td class="money">${unbroken(BigInt(amount), currency, voice)}\n`,
  )}</table>\n`
  return lines.length > openLinesMax
    ? html`<details><summary>${voice.text.owed.madeOf(lines.length)}</summary>${table}</details>\n`
    : table
}
