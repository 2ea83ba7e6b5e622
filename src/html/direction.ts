import type { Voice } from './language/voice.ts'

const fromRightToLeft = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u

/**
 * A name in a sentence that is no markup. Where one of the two is written from right to left, neither turns the other (Unicode UAX 9:
 * FSI and PDI).
 */
export function ownDirection(name: string, { direction }: Voice): string {
  if (name === '') return ''
  return direction === 'rtl' || fromRightToLeft.test(name) ? `\u2068${name}\u2069` : name
}
