import { hiddenFields } from '../../html/field.ts'
import { type Html, html } from '../../html/html.ts'
import type { Voice } from '../../html/language/voice.ts'
import { money } from '../../html/money.ts'
import type { CreditOffer } from './offer.ts'

/** What of the credit of a page was used by the form that led to it; `none` where something had changed. */
export type CreditUsed = { amount: bigint; currency: string } | 'none'

/** What became of the credit that a payer wanted to use. */
export function creditUsedNote(used: CreditUsed, voice: Voice): Html {
  const text = voice.text.owed
  if (used === 'none') return html`<div class="note" role="alert"><p>${text.creditNotUsed}</p></div>\n`
  const { amount, currency } = used
  return html`<div class="note" role="status"><p>${text.creditUsed(money(amount, currency, voice))}</p></div>\n`
}

/** The form that uses credit. It has no script, and is one set-off however often it is sent. */
export function creditForm(
  { amount, currency }: CreditOffer,
  fields: readonly (readonly [string, string])[],
  path: string,
  voice: Voice,
): Html {
  return html`<form method="post" action="${path}" novalidate>
${hiddenFields(fields)}<button type="submit" class="other">${voice.text.owed.useCredit(money(amount, currency, voice))}</button>
</form>`
}
