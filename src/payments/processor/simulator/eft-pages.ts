import { errorSummary, hiddenFields, textField } from '../../../html/field.ts'
import { html } from '../../../html/html.ts'
import { simulatorVoice } from '../../../html/language/voice.ts'
import type { Page } from '../../../html/layout.ts'
import { type BankChoice, simulatedBanks } from './banks.ts'
import type { SimulatorCharge } from './charge.ts'
import { chargeHeading, simulatorPage, waysToPay } from './frame.ts'

/** The list of banks to pay from. It only leads on: nothing is written before the bank's own page. */
export function bankListPage(charge: SimulatorCharge, returnUrl: string, delayFault?: string): Page {
  return simulatorPage(
    charge,
    delayFault === undefined ? 'Instant EFT' : 'Error: instant EFT',
    html`${waysToPay('instant_eft')}<section class="card">
${chargeHeading('Instant EFT', charge)}
${errorSummary(delayFault === undefined ? [] : [{ name: 'delay_s', detail: delayFault }], simulatorVoice)}<form method="get" data-payment-step novalidate>
${hiddenFields([['method', 'instant_eft']])}${textField({
  name: 'delay_s',
  label: 'How long a pending bank waits',
  hint: 'Seconds, from 0 to 86400',
  value: '3',
  error: delayFault,
  inputmode: 'numeric',
  autocomplete: 'off',
})}
${simulatedBanks.map(({ id, name, does }) => html`<button type="submit" name="bank" value="${id}">${name}: ${does}</button>\n`)}</form>
<p class="more"><a href="${returnUrl}">Go back without paying</a></p>
</section>`,
  )
}

/** The page of a bank, where its customer approves the payment or refuses it. */
export function bankPage(charge: SimulatorCharge, { bank, delay_s }: BankChoice): Page {
  return simulatorPage(
    charge,
    bank.name,
    html`<section class="card">
${chargeHeading(`${bank.name} asks: do you want to pay this?`, charge)}
<dl><div><dt>To</dt><dd>${charge.merchant_name}</dd></div><div><dt>This bank</dt><dd>${bank.does}</dd></div></dl>
<form method="post" data-payment-step>
${hiddenFields([
  ['method', 'instant_eft'],
  ['bank', bank.id],
  ['delay_s', String(delay_s)],
])}<button type="submit" name="decision" value="approve">Approve</button>
<button type="submit" name="decision" value="refuse">Refuse</button>
</form>
<p class="more"><a href="?method=instant_eft">Choose another bank</a></p>
</section>`,
  )
}
