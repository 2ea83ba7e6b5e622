import { Problem } from './problem.ts'

// The mark that may stand before a text is kept: whoever may pass over it does so himself.
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The text that bytes are in UTF-8. Throws `invalid_encoding`, which names the first byte that is wrong: with replacement characters
 * in their place two different texts would become one. `what` is named to the caller: `The body`.
 */
export function decodeUtf8(bytes: Uint8Array, what: string): string {
  try {
    return strict.decode(bytes)
  } catch {
    throw notUtf8(what, invalidUtf8At(bytes) ?? 0, bytes)
  }
}

/** The text that percent-encoded UTF-8 stands for. Throws `invalid_encoding`; the byte is counted within `whole`, which holds `text`. */
export function decodePercent(text: string, what: string, whole = text): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    throw percentProblem(whole, what)
  }
}

/** The refusal of a text in which percent-encoding is malformed, or does not make UTF-8. */
export function percentProblem(text: string, what: string): Problem {
  const bytes = new TextEncoder().encode(text)
  const decoded: number[] = []
  const offsets: number[] = []
  for (let at = 0; at < bytes.length; at++) {
    offsets.push(at)
    if (bytes[at] !== percentSign) decoded.push(bytes[at] as number)
    else {
      const digits = String.fromCharCode(bytes[at + 1] ?? 0, bytes[at + 2] ?? 0)
      if (!/^[0-9a-f]{2}$/i.test(digits)) {
        const detail = `${what} has a % at byte ${at} that two hexadecimal digits do not follow; a % itself is sent as %25.`
        return new Problem('invalid_encoding', detail)
      }
      decoded.push(Number.parseInt(digits, 16))
      at += 2
    }
  }
  const fault = invalidUtf8At(Uint8Array.from(decoded)) ?? 0
  return notUtf8(what, offsets[fault] ?? 0, bytes)
}

const percentSign = 0x25

function notUtf8(what: string, at: number, bytes: Uint8Array): Problem {
  const byte = (bytes[at] ?? 0).toString(16).padStart(2, '0')
  return new Problem('invalid_encoding', `${what} is not UTF-8: it goes wrong at byte ${at} (0x${byte}).`)
}

/**
 * Where the first sequence begins that is not UTF-8: `undefined` when all are. Overlong ones, surrogates and what is beyond
 * U+10FFFF are none. Source: RFC 3629, section 4.
 */
export function invalidUtf8At(bytes: Uint8Array): number | undefined {
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at)
    if (length === 0) return at
    at += length
  }
  return undefined
}

/** How many bytes the sequence at this place has; 0 when it is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number
  if (first < 0x80) return 1
  if (first < 0xc2 || first > 0xf4) return 0
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  for (let index = 1; index < length; index++) {
    const byte = bytes[at + index] ?? 0
    const [least, most] = index === 1 ? secondBytes(first) : [0x80, 0xbf]
    if (byte < least || byte > most) return 0
  }
  return length
}

function secondBytes(first: number): [number, number] {
  if (first === 0xe0) return [0xa0, 0xbf]
  if (first === 0xed) return [0x80, 0x9f]
  if (first === 0xf0) return [0x90, 0xbf]
  return first === 0xf4 ? [0x80, 0x8f] : [0x80, 0xbf]
}
