import { formatMoney } from '../core/money.ts'
import { type Html, html } from './html.ts'
import type { Voice } from './language/voice.ts'

// An amount is written from left to right, also in a sentence that is not: these keep its sign and its digits together.
const leftToRight = '\u2066'
const untilHere = '\u2069'

/** An amount in a sentence that is no markup. Its spaces are no-break spaces, so that no line ends inside it. */
export function moneyText(amount: bigint, currency: string, voice: Voice): string {
  const text = unbroken(amount, currency, voice)
  return voice.direction === 'rtl' ? `${leftToRight}${text}${untilHere}` : text
}

function unbroken(amount: bigint, currency: string, { locale }: Voice): string {
  return formatMoney(amount, currency, locale).replaceAll(' ', '\u00a0')
}

/** An amount in the text of a page, which is not broken across lines. */
export function money(amount: bigint, currency: string, voice: Voice): Html {
  return html`<span class="money">${unbroken(amount, currency, voice)}</span>`
}

/** The amount that a page is about, as large as fits the narrowest phone. */
export function headlineMoney(amount: bigint, currency: string, voice: Voice): Html {
  const text = unbroken(amount, currency, voice)
  // Marks of direction take no place.
  const size = text.replaceAll(/[\u200e\u200f\u061c]/g, '').length > 14 ? ' long' : ''
  return html`<span class="money${size}">${text}</span>`
}
