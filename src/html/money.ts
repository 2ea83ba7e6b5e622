import { formatMoney } from '../core/money.ts'
import { type Html, html } from './html.ts'
import type { Voice } from './language/voice.ts'

/** Digits with their signs, which are written from left to right, in a text that is not (Unicode UAX 9: LRI and PDI). */
export function leftToRight(text: string, { direction }: Voice): string {
  return direction === 'rtl' ? `\u2066${text}\u2069` : text
}

/** An amount in a sentence that is no markup. Its spaces are no-break spaces, so that no line ends inside it. */
export function moneyText(amount: bigint, currency: string, voice: Voice): string {
  return leftToRight(unbroken(amount, currency, voice), voice)
}

/** An amount in an element that is for it alone. */
export function unbroken(amount: bigint, currency: string, { locale }: Voice): string {
  return formatMoney(amount, currency, locale).replaceAll(' ', '\u00a0')
}

/** An amount in the text of a page, which is not broken across lines. */
export function money(amount: bigint, currency: string, voice: Voice): Html {
  return html`<span class="money">${unbroken(amount, currency, voice)}</span>`
}

// What a phone of 320 px has room for in the large size.
const headlineMaxEm = 7.1

/** About how wide a text of bold letters is, in em. Marks of direction take no place. */
function widthOf(text: string): number {
  const widths = [...text].map((one) => {
    if (/[\u200e\u200f\u061c]/.test(one)) return 0
    if (/\p{Lu}|\p{Sc}/u.test(one)) return 0.72
    return /\p{L}|\p{N}/u.test(one) ? 0.6 : 0.3
  })
  return widths.reduce<number>((sum, width) => sum + width, 0)
}

/** The amount that a page is about, as large as fits the narrowest phone. */
export function headlineMoney(amount: bigint, currency: string, voice: Voice): Html {
  const text = unbroken(amount, currency, voice)
  const size = widthOf(text) > headlineMaxEm ? ' long' : ''
  return html`<span class="money${size}">${text}</span>`
}
