// `Rand` of `South African Rand`; the code where the last word is no name, as in `Unit of Account (UF)`.
function shortName(name: string, currency: string): string {
  const word = name.split(' ').at(-1) ?? ''
  return /^\p{L}+$/u.test(word) ? word : currency
}

const decimals: Readonly<Record<number, string>> = {
  0: 'no decimals',
  2: 'two decimals at most',
  3: 'three decimals at most',
  4: 'four decimals at most',
}

const anyOf = (amounts: readonly string[]) => amounts.join(' or ')

/** What is wrong with an amount that was typed. */
export const amountsInEnglish = {
  empty: 'Enter how much you want to pay.',
  notInDigits: (example: string) => `Enter how much you want to pay in digits, such as ${example}.`,
  atLeast: (amount: string) => `The least you can pay is ${amount}.`,
  otherCurrency: (name: string, sign: string, example: string) =>
    `The currency here is the ${name}, not ${sign}. Enter an amount such as ${example}.`,
  unclear: (amounts: readonly string[]) => `Do you mean ${anyOf(amounts)}?`,
  tooFine: (name: string, currency: string, digits: number, amounts: readonly string[]) =>
    `${shortName(name, currency)} has ${decimals[digits]}: ${anyOf(amounts)}?`,
  moved: (now: string, before: string) =>
    `The amount owed is now ${now} (it was ${before}). Look at it, then pay. You were not charged now.`,
  exactly: (amount: string) => `The amount to pay is ${amount}. Look at it, then pay. You were not charged now.`,
  noMoreThanOwed: (owed: string) => `You owe ${owed}. You cannot pay more than that here.`,
  atMost: (most: string) => `The most you can pay at once is ${most}.`,
  atMostNow: (most: string) => `The most you can pay at once is ${most}. Pay the rest with a second payment.`,
}
