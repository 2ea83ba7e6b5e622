import { type AmountFault, readAmount } from '../core/amount-reader.ts'
import type { PayableRange } from '../core/payment-rules.ts'
import { moneyText, payerLocale } from '../html/money.ts'

/** What is asked of a payer: what may be paid now, what is owed now, and what was owed when the page was made. */
export type Asked = { currency: string; range: PayableRange; owed: bigint; owed_before: bigint }

/** Why an amount is not taken, in a sentence. `renew` where the page suggests an amount anew in place of the one that was sent. */
export type PayFault = { detail: string; renew?: true }

/** Decides what is paid of the amount that a payer typed; otherwise says what is wrong with it, and what to do. */
export function decideAmount(typed: string, asked: Asked): { amount: bigint } | { fault: PayFault } {
  const { currency, range, owed, owed_before } = asked
  const reading = readAmount(typed, currency, payerLocale)
  if (!('amount' in reading)) return { fault: { detail: faultSentence(reading, asked) } }
  const { amount } = reading
  const payable = amount >= range.from && amount <= range.to
  if (owed !== owed_before) {
    const [now, before] = [moneyText(owed, currency), moneyText(owed_before, currency)]
    const detail = `The amount owed is now ${now} (it was ${before}). Look at it, then pay. You were not charged now.`
    return { fault: { detail, renew: true } }
  }
  return payable ? reading : { fault: { detail: limitSentence(amount, asked) } }
}

function faultSentence(reading: AmountFault, { currency, range }: Asked): string {
  const least = range.from > 2000n ? range.from : 2000n
  const example = moneyText(least < range.to ? least : range.to, currency)
  switch (reading.fault) {
    case 'empty':
      return 'Enter how much you want to pay.'
    case 'not_a_number':
      return `Enter how much you want to pay in digits, such as ${example}.`
    case 'not_positive':
      return `The least you can pay is ${moneyText(range.from, currency)}.`
    case 'other_currency':
      return `The currency here is the ${names.of(currency)}, not ${reading.sign}. Enter an amount such as ${example}.`
    case 'unclear':
      return `Do you mean ${choice(reading.readings, currency, range)}?`
    case 'decimals': {
      const meant = choice(reading.readings, currency, range)
      return `${shortName(currency)} has ${decimalsOf[reading.digits]}: ${meant}?`
    }
  }
}

const decimalsOf: Readonly<Record<number, string>> = {
  0: 'no decimals',
  2: 'two decimals at most',
  3: 'three decimals at most',
  4: 'four decimals at most',
}

const names = new Intl.DisplayNames(payerLocale, { type: 'currency' })

/** `Rand` of `South African Rand`; the code where the last word is no name, as in `Unit of Account (UF)`. */
function shortName(currency: string): string {
  const word = names.of(currency)?.split(' ').at(-1) ?? ''
  return /^\p{L}+$/u.test(word) ? word : currency
}

/** The amounts that may be meant; those that cannot be paid only where none can. */
function choice(readings: readonly bigint[], currency: string, { from, to }: PayableRange): string {
  const payable = readings.filter((amount) => amount >= from && amount <= to)
  const amounts = payable.length > 0 ? payable : readings
  return amounts.map((amount) => moneyText(amount, currency)).join(' or ')
}

function limitSentence(amount: bigint, { currency, range, owed }: Asked): string {
  const { from, to } = range
  if (from === to)
    return `The amount to pay is ${moneyText(to, currency)}. Look at it, then pay. You were not charged now.`
  if (amount < from) return `The least you can pay is ${moneyText(from, currency)}.`
  if (to === owed) return `You owe ${moneyText(owed, currency)}. You cannot pay more than that here.`
  const rest = to < owed ? ' Pay the rest with a second payment.' : ''
  return `The most you can pay at once is ${moneyText(to, currency)}.${rest}`
}
