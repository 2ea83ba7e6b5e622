import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'
import { pluralIn } from '../plural.ts'

const plural = pluralIn('fr')

export const debtsInFrench: Catalogue['debts'] = {
  heading: 'Ce que vous devez',
  headingIn: (currency) => `Ce que vous devez en ${currency}`,
  groups: {
    moving: 'En cours de paiement',
    overdue: 'En retard',
    today: 'À payer aujourd’hui',
    later: 'Plus tard',
    undated: 'Sans échéance',
    running: 'Soldes courants',
  },
  payTicked: 'Continuer avec ce qui est coché',
  anotherAmount: 'Payer un autre montant',
  spreadHint:
    'Il sert d’abord à ce qui est en retard, puis suit les échéances. Vous voyez la répartition avant de payer.',
  showSplit: 'Voir la répartition',
  dueOn: (date) => `Échéance le ${date}`,
  dueAgo: (date, days) =>
    plural(days, {
      one: `Échéance le ${date}, il y a ${days} jour`,
      other: `Échéance le ${date}, il y a ${days} jours`,
    }),
  partMoving: (amount) => html`dont ${amount} en cours de paiement`,
  notTogether: 'Ne peut pas être payé avec d’autres',
  details: 'Détails',
  pages: (page, pages, count) => `Page ${page} sur ${pages}, ${count} en tout.`,
  previous: 'Précédente',
  next: 'Suivante',
  beyond: (count, most) =>
    plural(count, {
      one: `La somme ci-dessus comprend ${count} dette de plus que les ${most} de la liste. Elle y figurera une fois celles-ci payées.`,
      other: `La somme ci-dessus comprend ${count} dettes de plus que les ${most} de la liste. Elles y figureront une fois celles-ci payées.`,
    }),
}
