import type { Catalogue } from '../catalogue.ts'

const decimals: Readonly<Record<number, string>> = {
  0: 'Le mali ayinawo amadesimali',
  2: 'Le mali inamadesimali amabili kuphela',
  3: 'Le mali inamadesimali amathathu kuphela',
  4: 'Le mali inamadesimali amane kuphela',
}

const anyOf = (amounts: readonly string[]) => amounts.join(' noma ')

export const amountsInZulu: Catalogue['amounts'] = {
  empty: 'Faka ukuthi ufuna ukukhokha malini.',
  notInDigits: (example) => `Faka ngezinombolo ukuthi ufuna ukukhokha malini, njengo-${example}.`,
  atLeast: (amount) => `Imali encane ongayikhokha ngu-${amount}.`,
  otherCurrency: (name, sign, example) =>
    `Uhlobo lwemali lapha yi-${name}, hhayi ${sign}. Faka imali efana no-${example}.`,
  unclear: (amounts) => `Ingabe uqonde ${anyOf(amounts)}?`,
  tooFine: (_name, _currency, digits, amounts) => `${decimals[digits]}: ${anyOf(amounts)}?`,
  moved: (now, before) =>
    `Imali ekweletwayo manje ngu-${now} (ibingu-${before}). Yibheke, bese uyakhokha. Akukho mali ethathiwe manje.`,
  exactly: (amount) => `Imali okufanele ikhokhwe ngu-${amount}. Yibheke, bese uyakhokha. Akukho mali ethathiwe manje.`,
  noMoreThanOwed: (owed) => `Ukweleta ${owed}. Awukwazi ukukhokha ngaphezu kwalokho lapha.`,
  atMost: (most) => `Imali enkulu ongayikhokha ngesikhathi esisodwa ngu-${most}.`,
  atMostNow: (most) =>
    `Imali enkulu ongayikhokha ngesikhathi esisodwa ngu-${most}. Khokha okusele ngenkokhelo yesibili.`,
}
