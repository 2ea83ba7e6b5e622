import { dateIn } from '../../core/clock.ts'
import { shownTransferCode } from '../../core/transfer-code.ts'
import { type Html, html } from '../../html/html.ts'
import type { Voice } from '../../html/language/voice.ts'
import { money } from '../../html/money.ts'
import { formatDate } from '../dates.ts'

/** A transfer that was announced, as the page of what it is to pay tells of it. `path` is that of its own page, where this one may lead to it. */
export type TransferNote = {
  code: string
  currency: string
  amount: bigint
  announced_at: Date
  path: string | undefined
}

/** What a page says of a transfer that was announced: that it is not here yet, so that it counts as owed. */
export function transferNote(note: TransferNote, timeZone: string, voice: Voice): Html {
  const text = voice.text.transfer
  const date = formatDate(dateIn(timeZone, note.announced_at), voice)
  const code = html`<bdi class="copied">${shownTransferCode(note.code)}</bdi>`
  return html`<div class="note" role="status"><p>${text.noted(money(note.amount, note.currency, voice), code, date)}</p>${
    note.path && html`<p class="more"><a href="${note.path}">${text.seeDetails}</a></p>`
  }</div>\n`
}
