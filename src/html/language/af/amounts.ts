import type { Catalogue } from '../catalogue.ts'

const decimals: Readonly<Record<number, string>> = {
  0: 'Hierdie geldeenheid het geen desimale nie',
  2: 'Hierdie geldeenheid het hoogstens twee desimale',
  3: 'Hierdie geldeenheid het hoogstens drie desimale',
  4: 'Hierdie geldeenheid het hoogstens vier desimale',
}

const anyOf = (amounts: readonly string[]) => amounts.join(' of ')

export const amountsInAfrikaans: Catalogue['amounts'] = {
  empty: 'Voer in hoeveel u wil betaal.',
  notInDigits: (example) => `Voer in syfers in hoeveel u wil betaal, soos ${example}.`,
  atLeast: (amount) => `Die minste wat u kan betaal, is ${amount}.`,
  otherCurrency: (name, sign, example) =>
    `Die geldeenheid hier is ${name}, nie ${sign} nie. Voer ’n bedrag in soos ${example}.`,
  unclear: (amounts) => `Bedoel u ${anyOf(amounts)}?`,
  tooFine: (_name, _currency, digits, amounts) => `${decimals[digits]}: ${anyOf(amounts)}?`,
  moved: (now, before) =>
    `Die verskuldigde bedrag is nou ${now} (dit was ${before}). Kyk daarna, en betaal dan. Niks is nou gehef nie.`,
  exactly: (amount) => `Die bedrag om te betaal is ${amount}. Kyk daarna, en betaal dan. Niks is nou gehef nie.`,
  noMoreThanOwed: (owed) => `U skuld ${owed}. U kan nie hier meer as dit betaal nie.`,
  atMost: (most) => `Die meeste wat u op een slag kan betaal, is ${most}.`,
  atMostNow: (most) => `Die meeste wat u op een slag kan betaal, is ${most}. Betaal die res met ’n tweede betaling.`,
}
