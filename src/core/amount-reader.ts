import { asRead, asTyped, isCurrencySign, signsOf } from './currency-sign.ts'
import { type AmountStyle, amountStyle } from './money.ts'

/** Why typed text is no amount. `readings` are amounts that may be meant, in minor units: at least one. */
export type AmountFault =
  | { fault: 'empty' | 'not_a_number' | 'not_positive' }
  /** The sign or code of a currency that is not the page's, as it was typed. */
  | { fault: 'other_currency'; sign: string }
  /** It can be read in more than one way, or its groups are none. */
  | { fault: 'unclear'; readings: bigint[] }
  /** More decimals than the `digits` of the currency. */
  | { fault: 'decimals'; digits: number; readings: bigint[] }

/** What a payer typed, in minor units and positive; or why it is no amount. */
export type AmountReading = { amount: bigint } | AmountFault

// Longer than the largest amount with its groups and the longest sign.
const typedMax = 40

/**
 * Reads an amount as people write it: in the digits of any script, with groups, with the sign or the code of the currency before or after
 * it. Whatever `formatMoney` and `editableMoney` write is read as itself. The last of two different marks is the decimal sign. What can
 * be read in two ways is never guessed (docs/guides/presenting.md).
 */
export function readAmount(text: string, currency: string, locale: string): AmountReading {
  const trimmed = text.trim()
  if (trimmed.length > typedMax) return { fault: 'not_a_number' }
  const typed = [...trimmed].map(plainCharacter).join('').trim()
  const own = signsOf(currency, locale)
  const digits = [...typed.matchAll(/\d/g)].map(({ index }) => index)
  const [first] = digits
  const last = digits.at(-1)
  if (first === undefined || last === undefined) {
    return { fault: typed === '' || own.has(asTyped(typed)) ? 'empty' : 'not_a_number' }
  }
  const negative = /[-−–]/.test(typed.slice(0, first))
  const before = partSign(typed.slice(0, first).replaceAll(/[-−–]/g, ''), -1, own)
  const after = partSign(typed.slice(last + 1), 0, own)
  // 20k is twenty thousand to most who write it, also where K is the sign of the currency.
  if (/^[km]\.?$/i.test(typed.slice(last + 1))) return { fault: 'not_a_number' }
  const foreign = [before.sign, after.sign].find((sign) => sign.trim() !== '' && !own.has(asRead(sign)))
  if (foreign !== undefined) {
    return isCurrencySign(foreign, locale)
      ? { fault: 'other_currency', sign: foreign.trim() }
      : { fault: 'not_a_number' }
  }
  const style = amountStyle(currency, locale)
  const number = typed.slice(first, last + 1) + after.mark
  const marked = readNumber(before.mark + number, style)
  const abbreviated = before.mark === '.' && /\p{L}$/u.test(before.sign)
  const reading = abbreviated ? unclear(marked, readNumber(number, style)) : marked
  return negative && 'amount' in reading ? { fault: 'not_positive' } : reading
}

