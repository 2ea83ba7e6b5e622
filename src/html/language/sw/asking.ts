import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const askingInSwahili: Catalogue['asking'] = {
  asks: (merchant) => html`${merchant} inakuomba ulipe`,
  asksNamed: (name, merchant) => html`${name}, ${merchant} inakuomba ulipe`,
  wasPaid: 'Asante. Hii ililipwa',
  moving: 'Benki yako bado inathibitisha malipo haya. Huhitaji kufanya chochote, na tafadhali usilipe tena.',
  ended: {
    title: 'Haiko wazi tena',
    heading: 'Huwezi tena kulipa hii hapa',
    withdrawn: (merchant) => html`${merchant} imeiondoa.`,
    wasOpenUntil: (date) => `Ilikuwa wazi hadi ${date}.`,
    askAgain: (merchant) =>
      html`Hakuna kilichotozwa. Ikiwa bado unataka kulipa, tafadhali omba mpya kutoka kwa ${merchant}.`,
  },
  unfit: {
    title: 'Haiwezi kulipwa hapa',
    heading: 'Kiasi hiki kiliombwa',
    detail: (merchant) =>
      html`Sasa kinachodaiwa ni chini ya hicho, kwa hiyo hakiwezi kulipwa hapa. Hakuna kilichotozwa. Tafadhali uliza ${merchant} kilichobaki kulipwa.`,
  },
  seeReceipt: 'Ona risiti',
  inTheKnownWay: (merchant) => html`Tafadhali lipa ${merchant} kwa njia unayoijua.`,
  quote: (reference) => html`Kumbukumbu ya kutaja: <strong>${reference}</strong>`,
  backTo: (merchant) => html`Rudi kwa ${merchant}`,
  facts: { about: 'Kwa ajili ya', reference: 'Kumbukumbu', openUntil: 'Iko wazi hadi' },
}

export const lookUpInSwahili: Catalogue['lookUp'] = {
  title: (merchant) => `Ona unachodaiwa – ${merchant}`,
  heading: 'Ona unachodaiwa',
  number: 'Nambari ya bili, akaunti au mteja',
  asOnBill: 'Kama ilivyo kwenye bili yako.',
  facts: { phone_last4: 'Tarakimu nne za mwisho za nambari yako ya simu', email: 'Anwani yako ya barua pepe' },
  asKnown: (merchant) => `Kama ${merchant} inavyoijua.`,
  show: 'Nionyeshe ninachodaiwa',
  triedTooOften: 'Hii imejaribiwa mara nyingi mno. Tafadhali jaribu tena baadaye, au fungua kiungo ulichotumiwa.',
  nothingFound: 'Hatukupata chochote kwa hivi viwili. Tafadhali angalia vyote viwili.',
}
