import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const transferInAfrikaans: Catalogue['transfer'] = {
  way: 'Bankoorplasing',
  toPay: 'Gaan voort na betaling',
  heading: (merchant) => html`Plaas dit oor aan ${merchant}`,
  how: (merchant) =>
    html`Doen hierdie oorplasing by jou bank. Skryf die verwysing presies soos dit hier staan: daaraan weet ${merchant} wat jy betaal het.`,
  facts: {
    holder: 'Rekeninghouer',
    bank: 'Bank',
    number: 'Rekeningnommer',
    branch: 'Takkode',
    reference: 'Verwysing',
  },
  once: (merchant) =>
    html`Sodra jy dit gestuur het, sê vir ${merchant}. Wat jy skuld, bly soos dit is totdat die geld aangekom het.`,
  sent: 'Ek het betaal',
  back: 'Terug',
  announced: {
    status: 'Nog nie aangekom nie',
    heading: 'Jy het gesê dat jy dit gestuur het',
    detail: (merchant, date) =>
      html`Jy het op ${date} vir ${merchant} gesê. Jy hoef niks meer te doen nie. Dit tel as verskuldig totdat die geld aangekom het, wat ’n paar werksdae kan duur.`,
  },
  settled: { status: 'Betaal', heading: 'Dankie. Dit het aangekom' },
  expired: {
    heading: 'Hierdie verwysing het verval',
    detail: (date) =>
      `Dit kon tot ${date} gebruik word. As jy geld daarmee gestuur het, word dit steeds gevind. Anders, gaan terug en kies weer bankoorplasing.`,
  },
  gone: {
    heading: 'Bankoorplasing word nie meer hier aangebied nie',
    detail: (merchant) =>
      html`As jy die geld reeds gestuur het, hoef jy niks te doen nie. Anders, kies asseblief ’n ander manier om te betaal, of vra ${merchant}.`,
  },
  noted: (amount, reference, date) =>
    html`’n Bankoorplasing van <strong>${amount}</strong> met die verwysing ${reference} is op ${date} aangekondig. Dit het nog nie aangekom nie en is dus nie hier afgetrek nie.`,
  seeDetails: 'Sien die bankbesonderhede',
}
