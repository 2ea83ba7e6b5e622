import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const receiptInAfrikaans: Catalogue['receipt'] = {
  paidTitle: 'Betaal',
  unneededTitle: 'Nie nodig nie',
  paid: 'Betaal',
  unneeded: 'Ontvang, en nie nodig nie',
  takenBackTitle: 'Teruggeneem',
  paidAndTakenBack: 'Betaal, en teruggeneem',
  youPaid: 'Dankie. U het betaal',
  weReceived: 'Ons het ontvang',
  facts: {
    paidTo: 'Betaal aan',
    billedTo: 'Gefaktureer aan',
    date: 'Datum',
    paidWith: 'Betaal met',
    currency: 'Geldeenheid',
    payment: 'Betaling',
    owedAfter: 'Verskuldig ná hierdie betaling',
    creditAfter: 'Krediet daarna',
  },
  partPaid: 'betaal',
  left: (amount) => html`${amount} oor`,
  inAdvance: 'vooruit betaal',
  inFull: 'ten volle betaal',
  notNeeded: (amount) => html`${amount} daarvan was nie nodig nie.`,
  usedSince: 'Dit is sedertdien gebruik of teruggegee.',
  holdsAll: (merchant) => html`${merchant} hou dit vir u: vra dit terug, anders gaan dit na wat u volgende skuld.`,
  holdsPart: (merchant, amount) =>
    html`${merchant} hou nog ${amount} daarvan vir u: vra dit terug, anders gaan dit na wat u volgende skuld.`,
  causes: {
    withdrawn: (name) => html`${name}: dit was reeds teruggetrek.`,
    part: (name) => html`${name}: ’n deel daarvan was reeds betaal of afgetrek.`,
    whole: (name) => html`${name}: dit was reeds betaal of afgetrek.`,
  },
  takenBack: (merchant, amount, name, date) =>
    html`<strong>Sedertdien:</strong> ${merchant} het op ${date} ${amount} van ${name} teruggeneem.`,
  refunded: (merchant, amount) =>
    html`<strong>Sedertdien:</strong> ${merchant} het ${amount} hiervan aan u terugbetaal.`,
  bankTookBack: (amount, date) =>
    html`<strong>Die bank het op ${date} ${amount} teruggeneem.</strong> Wat dit betaal het, is weer verskuldig.`,
  paidBefore: (merchant) =>
    html`<strong>Dit is reeds voorheen betaal.</strong> ${merchant} het hierdie geld ook: vra dit terug.`,
  seeLeft: 'Sien wat nog betaal moet word',
  keep: 'Bewaar die kwitansie',
}
