import { formatMoney } from '../core/money.ts'
import { type Html, html } from './html.ts'

/** How pages write amounts and dates, until they speak more languages. */
export const payerLocale = 'en-ZA'

/** An amount in the text of a page, as one unbroken text that is not parted at the end of a line. */
export function money(amount: bigint, currency: string): Html {
  return html`<span class="money">${formatMoney(amount, currency, payerLocale)}</span>`
}

/** The amount that a page is about, as large as the narrowest phone has room for. */
export function headlineMoney(amount: bigint, currency: string): Html {
  const text = formatMoney(amount, currency, payerLocale)
  const size = text.length > 13 ? ' long' : text.length > 9 ? ' medium' : ''
  return html`<span class="money${size}">${text}</span>`
}
