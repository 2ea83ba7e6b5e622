import type { Catalogue } from '../catalogue.ts'

const decimals: Readonly<Record<number, string>> = {
  0: 'Sarafu hii haina desimali',
  2: 'Sarafu hii ina desimali mbili tu',
  3: 'Sarafu hii ina desimali tatu tu',
  4: 'Sarafu hii ina desimali nne tu',
}

const anyOf = (amounts: readonly string[]) => amounts.join(' au ')

export const amountsInSwahili: Catalogue['amounts'] = {
  empty: 'Ingiza kiasi unachotaka kulipa.',
  notInDigits: (example) => `Ingiza kwa tarakimu kiasi unachotaka kulipa, kama vile ${example}.`,
  atLeast: (amount) => `Kiasi cha chini unachoweza kulipa ni ${amount}.`,
  otherCurrency: (name, sign, example) => `Sarafu ya hapa ni ${name}, si ${sign}. Ingiza kiasi kama vile ${example}.`,
  unclear: (amounts) => `Je, unamaanisha ${anyOf(amounts)}?`,
  tooFine: (_name, _currency, digits, amounts) => `${decimals[digits]}: ${anyOf(amounts)}?`,
  moved: (now, before) =>
    `Kiasi kinachodaiwa sasa ni ${now} (kilikuwa ${before}). Kiangalie, kisha ulipe. Hakuna kilichotozwa sasa.`,
  exactly: (amount) => `Kiasi cha kulipa ni ${amount}. Kiangalie, kisha ulipe. Hakuna kilichotozwa sasa.`,
  noMoreThanOwed: (owed) => `Unadaiwa ${owed}. Huwezi kulipa zaidi ya hapo hapa.`,
  atMost: (most) => `Kiasi cha juu unachoweza kulipa kwa mara moja ni ${most}.`,
  atMostNow: (most) => `Kiasi cha juu unachoweza kulipa kwa mara moja ni ${most}. Lipa kilichobaki kwa malipo ya pili.`,
}
