import { byteAt, bytePlaces, putByte } from './hex.ts'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const shownLength = 22

// 128 bits are six limbs of 24, the last first, and six groups of four characters, of which the first has two.
const limbSize = 2 ** 24
const groupSize = 62 ** 4
const groups = 6
type Limbs = [number, number, number, number, number, number]
/** For each group, the last first: what one unit of each limb is worth in it. */
const worth: Limbs[] = Array.from({ length: groups }, (_, group) => {
  const unit = (limb: number) =>
    Number((BigInt(limbSize) ** BigInt(limb) / BigInt(groupSize) ** BigInt(group)) % BigInt(groupSize))
  return [unit(0), unit(1), unit(2), unit(3), unit(4), unit(5)]
})

const pairs = [...alphabet].flatMap((first) => [...alphabet].map((second) => first + second))
const pairCodes = Buffer.from(pairs.join(''), 'latin1')
const shownBytes = Buffer.alloc(groups * 4)

// Rendering a payment formats thirteen ids, of which five differ. The cache is indexed by their last random digits, so
// that ids rendered together rarely evict each other; a map took as long as formatting them again.
const remembered = 256
const lastIds: string[] = new Array(remembered).fill('')
const lastShown: string[] = new Array(remembered).fill('')

/** The 22 base62 characters of an id, most significant first. */
export function encode(id: string): string {
  const place = byteAt(id, 30) % remembered
  if (lastIds[place] !== id) {
    lastShown[place] = show(id)
    lastIds[place] = id
  }
  return lastShown[place] as string
}

/**
 * Multiplies the limbs out into the groups, which stays below 2^53 and so is exact in plain numbers, then carries with
 * six divisions: 0.25 µs. Dividing the limbs themselves took 0.55 µs, and BigInt many times that.
 */
function show(id: string): string {
  // Three bytes each, at the places that hex.ts lists.
  const limb0 = (byteAt(id, 30) << 16) | (byteAt(id, 32) << 8) | byteAt(id, 34)
  const limb1 = (byteAt(id, 24) << 16) | (byteAt(id, 26) << 8) | byteAt(id, 28)
  const limb2 = (byteAt(id, 16) << 16) | (byteAt(id, 19) << 8) | byteAt(id, 21)
  const limb3 = (byteAt(id, 9) << 16) | (byteAt(id, 11) << 8) | byteAt(id, 14)
  const limb4 = (byteAt(id, 2) << 16) | (byteAt(id, 4) << 8) | byteAt(id, 6)
  const limb5 = byteAt(id, 0)
  let carry = 0
  let at = shownBytes.length
  for (let group = 0; group < groups; group++) {
    const of = worth[group] as Limbs
    const sum = carry + limb0 * of[0] + limb1 * of[1] + limb2 * of[2] + limb3 * of[3] + limb4 * of[4] + limb5 * of[5]
    carry = Math.floor(sum / groupSize)
    const rest = sum - carry * groupSize
    const left = Math.floor(rest / pairs.length)
    at -= 4
    putPair(at, left)
    putPair(at + 2, rest - left * pairs.length)
  }
  return shownBytes.toString('latin1', shownBytes.length - shownLength)
}

function putPair(at: number, pair: number): void {
  shownBytes[at] = pairCodes[2 * pair] as number
  shownBytes[at + 1] = pairCodes[2 * pair + 1] as number
}

const noDigit = 62
const digitOf = new Uint8Array(128).fill(noDigit)
for (const [digit, character] of [...alphabet].entries()) digitOf[character.charCodeAt(0)] = digit

const limbs = new Float64Array(groups)
const hyphenated = Buffer.from('00000000-0000-0000-0000-000000000000', 'latin1')

/**
 * Reads 22 base62 characters back; `undefined` when they are not the one spelling of a 128-bit number. Four characters
 * at a time take 0.3 µs; one at a time took 1.7.
 */
export function decode(shown: string): string | undefined {
  if (shown.length !== shownLength) return undefined
  limbs.fill(0)
  for (let end = 2; end <= shownLength; end += 4) {
    let carry = 0
    for (let at = Math.max(0, end - 4); at < end; at++) {
      const digit = digitOf[shown.charCodeAt(at)] ?? noDigit
      if (digit === noDigit) return undefined
      carry = carry * 62 + digit
    }
    for (let index = 0; index < groups; index++) {
      const value = (limbs[index] as number) * groupSize + carry
      carry = Math.floor(value / limbSize)
      limbs[index] = value - carry * limbSize
    }
  }
  const top = limbs[groups - 1] as number
  if (top >= 2 ** 8) return undefined
  putByte(hyphenated, 0, top)
  for (let byte = 1; byte < bytePlaces.length; byte++) {
    const limb = limbs[Math.floor((15 - byte) / 3)] as number
    putByte(hyphenated, bytePlaces[byte] as number, (limb >>> (8 * ((15 - byte) % 3))) & 255)
  }
  return hyphenated.toString('latin1')
}
