import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const transferInSwahili: Catalogue['transfer'] = {
  way: 'Uhamisho wa benki',
  toPay: 'Endelea kulipa',
  heading: (merchant) => html`Hamisha kiasi hiki kwa ${merchant}`,
  how: (merchant) =>
    html`Fanya uhamisho huu katika benki yako. Andika rejeleo kama lilivyo hapa: kwa hilo ${merchant} anajua ulicholipia.`,
  facts: {
    holder: 'Mwenye akaunti',
    bank: 'Benki',
    number: 'Nambari ya akaunti',
    branch: 'Msimbo wa tawi',
    reference: 'Rejeleo',
  },
  once: (merchant) => html`Ukishatuma, mjulishe ${merchant}. Unachodaiwa kinabaki vilevile hadi pesa zifike.`,
  sent: 'Nimelipa',
  back: 'Rudi',
  announced: {
    status: 'Bado hazijafika',
    heading: 'Umesema umetuma',
    detail: (merchant, date) =>
      html`Ulimjulisha ${merchant} tarehe ${date}. Huhitaji kufanya zaidi. Kiasi hiki bado kinadaiwa hadi pesa zifike, jambo linaloweza kuchukua siku kadhaa za kazi.`,
  },
  settled: { status: 'Imelipwa', heading: 'Asante. Kiasi hiki kimefika' },
  expired: {
    heading: 'Rejeleo hili limeisha muda',
    detail: (date) =>
      `Lilitumika hadi ${date}. Ikiwa umetuma pesa kwa rejeleo hili, bado zitapatikana. La sivyo, rudi uchague tena uhamisho wa benki.`,
  },
  gone: {
    heading: 'Uhamisho wa benki hautolewi tena hapa',
    detail: (merchant) =>
      html`Ikiwa umeshatuma pesa, huhitaji kufanya lolote. La sivyo, tafadhali chagua njia nyingine ya kulipa, au muulize ${merchant}.`,
  },
  noted: (amount, reference, date) =>
    html`Uhamisho wa benki wa <strong>${amount}</strong> wenye rejeleo ${reference} ulitangazwa tarehe ${date}. Bado haujafika, kwa hiyo haujaondolewa hapa.`,
  seeDetails: 'Ona maelezo ya benki',
}
