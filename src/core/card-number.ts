/** A scheme's numbers: what they begin with, and how many digits they have. */
type Scheme = { prefixes: RegExp; lengths: readonly number[] }

const longNumbers = [16, 17, 18, 19]

// Of ISO/IEC 7812. The lengths count too: a device's number (IMEI) has fifteen digits, a check digit, and often begins like a JCB card.
const schemes: readonly Scheme[] = [
  // Visa
  { prefixes: /^4/, lengths: [16, 19] },
  // Mastercard
  { prefixes: /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16] },
  // American Express
  { prefixes: /^3[47]/, lengths: [15] },
  // Discover
  { prefixes: /^(?:6011|64[4-9]|65)/, lengths: longNumbers },
  // JCB
  { prefixes: /^35(?:2[89]|[3-8])/, lengths: longNumbers },
  // Diners Club
  { prefixes: /^3[68]/, lengths: longNumbers },
  // UnionPay
  { prefixes: /^62/, lengths: longNumbers },
  // Verve
  { prefixes: /^50(?:60|61|78|79)/, lengths: longNumbers },
]

const digitsMin = 15
const digitsMax = 19
// Digits, with up to three spaces or hyphens of whatever kind between two of them.
const digitRun = /\d+(?:[\s\u2010-\u2015-]{1,3}\d+)*/g

/** Whether a text holds what looks like the number of a payment card, in one piece or in groups. In time that grows with its length. */
export function holdsCardNumber(text: string): boolean {
  if (text.length < digitsMin) return false
  for (const [run] of text.matchAll(digitRun)) {
    if (run.length >= digitsMin && beginsCard(run.match(/\d+/g) ?? [])) return true
  }
  return false
}

/** Whether some neighbouring groups make up a card number. What stands behind it may be digits too: its expiry, its code. */
function beginsCard(groups: readonly string[]): boolean {
  return groups.some((_, from) => {
    let digits = ''
    for (let at = from; at < groups.length; at++) {
      digits += groups[at]
      if (digits.length > digitsMax) return false
      if (digits.length >= digitsMin && isCardNumber(digits)) return true
    }
    return false
  })
}

function isCardNumber(digits: string): boolean {
  const known = schemes.some(({ prefixes, lengths }) => lengths.includes(digits.length) && prefixes.test(digits))
  return known && passesLuhn(digits)
}

/** The last digit of a card number is a check digit. Source: ISO/IEC 7812-1, annex B (Luhn). */
export function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index])
    const doubled = digit * 2
    sum += index % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled
  }
  return digits.length > 0 && sum % 10 === 0
}
