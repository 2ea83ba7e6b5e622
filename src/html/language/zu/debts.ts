import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'
import { pluralIn } from '../plural.ts'

const plural = pluralIn('zu')

export const debtsInZulu: Catalogue['debts'] = {
  heading: 'Okukweletayo',
  headingIn: (currency) => `Okukweletayo nge-${currency}`,
  groups: {
    moving: 'Okukhokhwayo njengamanje',
    overdue: 'Osekudlulelwe yisikhathi',
    today: 'Okufanele kukhokhwe namuhla',
    later: 'Okwakamuva',
    undated: 'Okungenalo usuku',
    running: 'Amabhalansi aqhubekayo',
  },
  payTicked: 'Qhubeka ngokumakiwe',
  anotherAmount: 'Khokha enye imali',
  spreadHint:
    'Iqala isetshenziselwe osekudlulelwe yisikhathi, bese kulandela ngokosuku lokukhokha. Uyabona ukuthi yabiwa kanjani ngaphambi kokukhokha.',
  showSplit: 'Khombisa ukuthi yabiwa kanjani',
  dueOn: (date) => `Kukhokhwa ngo-${date}`,
  dueAgo: (date, days) =>
    plural(days, {
      one: `Bekukhokhwa ngo-${date}, sekudlule usuku olu-${days}`,
      other: `Bekukhokhwa ngo-${date}, sekudlule izinsuku ezingu-${days}`,
    }),
  partMoving: (amount) => html`${amount} kukho kuyakhokhwa njengamanje`,
  notTogether: 'Akukwazi ukukhokhwa kanye nokunye',
  details: 'Imininingwane',
  pages: (page, pages, count) => `Ikhasi ${page} kwangu-${pages}, konke kungu-${count}.`,
  previous: 'Okwangaphambili',
  next: 'Okulandelayo',
  beyond: (count, most) =>
    `Isamba esingenhla sihlanganisa okunye okungu-${count} ngaphandle kokungu-${most} okusohlwini. Kuzofakwa ohlwini uma lokhu sekukhokhiwe.`,
}
