import { hiddenFields, textField } from '../../html/field.ts'
import { type Html, html } from '../../html/html.ts'
import { askedParameter } from '../../html/language/choose.ts'
import type { Voice } from '../../html/language/voice.ts'
import type { Page } from '../../html/layout.ts'
import type { StoredReceipt } from '../../payments/receipt/store.ts'
import type { ReceiptView } from './view.ts'

/** How a receipt can be sent from its page: what was typed and what came of it. */
export type SendForm = { path: string; typed?: string; error?: string; done?: string }

/** What the page of a receipt is made of. */
export type ReceiptPage = {
  receipt: StoredReceipt
  view: ReceiptView
  voice: Voice
  /** Where its PDF is; `undefined` where it can only be printed. */
  pdf: string | undefined
  /** `undefined` where it cannot be sent. */
  send: SendForm | undefined
}

/** The page of a receipt: all that was written with the money, and below, marked, what has become of it since. */
export function receiptPage({ receipt, view, voice, pdf, send }: ReceiptPage): Page {
  const { merchant } = receipt.facts
  const { used, taken_back, amount } = view
  const { receipt: shared, document: words } = voice.text
  return {
    voice,
    query: '',
    title: words.title(view.merchant),
    merchant: view.merchant,
    face: { ...contactOf(merchant), ...receipt.face, logo: receipt.logo },
    test: view.test,
    content: html`<section class="card"><h1>${words.receipt}</h1>
<p class="status ${used && !taken_back ? 'good' : 'amber'}" data-receipt>${taken_back ? `! ${shared.paidAndTakenBack}` : used ? `✓ ${shared.paid}` : `! ${shared.unneeded}`}</p>
<p><small>${used ? words.youPaid : shared.weReceived}</small><br><strong class="money">${amount}</strong></p>
${notes(view)}<ul class="split">${view.lines.map(
      ({ name, note, amount }) =>
        html`<li><span class="what"><bdi>${name}</bdi> <small>${note}</small></span><span class="money">${amount}</span></li>\n`,
    )}</ul>
${sinceThen(view, voice)}<dl>${view.facts.map(([term, value]) => html`<div><dt>${term}</dt><dd><bdi>${value}</bdi></dd></div>`)}</dl>
${
  pdf === undefined
    ? html`<p class="no-print">${words.print}</p>`
    : html`<p class="no-print"><a class="button" href="${pdf}">${words.save}</a></p>`
}
</section>
${send && sendCard(send, voice)}`,
    footer: html`<span class="no-print">${words.keep}</span>`,
  }
}

function contactOf({ name: _, ...merchant }: StoredReceipt['facts']['merchant']) {
  return Object.fromEntries(Object.entries(merchant).filter(([, value]) => value !== null))
}

function notes({ not_needed: [first, ...rest] }: ReceiptView): Html | undefined {
  if (first === undefined) return undefined
  return html`<div class="note amber"><p><strong>${first}</strong></p>${rest.map((one) => html`<p>${one}</p>`)}</div>\n`
}

function sinceThen({ since, taken_back }: ReceiptView, { text }: Voice): Html | undefined {
  if (since.length === 0) return undefined
  return html`<div class="note${taken_back && ' amber'}"><p><strong>${text.document.since.heading}</strong></p>${since.map((one) => html`<p>${one}</p>`)}</div>\n`
}

function sendCard({ path, typed, error, done }: SendForm, voice: Voice): Html {
  if (done !== undefined) return html`<section class="card no-print"><p role="status">${done}</p></section>`
  const { document, lookUp } = voice.text
  const { heading, hint, button } = document.send
  const field = textField({
    name: 'email',
    label: lookUp.facts.email,
    value: typed,
    hint,
    error,
    inputmode: 'email',
    autocomplete: 'email',
  })
  return html`<section class="card no-print"><h2>${heading}</h2>
<form method="post" action="${path}">${hiddenFields(Object.entries(askedParameter(voice)))}${field}<button type="submit">${button}</button></form></section>`
}
