import { ownDirection } from '../../html/direction.ts'
import { html } from '../../html/html.ts'
import type { Voice } from '../../html/language/voice.ts'
import type { Mail } from '../../net/mailer.ts'
import type { ReceiptMessage } from '../../payments/receipt/messages.ts'
import type { StoredReceipt } from '../../payments/receipt/store.ts'
import type { ReceiptView } from './view.ts'

/** What a message is made of. */
export type MessageParts = {
  receipt: StoredReceipt
  view: ReceiptView
  voice: Voice
  url: string
  /** Undefined where it cannot be one. */
  pdf: Mail['attachment']
  domain: string
}

/**
 * The message that takes a receipt to an address. Of one receipt and one address it is always the same, by its id, so that a mail
 * program shows it once even if it was sent twice.
 */
export function receiptMail(
  { receipt, view, voice, url, pdf, domain }: MessageParts,
  { address_hash, requested_at }: ReceiptMessage,
  to: string,
): Mail {
  return {
    from_name: view.merchant,
    reply_to: receipt.facts.merchant.email ?? undefined,
    to,
    subject: voice.text.document.message.subject(ownDirection(view.merchant, voice), view.amount),
    text: textOf(view, url, voice),
    html: htmlOf(view, url, voice),
    language: voice.language,
    message_id: `<receipt.${address_hash}@${domain}>`,
    date: requested_at,
    attachment: pdf,
  }
}

function textOf(view: ReceiptView, url: string, voice: Voice): string {
  const { lines, facts, not_needed, since } = view
  const words = voice.text.document
  const own = (name: string) => ownDirection(name, voice)
  const parts = [
    [view.test && words.test, words.message.thanks(own(view.merchant)), view.amount],
    not_needed,
    lines.map(({ name, note, amount }) => `${amount}  ${own(name)}${note && ` (${note})`}`),
    since.length > 0 && [words.since.heading, ...since],
    facts.map(([term, value]) => `${term}: ${own(value)}`),
    [words.message.atAddress, url],
    [words.message.notAsked],
  ]
  const blocks = parts.filter((part) => part !== false && part.length > 0) as (string | false)[][]
  return `${blocks.map((part) => part.filter(Boolean).join('\n')).join('\n\n')}\n`
}

const cell = 'padding:6px 0;padding-inline-end:12px;border-bottom:1px solid #d7dce2;vertical-align:top'

function htmlOf(view: ReceiptView, url: string, voice: Voice): string {
  const { lines, facts, not_needed, since } = view
  const words = voice.text.document
  const own = (name: string) => ownDirection(name, voice)
  const rows = [
    ...lines.map(
      ({ name, note, amount }) => [`${own(name)}${note && `${voice.text.shell.comma}${note}`}`, amount] as const,
    ),
    ...facts,
  ]
  return html`<!doctype html>
<html lang="${voice.language}" dir="${voice.direction}"><head><meta charset="utf-8"><title>${words.title(view.merchant)}</title></head>
<body style="font:16px/1.5 sans-serif;color:#16202c;max-width:36em">
${view.test && html`<p style="color:#5c4300"><strong>${words.test}</strong></p>`}
<p>${words.message.thanks(own(view.merchant))}</p>
<p style="font-size:24px"><strong>${view.amount}</strong></p>
${not_needed.map((one) => html`<p style="color:#5c4300">${one}</p>`)}
<table style="border-collapse:collapse">${rows.map(([left, right]) => html`<tr><td style="${cell}">${left}</td><td style="${cell}">${own(right)}</td></tr>\n`)}</table>
${since.length > 0 && html`<p><strong>${words.since.heading}</strong></p>${since.map((one) => html`<p>${one}</p>`)}`}
<p>${words.message.atAddress}<br><a href="${url}">${url}</a></p>
<p style="color:#52606f">${words.message.notAsked}</p>
</body></html>
`.toString()
}
