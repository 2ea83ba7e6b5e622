import { randomInt } from 'node:crypto'

// 31 characters, so that arithmetic with them is that of a field. Missing are those that look like another: O, I, L, S, U.
const alphabet = '0123456789ABCDEFGHJKMNPQRTVWXYZ'
const size = alphabet.length
const lookalikes: Readonly<Record<string, string>> = { O: '0', I: '1', L: '1', S: '5', U: 'V' }

// Two letters that hardly any language has beside each other: of the other texts that banks pass on, few hold what reads as a code.
const prefix = 'PX'
const freeLength = 9
const codeLength = prefix.length + freeLength + 1

/**
 * A new code that a payer writes into a bank transfer: twelve characters, of which the last is a check character. It holds eleven digits
 * at most, so that it is no card number.
 */
export function newTransferCode(): string {
  const free = Array.from({ length: freeLength }, () => alphabet.charAt(randomInt(size))).join('')
  return prefix + free + checkCharacter(prefix + free)
}

/**
 * Each place has a weight of its own, and the size is prime: another character in one place, or two characters that changed places,
 * always give another sum.
 */
function checkCharacter(text: string): string {
  const sum = [...text].reduce((all, character, at) => all + (at + 2) * alphabet.indexOf(character), 0)
  return alphabet.charAt(sum % size)
}

/** A code as people read and type it: in groups of four. */
export function shownTransferCode(code: string): string {
  return code.replaceAll(/(.{4})(?=.)/g, '$1 ')
}

// Most texts that banks pass on hold no code, and are done with here.
const mayHoldCode = /P[^0-9A-Z]*X/i

/**
 * The codes that a text may hold, each once, whatever case it has and whatever stands between its characters. It is right that there may
 * be several: a text may hold by chance what reads as a code, and only the one that was given out is found.
 */
export function transferCodesIn(text: string): string[] {
  if (!mayHoldCode.test(text)) return []
  const characters = text
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, '')
    .replaceAll(/[OILSU]/g, (one) => lookalikes[one] ?? one)
  const codes = new Set<string>()
  for (let at = characters.indexOf(prefix); at >= 0; at = characters.indexOf(prefix, at + 1)) {
    const code = characters.slice(at, at + codeLength)
    if (code.length === codeLength && checkCharacter(code.slice(0, -1)) === code.at(-1)) codes.add(code)
  }
  return [...codes]
}

/** The code that a text is, as somebody typed it; undefined when it is none, or more than one. */
export function readTransferCode(text: string): string | undefined {
  const [code, ...others] = transferCodesIn(text)
  const length = text.replaceAll(/[^0-9A-Za-z]/g, '').length
  return others.length === 0 && length === codeLength ? code : undefined
}
