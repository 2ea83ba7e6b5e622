import { html } from '../../html/html.ts'
import type { Mail } from '../../net/mailer.ts'
import type { ReceiptMessage } from '../../payments/receipt/messages.ts'
import type { StoredReceipt } from '../../payments/receipt/store.ts'
import type { ReceiptView } from './view.ts'
import { receiptWords as words } from './words.ts'

/** What a message is made of. */
export type MessageParts = {
  receipt: StoredReceipt
  view: ReceiptView
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
  { receipt, view, url, pdf, domain }: MessageParts,
  { address_hash, requested_at }: ReceiptMessage,
  to: string,
): Mail {
  return {
    from_name: view.merchant,
    reply_to: receipt.facts.merchant.email ?? undefined,
    to,
    subject: words.subject(view.merchant, view.amount),
    text: textOf(view, url),
    html: htmlOf(view, url),
    language: words.language,
    message_id: `<receipt.${address_hash}@${domain}>`,
    date: requested_at,
    attachment: pdf,
  }
}

function textOf(view: ReceiptView, url: string): string {
  const { lines, facts, not_needed, since } = view
  const parts = [
    [view.test && words.test, words.thanks(view.merchant), view.amount],
    not_needed,
    lines.map(({ name, note, amount }) => `${amount}  ${name}${note && ` (${note})`}`),
    since.length > 0 && [words.sinceThen, ...since],
    facts.map(([term, value]) => `${term}: ${value}`),
    [words.atAddress, url],
    [words.notAsked],
  ]
  const blocks = parts.filter((part) => part !== false && part.length > 0) as (string | false)[][]
  return `${blocks.map((part) => part.filter(Boolean).join('\n')).join('\n\n')}\n`
}

const cell = 'padding:6px 12px 6px 0;border-bottom:1px solid #d7dce2;vertical-align:top'

function htmlOf(view: ReceiptView, url: string): string {
  const { lines, facts, not_needed, since } = view
  const rows = [...lines.map(({ name, note, amount }) => [`${name}${note && `, ${note}`}`, amount] as const), ...facts]
  return html`<!doctype html>
<html lang="${words.language}"><head><meta charset="utf-8"><title>${words.titleOf(view.merchant)}</title></head>
<body style="font:16px/1.5 sans-serif;color:#16202c;max-width:36em">
${view.test && html`<p style="color:#5c4300"><strong>${words.test}</strong></p>`}
<p>${words.thanks(view.merchant)}</p>
<p style="font-size:24px"><strong>${view.amount}</strong></p>
${not_needed.map((one) => html`<p style="color:#5c4300">${one}</p>`)}
<table style="border-collapse:collapse">${rows.map(([left, right]) => html`<tr><td style="${cell}">${left}</td><td style="${cell}">${right}</td></tr>\n`)}</table>
${since.length > 0 && html`<p><strong>${words.sinceThen}</strong></p>${since.map((one) => html`<p>${one}</p>`)}`}
<p>${words.atAddress}<br><a href="${url}">${url}</a></p>
<p style="color:#52606f">${words.notAsked}</p>
</body></html>
`.toString()
}
