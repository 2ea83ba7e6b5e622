import { errorSummary, hiddenFields, textField } from '../../html/field.ts'
import { html } from '../../html/html.ts'
import { askedParameter } from '../../html/language/choose.ts'
import type { Voice } from '../../html/language/voice.ts'
import type { Page } from '../../html/layout.ts'
import { guestPath } from '../../merchant/settings/guest-lookup.ts'
import { factLabel } from './facts.ts'
import type { GuestEnvironment } from './store.ts'

/** What was typed as the reference, and what is wrong. */
export type GuestFault = { reference: string; detail: string }

/** The form by which a payer without a link finds what is owed. What was typed as the second fact is not shown again. */
export function guestPage(
  { merchant_name, merchant_slug, mode, face, logo, guest_lookup }: GuestEnvironment,
  voice: Voice,
  fault?: GuestFault,
): Page {
  const text = voice.text.lookUp
  const title = text.title(merchant_name)
  return {
    voice,
    query: '',
    title: fault ? voice.text.owed.titles.error(title) : title,
    merchant: merchant_name,
    face: { ...face, logo },
    test: mode === 'test',
    content: html`<section class="card"><h1>${text.heading}</h1>
${errorSummary(fault ? [{ name: 'reference', detail: fault.detail }] : [], voice)}<form method="post" action="${guestPath(merchant_slug, mode)}" novalidate>
${hiddenFields(Object.entries(askedParameter(voice)))}${textField({
  name: 'reference',
  label: text.number,
  hint: text.asOnBill,
  value: fault?.reference,
  inputmode: 'text',
  autocomplete: 'off',
})}
${textField({
  name: 'fact',
  label: factLabel(guest_lookup.second_fact, voice),
  hint: text.asKnown(merchant_name),
  inputmode: guest_lookup.second_fact === 'phone_last4' ? 'numeric' : 'text',
  autocomplete: guest_lookup.second_fact === 'email' ? 'email' : 'off',
})}
<button type="submit">${text.show}</button>
</form></section>`,
  }
}
