// What the fonts of the PDF have, and what its library sets rightly: from left to right.
const settable =
  /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Devanagari}\p{Script=Common}\p{Script=Inherited}]*$/u
// Also the marks that turn the direction of a text: they would show as boxes.
const unseen = /\p{Extended_Pictographic}|\p{Cc}|\p{Cf}|\ufe0f/gu

/** Whether all that a document says can be set from left to right in the letters of the PDF. Otherwise its page can be printed. */
export function canBePdf(view: object): boolean {
  return settable.test(JSON.stringify(view))
}

/** A text as the PDF sets it: on one line, composed, without pictures and unseen marks. */
export function setText(text: string): string {
  const spaced = text.normalize('NFC').replaceAll(/\s/gu, (space) => (/[\u00a0\u202f]/.test(space) ? '\u00a0' : ' '))
  return spaced.replaceAll(unseen, (sign) => (/[©®™]/.test(sign) ? sign : ''))
}
