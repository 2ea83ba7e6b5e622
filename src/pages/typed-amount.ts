import { type AmountFault, readAmount } from '../core/amount-reader.ts'
import { createCache } from '../core/cache.ts'
import type { PayableRange } from '../core/payment-rules.ts'
import type { Voice } from '../html/language/voice.ts'
import { moneyText } from '../html/money.ts'

/** What is asked of a payer: what may be paid now, what is owed now, and what was owed when the page was made. */
export type Asked = { voice: Voice; currency: string; range: PayableRange; owed: bigint; owed_before: bigint }

/** Why an amount is not taken, in a sentence. `renew` where the page suggests an amount anew in place of the one that was sent. */
export type PayFault = { detail: string; renew?: true }

/** Decides what is paid of the amount that a payer typed; otherwise says what is wrong with it, and what to do. */
export function decideAmount(typed: string, asked: Asked): { amount: bigint } | { fault: PayFault } {
  const { voice, currency, range, owed, owed_before } = asked
  const reading = readAmount(typed, currency, voice.locale)
  if (!('amount' in reading)) return { fault: { detail: faultSentence(reading, asked) } }
  const { amount } = reading
  const payable = amount >= range.from && amount <= range.to
  if (owed !== owed_before) {
    const shown = (sum: bigint) => moneyText(sum, currency, voice)
    return { fault: { detail: voice.text.amounts.moved(shown(owed), shown(owed_before)), renew: true } }
  }
  return payable ? reading : { fault: { detail: limitSentence(amount, asked) } }
}

function faultSentence(reading: AmountFault, { voice, currency, range }: Asked): string {
  const text = voice.text.amounts
  const least = range.from > 2000n ? range.from : 2000n
  const example = moneyText(least < range.to ? least : range.to, currency, voice)
  const meant = (readings: readonly bigint[]) =>
    withinReach(readings, range).map((amount) => moneyText(amount, currency, voice))
  switch (reading.fault) {
    case 'empty':
      return text.empty
    case 'not_a_number':
      return text.notInDigits(example)
    case 'not_positive':
      return text.atLeast(moneyText(range.from, currency, voice))
    case 'other_currency':
      return text.otherCurrency(nameOfCurrency(currency, voice), reading.sign, example)
    case 'unclear':
      return text.unclear(meant(reading.readings))
    case 'decimals':
      return text.tooFine(nameOfCurrency(currency, voice), currency, reading.digits, meant(reading.readings))
  }
}

const currencyNames = createCache<Intl.DisplayNames>({ size_max: 200 })

function nameOfCurrency(currency: string, { locale }: Voice): string {
  const names = currencyNames.get(locale) ?? new Intl.DisplayNames(locale, { type: 'currency' })
  currencyNames.set(locale, names)
  return names.of(currency) ?? currency
}

/** The amounts that may be meant; those that cannot be paid only where none can. */
function withinReach(readings: readonly bigint[], { from, to }: PayableRange): readonly bigint[] {
  const payable = readings.filter((amount) => amount >= from && amount <= to)
  return payable.length > 0 ? payable : readings
}

function limitSentence(amount: bigint, { voice, currency, range, owed }: Asked): string {
  const text = voice.text.amounts
  const shown = (sum: bigint) => moneyText(sum, currency, voice)
  const { from, to } = range
  if (from === to) return text.exactly(shown(to))
  if (amount < from) return text.atLeast(shown(from))
  if (to === owed) return text.noMoreThanOwed(shown(owed))
  return to < owed ? text.atMostNow(shown(to)) : text.atMost(shown(to))
}
