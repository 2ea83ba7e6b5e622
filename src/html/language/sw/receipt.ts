import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const receiptInSwahili: Catalogue['receipt'] = {
  paidTitle: 'Imelipwa',
  unneededTitle: 'Haikuhitajika',
  paid: 'Imelipwa',
  unneeded: 'Imepokelewa, na haikuhitajika',
  takenBackTitle: 'Yamerudishwa',
  paidAndTakenBack: 'Yalilipwa, kisha yakarudishwa',
  youPaid: 'Asante. Umelipa',
  weReceived: 'Tumepokea',
  facts: {
    paidTo: 'Imelipwa kwa',
    billedTo: 'Anayetozwa',
    date: 'Tarehe',
    paidWith: 'Njia ya malipo',
    currency: 'Sarafu',
    payment: 'Malipo',
    owedAfter: 'Kinachodaiwa baada ya malipo haya',
    creditAfter: 'Salio la ziada baada yake',
  },
  partPaid: 'imelipwa',
  left: (amount) => html`imebaki ${amount}`,
  inAdvance: 'imelipwa mapema',
  inFull: 'imelipwa yote',
  notNeeded: (amount) => html`${amount} yake haikuhitajika.`,
  usedSince: 'Tangu wakati huo imetumiwa au imerudishwa.',
  holdsAll: (merchant) =>
    html`${merchant} inakushikilia pesa hizo: omba zirudishwe, la sivyo zitatumika kwa utakachodaiwa baadaye.`,
  holdsPart: (merchant, amount) =>
    html`${merchant} bado inakushikilia ${amount} yake: omba irudishwe, la sivyo itatumika kwa utakachodaiwa baadaye.`,
  causes: {
    withdrawn: (name) => html`${name}: ilikuwa imeondolewa.`,
    part: (name) => html`${name}: sehemu yake ilikuwa imelipwa tayari, au imepunguzwa.`,
    whole: (name) => html`${name}: ilikuwa imelipwa tayari, au imepunguzwa.`,
  },
  takenBack: (merchant, amount, name, date) =>
    html`<strong>Tangu wakati huo:</strong> ${merchant} ilirudisha ${amount} kutoka kwa ${name} tarehe ${date}.`,
  refunded: (merchant, amount) =>
    html`<strong>Tangu wakati huo:</strong> ${merchant} ilikurejeshea ${amount} ya malipo haya.`,
  bankTookBack: (amount, date) =>
    html`<strong>Benki ilirudisha ${amount} tarehe ${date}.</strong> Kilichokuwa kimelipwa kinadaiwa tena.`,
  paidBefore: (merchant) =>
    html`<strong>Hii ilikuwa imelipwa hapo awali.</strong> ${merchant} ina pesa hizi pia: omba zirudishwe.`,
  seeLeft: 'Ona kilichobaki kulipwa',
  keep: 'Hifadhi risiti',
}
