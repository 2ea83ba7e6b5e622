import { type Html, html } from '../../../html/html.ts'
import { simulatorVoice } from '../../../html/language/voice.ts'
import type { Page } from '../../../html/layout.ts'
import { headlineMoney } from '../../../html/money.ts'
import type { SimulatorCharge } from './charge.ts'

const footer = html`This is Tallystick’s simulator, standing in for the page of a payment service. Never enter a real card here.`

/** How a charge can be paid. */
export const chargeMethods = { card: 'Card', instant_eft: 'Instant EFT', paycode: 'Paycode' } as const
export type ChargeMethod = keyof typeof chargeMethods

/** A page of the simulator. */
export function simulatorPage(charge: SimulatorCharge, title: string, content: Html): Page {
  const { merchant_name: merchant } = charge
  return { voice: simulatorVoice, title: `${title} – ${merchant}`, merchant, test: true, content, footer }
}

/** What is asked, and the amount. */
export function chargeHeading(label: string, charge: SimulatorCharge): Html {
  return html`<h1><small>${label}</small> ${headlineMoney(charge.amount, charge.currency, simulatorVoice)}</h1>`
}

/** The links to the other ways to pay a charge. */
export function waysToPay(chosen: ChargeMethod): Html {
  const links = Object.entries(chargeMethods).map(([method, name]) =>
    method === chosen
      ? html`<a href="?method=${method}" aria-current="page"><strong>${name}</strong></a> `
      : html`<a href="?method=${method}">${name}</a> `,
  )
  return html`<nav class="up" aria-label="Ways to pay">${links}</nav>\n`
}
