import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const receiptInZulu: Catalogue['receipt'] = {
  paidTitle: 'Kukhokhiwe',
  unneededTitle: 'Bekungadingeki',
  paid: 'Kukhokhiwe',
  unneeded: 'Kutholiwe, kodwa bekungadingeki',
  takenBackTitle: 'Kubuyisiwe',
  paidAndTakenBack: 'Kukhokhiwe, kwabuye kwabuyiswa',
  youPaid: 'Siyabonga. Ukhokhe',
  weReceived: 'Sithole',
  facts: {
    paidTo: 'Ikhokhelwe u',
    billedTo: 'Ikhokhiswa u',
    date: 'Usuku',
    paidWith: 'Ikhokhwe nge',
    currency: 'Uhlobo lwemali',
    payment: 'Inkokhelo',
    owedAfter: 'Okukweletwayo emva kwale nkokhelo',
    creditAfter: 'Ikhredithi emva kwayo',
  },
  partPaid: 'kukhokhiwe',
  left: (amount) => html`kusele ${amount}`,
  inAdvance: 'kukhokhwe kusengaphambili',
  inFull: 'kukhokhwe ngokugcwele',
  notNeeded: (amount) => html`${amount} kukho bekungadingeki.`,
  usedSince: 'Kusukela lapho isetshenzisiwe noma ibuyiselwe.',
  holdsAll: (merchant) =>
    html`${merchant} ikugcinele yona: cela ukuba ibuyiswe, noma izosetshenziselwa lokho ozokukweleta okulandelayo.`,
  holdsPart: (merchant, amount) =>
    html`${merchant} isakugcinele ${amount} kukho: cela ukuba ibuyiswe, noma izosetshenziselwa lokho ozokukweleta okulandelayo.`,
  causes: {
    withdrawn: (name) => html`${name}: besekuhoxisiwe.`,
    part: (name) => html`${name}: ingxenye yakho ibisikhokhiwe noma isusiwe.`,
    whole: (name) => html`${name}: besekukhokhiwe noma kususiwe.`,
  },
  takenBack: (merchant, amount, name, date) =>
    html`<strong>Kusukela lapho:</strong> ${merchant} ibuyise ${amount} ku-${name} ngo-${date}.`,
  refunded: (merchant, amount) =>
    html`<strong>Kusukela lapho:</strong> ${merchant} ikubuyisele ${amount} yale nkokhelo.`,
  bankTookBack: (amount, date) =>
    html`<strong>Ibhange libuyise ${amount} ngo-${date}.</strong> Lokho obekukhokhelwe kuyakweletwa futhi.`,
  paidBefore: (merchant) =>
    html`<strong>Lokhu bekuvele sekukhokhiwe.</strong> ${merchant} inayo nale mali: cela ukuba ibuyiswe.`,
  seeLeft: 'Bona okusele okufanele kukhokhwe',
  keep: 'Londoloza irisidi',
}
