import { formatMoney } from '../core/money.ts'
import { type Html, html } from './html.ts'

/** The locale of amounts and dates on pages, until pages are translated. */
export const payerLocale = 'en-ZA'

/** An amount in a sentence that is no markup. Its spaces are no-break spaces, so that no line ends inside it. */
export function moneyText(amount: bigint, currency: string): string {
  return formatMoney(amount, currency, payerLocale).replaceAll(' ', '\u00a0')
}

/** An amount in the text of a page, which is not broken across lines. */
export function money(amount: bigint, currency: string): Html {
  return html`<span class="money">${moneyText(amount, currency)}</span>`
}

/** The amount that a page is about, as large as fits the narrowest phone. */
export function headlineMoney(amount: bigint, currency: string): Html {
  const text = moneyText(amount, currency)
  const size = text.length > 14 ? ' long' : ''
  return html`<span class="money${size}">${text}</span>`
}
