import { hiddenFields } from '../../../html/field.ts'
import { html } from '../../../html/html.ts'
import { simulatorVoice } from '../../../html/language/voice.ts'
import type { Page } from '../../../html/layout.ts'
import { money } from '../../../html/money.ts'
import { payableUntil, type SimulatorCharge } from './charge.ts'
import { chargeHeading, simulatorPage, waysToPay } from './frame.ts'
import { shownPaycode } from './paycode.ts'

/** The page of a charge that is paid in cash: the offer of a code, then the code with what to do. */
export function paycodePage(charge: SimulatorCharge, returnUrl: string): Page {
  const { paycode } = charge
  return simulatorPage(
    charge,
    'Paycode',
    html`${waysToPay('paycode')}<section class="card">
${
  paycode === null
    ? html`${chargeHeading('Pay in cash with a code', charge)}
<p>You get a number, and pay it in cash at a simulated till.</p>
<form method="post" data-payment-step>
${hiddenFields([['method', 'paycode']])}<button type="submit" name="paycode" value="get">Get a paycode</button>
</form>`
    : html`<h1><small>Pay it in cash at a simulated till, with this number</small> <span class="money long">${shownPaycode(paycode)}</span></h1>
<p>It is good for ${money(charge.amount, charge.currency, simulatorVoice)}, once, until ${shownUtc(payableUntil(charge))}. It ends when you begin another payment of the same.</p>
<form method="post" data-payment-step>
${hiddenFields([['method', 'paycode']])}<button type="submit" name="paycode" value="pay">Pay ${money(charge.amount, charge.currency, simulatorVoice)} at the simulated till</button>
</form>`
}
<p class="more"><a href="${returnUrl}">${paycode === null ? 'Go back without paying' : 'Go back'}</a></p>
</section>`,
  )
}

function shownUtc(at: Date): string {
  const text = at.toISOString()
  return `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`
}
