import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const transferInZulu: Catalogue['transfer'] = {
  way: 'Ukudlulisa imali ngebhange',
  toPay: 'Qhubeka uye ekukhokheni',
  heading: (merchant) => html`Dlulisela le mali ku-${merchant}`,
  how: (merchant) =>
    html`Yenza lokhu kudlulisa ebhange lakho. Bhala inkomba njengoba injalo lapha: ngayo u-${merchant} wazi ukuthi ukhokheleni.`,
  facts: {
    holder: 'Umnikazi we-akhawunti',
    bank: 'Ibhange',
    number: 'Inombolo ye-akhawunti',
    branch: 'Ikhodi yegatsha',
    reference: 'Inkomba',
  },
  once: (merchant) => html`Uma usuyithumelile, tshela u-${merchant}. Okukweletayo kuhlala kunjalo kuze kufike imali.`,
  sent: 'Sengikhokhile',
  back: 'Buyela emuva',
  announced: {
    status: 'Ayikafiki',
    heading: 'Usho ukuthi uthumele',
    detail: (merchant, date) =>
      html`Utshele u-${merchant} ngo-${date}. Akudingeki wenze okunye. Ibalwa njengesakweletwa kuze kufike imali, okungathatha izinsuku ezimbalwa zomsebenzi.`,
  },
  settled: { status: 'Kukhokhiwe', heading: 'Siyabonga. Le mali ifikile' },
  expired: {
    heading: 'Le nkomba isiphelelwe yisikhathi',
    detail: (date) =>
      `Ibingasetshenziswa kuze kube ngu-${date}. Uma uthumele imali ngayo, isazotholakala. Uma kungenjalo, buyela emuva ukhethe futhi ukudlulisa imali ngebhange.`,
  },
  gone: {
    heading: 'Ukudlulisa imali ngebhange akusatholakali lapha',
    detail: (merchant) =>
      html`Uma usuyithumelile imali, akudingeki wenze lutho. Uma kungenjalo, sicela ukhethe enye indlela yokukhokha, noma ubuze u-${merchant}.`,
  },
  noted: (amount, reference, date) =>
    html`Ukudluliswa kwemali engu-<strong>${amount}</strong> ngebhange ngenkomba ${reference} kwaziswa ngo-${date}. Ayikafiki, ngakho ayisuswa lapha.`,
  seeDetails: 'Bona imininingwane yebhange',
}
