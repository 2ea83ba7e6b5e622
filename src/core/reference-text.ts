// References are typed, copied, printed and scanned. Two that cannot be told apart by eye are one reference.

// White space of Unicode, the line ends among it. JavaScript's own class has U+FEFF, which is none, and has not U+0085.
const space = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g

// Controls, what changes only how its neighbours are shown, private and unassigned code points, and what has no shape of its own.
const invisible = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/u

// Nearly all references, which are what they are. Said apart, since each payment asks twice.
const plain = /^[!-~]+$/

/**
 * The form in which a reference is compared: composed (NFC), each run of white space one space, none at its ends. What is shown is the
 * reference as it was sent. The directory of references keeps this form, so it must never change for what is valid: that holds of
 * NFC, which Unicode has fixed for all assigned characters.
 */
export function comparableReference(text: string): string {
  return plain.test(text) ? text : text.normalize('NFC').replaceAll(space, ' ').trim()
}

/** Why a text cannot be a reference, to stand behind its name; `undefined` when it can. */
export function referenceFault(text: string): string | undefined {
  if (plain.test(text)) return undefined
  const found = invisible.exec(text.replaceAll(space, ' '))
  if (found) {
    const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
    return `holds a character that cannot be seen, U+${code}: take it out`
  }
  return comparableReference(text) === '' ? 'should hold more than white space' : undefined
}
