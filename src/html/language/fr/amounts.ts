import type { Catalogue } from '../catalogue.ts'

const decimals: Readonly<Record<number, string>> = {
  0: 'Cette devise n’a pas de décimales',
  2: 'Cette devise a deux décimales au plus',
  3: 'Cette devise a trois décimales au plus',
  4: 'Cette devise a quatre décimales au plus',
}

const anyOf = (amounts: readonly string[]) => amounts.join(' ou ')

export const amountsInFrench: Catalogue['amounts'] = {
  empty: 'Indiquez combien vous voulez payer.',
  notInDigits: (example) => `Indiquez en chiffres combien vous voulez payer, par exemple ${example}.`,
  atLeast: (amount) => `Vous devez payer au moins ${amount}.`,
  otherCurrency: (name, sign, example) =>
    `La devise est ici\u00a0: ${name}, et non ${sign}. Indiquez un montant, par exemple ${example}.`,
  unclear: (amounts) => `Voulez-vous dire ${anyOf(amounts)}\u00a0?`,
  tooFine: (_name, _currency, digits, amounts) => `${decimals[digits]}\u00a0: ${anyOf(amounts)}\u00a0?`,
  moved: (now, before) =>
    `Le montant dû est maintenant de ${now} (il était de ${before}). Vérifiez-le, puis payez. Rien n’a été débité.`,
  exactly: (amount) => `Le montant à payer est de ${amount}. Vérifiez-le, puis payez. Rien n’a été débité.`,
  noMoreThanOwed: (owed) => `Vous devez ${owed}. Vous ne pouvez pas payer davantage ici.`,
  atMost: (most) => `Vous pouvez payer au plus ${most} à la fois.`,
  atMostNow: (most) => `Vous pouvez payer au plus ${most} à la fois. Payez le reste par un second paiement.`,
}
