import { errorSummary, textField } from '../../../html/field.ts'
import { html } from '../../../html/html.ts'
import { simulatorVoice } from '../../../html/language/voice.ts'
import type { Page } from '../../../html/layout.ts'
import { money } from '../../../html/money.ts'
import { type CardFaults, simulatorCards } from './cards.ts'
import type { SimulatorCharge } from './charge.ts'
import { chargeHeading, simulatorPage, waysToPay } from './frame.ts'

/** The card form. The card number and security code that were typed are never shown again. */
export function cardPage(charge: SimulatorCharge, returnUrl: string, faults: CardFaults = {}, expiry = ''): Page {
  const list = Object.entries(faults).map(([name, detail]) => ({ name, detail }))
  return simulatorPage(
    charge,
    list.length > 0 ? 'Error: card payment' : 'Card payment',
    html`${charge.capture_method === null && waysToPay('card')}<section class="card">
${chargeHeading('Card payment', charge)}
${errorSummary(list, simulatorVoice)}<form method="post" data-payment-step novalidate>
${textField({ name: 'card_number', label: 'Card number', inputmode: 'numeric', autocomplete: 'cc-number', error: faults.card_number })}
<div class="row">
${textField({ name: 'expiry', label: 'Expiry date', hint: 'MM/YY', value: expiry, inputmode: 'numeric', autocomplete: 'cc-exp', error: faults.expiry })}
${textField({ name: 'cvc', label: 'Security code', hint: 'CVC, 3 or 4 digits', inputmode: 'numeric', autocomplete: 'cc-csc', error: faults.cvc })}
</div>
<button type="submit">Pay ${money(charge.amount, charge.currency, simulatorVoice)}</button>
</form>
<p class="more"><a href="${returnUrl}">Go back without paying</a></p>
</section>
<section class="card">${cardList}</section>`,
  )
}

/** The page that stands in for the bank’s own check that it is the cardholder who pays (3-D Secure). */
export function challengePage(charge: SimulatorCharge): Page {
  return simulatorPage(
    charge,
    'Confirm the payment',
    html`<section class="card">
${chargeHeading('Your bank asks: do you want to pay this?', charge)}
<dl><div><dt>To</dt><dd>${charge.merchant_name}</dd></div>${
      charge.card?.type === 'card' && html`<div><dt>Card</dt><dd>•••• ${charge.card.card.last4}</dd></div>`
    }</dl>
<form method="post" data-payment-step>
<button type="submit" name="decision" value="approve">Approve</button>
<button type="submit" name="decision" value="refuse">Refuse</button>
</form>
</section>`,
  )
}

/** The page of a charge that can no longer be paid. */
export function expiredPage(charge: SimulatorCharge, returnUrl: string): Page {
  return simulatorPage(
    charge,
    'This payment has expired',
    html`<section class="card"><h1>This payment has expired</h1>
<p>It was open for too long. Nothing was charged.</p>
<p class="more"><a href="${returnUrl}">Go back and start again</a></p></section>`,
  )
}

const cardList = html`<details><summary>Cards that this simulator knows</summary>
<ul class="split">${simulatorCards.map(
  ({ number, does }) =>
    html`<li><span class="what">${number.replaceAll(/(\d{4})(?=\d)/g, '$1 ')} <small>${does}</small></span></li>`,
)}</ul>
<p class="hint">Any month to come and any security code will do.</p></details>`
