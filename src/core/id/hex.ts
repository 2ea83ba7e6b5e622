// Ids as text, digit by digit: one payment takes ids apart some thirty times and makes eight.

/** Where the sixteen bytes of an id begin in its text, which has hyphens at 8, 13, 18 and 23. */
export const bytePlaces = Uint8Array.of(0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34)

const codes = Buffer.from('0123456789abcdef', 'latin1')
// Larger than a byte, so that an invalid digit makes the result larger than a byte.
const noDigit = 0x100
const values = new Uint16Array(128).fill(noDigit)
for (const [value, code] of codes.entries()) values[code] = value

/** The byte that two lower-case hexadecimal digits stand for; 256 or more when one of them is not a digit. */
export function byteAt(text: string, at: number): number {
  const high = values[text.charCodeAt(at)] ?? noDigit
  const low = values[text.charCodeAt(at + 1)] ?? noDigit
  return (high << 4) | low
}

/** Writes a byte (0 to 255) as two digits. */
export function putByte(text: Buffer, at: number, byte: number): void {
  text[at] = codes[byte >>> 4] as number
  text[at + 1] = codes[byte & 15] as number
}
