import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'
import { pluralIn } from '../plural.ts'

const plural = pluralIn('af')

export const debtsInAfrikaans: Catalogue['debts'] = {
  heading: 'Wat u skuld',
  headingIn: (currency) => `Wat u in ${currency} skuld`,
  groups: {
    moving: 'Word nou betaal',
    overdue: 'Agterstallig',
    today: 'Vandag betaalbaar',
    later: 'Later',
    undated: 'Sonder ’n datum',
    running: 'Lopende saldo’s',
  },
  payTicked: 'Gaan voort met wat gemerk is',
  anotherAmount: 'Betaal ’n ander bedrag',
  spreadHint:
    'Dit word eers gebruik vir wat agterstallig is, en dan volgens betaaldatum. U sien die verdeling voordat u betaal.',
  showSplit: 'Wys die verdeling',
  dueOn: (date) => `Betaalbaar ${date}`,
  dueAgo: (date, days) =>
    plural(days, {
      one: `Betaalbaar ${date}, ${days} dag gelede`,
      other: `Betaalbaar ${date}, ${days} dae gelede`,
    }),
  partMoving: (amount) => html`${amount} daarvan word nou betaal`,
  notTogether: 'Kan nie saam met ander betaal word nie',
  details: 'Besonderhede',
  pages: (page, pages, count) => `Bladsy ${page} van ${pages}, ${count} altesaam.`,
  previous: 'Vorige',
  next: 'Volgende',
  beyond: (count, most) =>
    `Die som hierbo sluit ${count} meer in as die ${most} wat gelys is. Hulle word gelys sodra hierdie betaal is.`,
}
