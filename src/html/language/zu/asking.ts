import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const askingInZulu: Catalogue['asking'] = {
  asks: (merchant) => html`${merchant} icela ukuba ukhokhe`,
  asksNamed: (name, merchant) => html`${name}, ${merchant} icela ukuba ukhokhe`,
  wasPaid: 'Siyabonga. Lokhu kukhokhiwe',
  moving: 'Ibhange lakho lisaqinisekisa le nkokhelo. Akukho okumele ukwenze, futhi sicela ungakhokhi futhi.',
  ended: {
    title: 'Akusavuliwe',
    heading: 'Awusakwazi ukukhokha lokhu lapha',
    withdrawn: (merchant) => html`${merchant} ikuhoxisile.`,
    wasOpenUntil: (date) => `Bekuvuliwe kuze kube ngu-${date}.`,
    askAgain: (merchant) => html`Akukho mali ethathiwe. Uma usafuna ukukhokha, sicela ucele okusha ku-${merchant}.`,
  },
  unfit: {
    title: 'Akukwazi ukukhokhwa lapha',
    heading: 'Bekucelwe le mali',
    detail: (merchant) =>
      html`Okukweletwayo manje kungaphansi kwalokho, ngakho akukwazi ukukhokhwa lapha. Akukho mali ethathiwe. Sicela ubuze u-${merchant} ukuthi kusele malini.`,
  },
  seeReceipt: 'Bona irisidi',
  inTheKnownWay: (merchant) => html`Sicela ukhokhele u-${merchant} ngendlela oyaziyo.`,
  quote: (reference) => html`Inkomba okufanele uyisho: <strong>${reference}</strong>`,
  backTo: (merchant) => html`Buyela ku-${merchant}`,
  facts: { about: 'Okwe', reference: 'Inkomba', openUntil: 'Kuvuliwe kuze kube' },
}

export const lookUpInZulu: Catalogue['lookUp'] = {
  title: (merchant) => `Bona okukweletayo – ${merchant}`,
  heading: 'Bona okukweletayo',
  number: 'Inombolo ye-invoyisi, ye-akhawunti noma yekhasimende',
  asOnBill: 'Njengoba ibhalwe kwi-invoyisi yakho.',
  facts: { phone_last4: 'Izinombolo ezine zokugcina zocingo lwakho', email: 'Ikheli lakho le-imeyili' },
  asKnown: (merchant) => `Njengoba ${merchant} ilazi.`,
  show: 'Khombisa engikukweletayo',
  triedTooOften: 'Lokhu kuzanywe kaningi kakhulu. Sicela uzame futhi kamuva, noma uvule isixhumanisi osithunyelelwe.',
  nothingFound: 'Asitholanga lutho ngalokhu okubili. Sicela uhlole kokubili.',
}