const anyMark = /[.,٫٬ ']/
const decimalMarks = '.,٫'
const groupMarks = "٬ '"

/** One character in the form that is read: Western digits, one kind of space and of apostrophe, no mark of direction. */
function plainCharacter(character: string): string {
  if (/\p{Nd}/u.test(character)) return westernDigit(character)
  if (/\s/.test(character)) return ' '
  if (/[\u200b\u200e\u200f\u061c\u2066-\u2069]/.test(character)) return ''
  if (character === '’') return "'"
  // The comma of Arabic keyboards, which are without ٫ and ٬.
  if (character === '،') return ','
  return /[\uff00-\uffef]/.test(character) ? character.normalize('NFKC') : character
}

/** Unicode keeps the digits of a script together, from nought to nine, and begins no ten of them inside another. */
function westernDigit(character: string): string {
  const code = character.codePointAt(0) ?? 0
  let before = code
  while (/\p{Nd}/u.test(String.fromCodePoint(before - 1))) before -= 1
  return String((code - before) % 10)
}

/** Parts what stands beside the digits into a sign and a decimal mark, which is at its end (-1) or its start (0): `R ,50`, `20,`. */
function partSign(text: string, at: 0 | -1, own: ReadonlySet<string>): { sign: string; mark: string } {
  if (own.has(asTyped(text))) return { sign: '', mark: '' }
  const end = text.at(at) ?? ''
  if (end === '' || !decimalMarks.includes(end)) return { sign: text, mark: '' }
  return { sign: at === 0 ? text.slice(1) : text.slice(0, -1), mark: end }
}

function readNumber(text: string, style: AmountStyle): AmountReading {
  const groups = text.split(anyMark)
  const marks = [...text].filter((character) => anyMark.test(character))
  const [whole = '', second = ''] = groups
  const [mark] = marks
  const last = marks.at(-1)
  if (!groups.every((group) => /^\d*$/.test(group))) return { fault: 'not_a_number' }
  if (mark === undefined || last === undefined) return decimal(whole, '', style)
  if (marks.length === 1) return readOneMark(whole, mark, second, style)
  const parting = new Set(marks.slice(0, -1))
  if (parting.size > 1 || mark === '٫') return { fault: 'not_a_number' }
  const decimals = mark === last ? '' : (groups.pop() ?? '')
  if (mark !== last && !decimalMarks.includes(last)) return { fault: 'not_a_number' }
  return isGrouped(groups, mark, style) ? decimal(groups.join(''), decimals, style) : { fault: 'not_a_number' }
}

/** With one mark alone it is not certain what the mark is. */
function readOneMark(before: string, mark: string, after: string, style: AmountStyle): AmountReading {
  const { digits } = style
  const joined = decimal(before + after, '', style)
  const grouped = isGrouped([before, after], mark, style)
  if (groupMarks.includes(mark)) {
    // Where decimals may be three, some write a space before them.
    if (grouped && (digits < 3 || mark !== ' ')) return joined
    return unclear(after.length > digits ? undefined : decimal(before, after, style), joined)
  }
  const read = decimal(before, after, style)
  if (mark === '٫' || after.length !== 3 || /^0|^$/.test(before)) return read
  if (digits >= 3) return mark === style.decimal_mark ? read : unclear(read, joined)
  // Without decimals the mark can only part thousands.
  if (grouped && (digits === 0 || mark === style.group_mark)) return joined
  return { fault: 'decimals', digits, readings: [...rounded(before, after, digits), ...amountsIn(joined)] }
}

function isGrouped(groups: readonly string[], mark: string, style: AmountStyle): boolean {
  const [first = '', ...others] = groups
  if (!/^[1-9]\d{0,2}$/.test(first)) return false
  if (others.every(({ length }) => length === 3)) return true
  const inTwos = first.length < 3 && others.every(({ length }, index) => length === (index < others.length - 1 ? 2 : 3))
  return style.in_twos && (mark === style.group_mark || mark === '٬') && inTwos
}

/** Digits with a decimal sign that is certain. Decimals that are all noughts may be more than the currency has: `2000.00` yen. */
function decimal(whole: string, decimals: string, { digits }: AmountStyle): AmountReading {
  const excess = /^0*$/.test(decimals) ? '' : decimals.slice(digits)
  if (excess !== '') return { fault: 'decimals', digits, readings: rounded(whole, decimals, digits) }
  const amount = minorUnits(whole, decimals, digits)
  return amount > 0n ? { amount } : { fault: 'not_positive' }
}

function minorUnits(whole: string, decimals: string, digits: number): bigint {
  return BigInt(whole + decimals.slice(0, digits).padEnd(digits, '0'))
}

/** The positive amounts next to one with too many decimals: itself, if what is too many are noughts. */
function rounded(whole: string, decimals: string, digits: number): bigint[] {
  const down = minorUnits(whole, decimals, digits)
  const exact = /^0*$/.test(decimals.slice(digits))
  return (exact ? [down] : [down, down + 1n]).filter((amount) => amount > 0n)
}

function unclear(...readings: (AmountReading | undefined)[]): AmountFault {
  const amounts = readings.flatMap((reading) => (reading ? amountsIn(reading) : []))
  return amounts.length > 0 ? { fault: 'unclear', readings: amounts } : { fault: 'not_a_number' }
}

function amountsIn(reading: AmountReading): bigint[] {
  return 'amount' in reading ? [reading.amount] : []
}
