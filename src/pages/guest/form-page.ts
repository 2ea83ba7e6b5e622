import { errorSummary, textField } from '../../html/field.ts'
import { html } from '../../html/html.ts'
import type { Page } from '../../html/layout.ts'
import { guestPath } from '../../merchant/settings/guest-lookup.ts'
import { factLabel } from './facts.ts'
import type { GuestEnvironment } from './store.ts'

/** What was typed as the reference, and what is wrong. */
export type GuestFault = { reference: string; detail: string }

/** The form by which a payer without a link finds what is owed. What was typed as the second fact is not shown again. */
export function guestPage(
  { merchant_name, merchant_slug, mode, face, logo, guest_lookup }: GuestEnvironment,
  fault?: GuestFault,
): Page {
  return {
    title: `${fault ? 'Error: ' : ''}See what you owe – ${merchant_name}`,
    merchant: merchant_name,
    face: { ...face, logo },
    test: mode === 'test',
    content: html`<section class="card"><h1>See what you owe</h1>
${errorSummary(fault ? [{ name: 'reference', detail: fault.detail }] : [])}<form method="post" action="${guestPath(merchant_slug, mode)}" novalidate>
${textField({
  name: 'reference',
  label: 'Bill, account or customer number',
  hint: 'As it stands on your bill.',
  value: fault?.reference,
  inputmode: 'text',
  autocomplete: 'off',
})}
${textField({
  name: 'fact',
  label: factLabel(guest_lookup.second_fact),
  hint: `As ${merchant_name} knows it.`,
  inputmode: guest_lookup.second_fact === 'phone_last4' ? 'numeric' : 'text',
  autocomplete: guest_lookup.second_fact === 'email' ? 'email' : 'off',
})}
<button type="submit">Show what I owe</button>
</form></section>`,
  }
}
