/** An IBAN as it is stored: without spaces, in upper case. */
export function plainIban(typed: string): string {
  return typed.replaceAll(/\s/g, '').toUpperCase()
}

/** Whether a text without spaces is an IBAN whose check digits are right. Source: ISO 13616, with ISO/IEC 7064 MOD 97-10. */
export function isIban(text: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(text)) return false
  const moved = text.slice(4) + text.slice(0, 4)
  let rest = 0
  for (const character of moved) {
    const value = Number.parseInt(character, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest === 1
}

/** An IBAN as people read and type it: in groups of four. */
export function shownIban(iban: string): string {
  return iban.replaceAll(/(.{4})(?=.)/g, '$1 ')
}
