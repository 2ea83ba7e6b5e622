import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'
import { pluralIn } from '../plural.ts'

const plural = pluralIn('fr')

const declines: Catalogue['paying']['declines'] = {
  insufficient_funds: 'La provision de la carte est insuffisante.',
  generic_decline: 'La banque a refusé la carte sans dire pourquoi.',
  expired_card: 'La carte a expiré.',
  incorrect_cvc: 'Le code de sécurité ne correspond pas à la carte.',
  lost_card: 'La banque a refusé la carte. Veuillez en utiliser une autre.',
  authentication_failed: 'La banque n’a pas pu confirmer que c’était bien vous.',
  processing_error: 'La banque n’a pas pu effectuer le paiement.',
  refused_by_bank: 'La banque a refusé le paiement.',
  refused_by_payer: 'Il a été refusé auprès de la banque.',
  superseded: 'D’autres paiements ont été commencés depuis.',
}

export const payingInFrench: Catalogue['paying'] = {
  review: {
    title: (merchant) => `Vérification – ${merchant}`,
    movedTitle: (merchant) => `Veuillez vérifier à nouveau – ${merchant}`,
    aboutToPay: 'Vous allez payer',
    unused: (amount) =>
      html`${amount} de ce que vous avez indiqué n’est pas utilisé\u00a0: le reste de ce que vous devez ne peut pas être payé en partie ici.`,
    stillOwed: (amount) => html`Après cela, vous devrez encore ${amount}.`,
    nothingMore: (currency) => `Après cela, vous ne devrez plus rien en ${currency}.`,
    change: 'Modifier',
    more: (count) => plural(count, { one: `${count} autre`, other: `${count} autres` }),
    overdue: 'en retard',
    today: 'à payer aujourd’hui',
    inPart: 'en partie',
    inAdvance: 'd’avance',
    moved: 'Ceci a changé depuis que vous l’avez vu',
    isNow: (name, amount) => html`${name}\u00a0: ${amount} maintenant.`,
    isNowAndWas: (name, amount, before) => html`${name}\u00a0: ${amount} maintenant, ${before} auparavant.`,
    notOwed: (amount) => html`${amount} n’est plus dû.`,
    wasInAll: (sum) => html`C’était ${sum} en tout. Rien n’a été débité. Vérifiez, puis payez.`,
  },
  moving: {
    status: 'En cours',
    heading: 'Pas encore confirmé',
    detail:
      'Votre banque est en train de confirmer ce paiement. Vous n’avez rien à faire, et nous vous prions de ne pas payer une seconde fois. Vous pouvez fermer cette page.',
  },
  held: {
    status: 'Réservé',
    heading: 'Réservé sur votre carte',
    detail:
      'Rien n’a encore été prélevé. Ce qui en sera utilisé sera prélevé plus tard, et le reste sera libéré. Vous n’avez rien à faire.',
  },
  released: {
    status: 'Non prélevé',
    heading: 'N’est plus réservé',
    detail: 'Rien n’a été prélevé : le montant réservé sur votre carte a été libéré.',
  },
  unfinished: {
    status: 'Pas encore payé',
    heading: 'Vous n’avez pas terminé le paiement',
    detail: 'Rien n’a été prélevé sur votre carte. Si vous venez de payer, vérifiez à nouveau dans un instant.',
  },
  failed: {
    status: 'Non payé',
    heading: 'Le paiement n’a pas abouti',
    calledOff: 'Il a été annulé.',
    elsewhere: 'Vous avez recommencé ailleurs.',
    notInTime: 'Il n’a pas été terminé à temps.',
    nothingTaken: 'Rien n’a été prélevé.',
    wasFor: (name) => html`Vous étiez en train de payer\u00a0: ${name}.`,
    wasForMore: (name, count) =>
      html`Vous étiez en train de payer\u00a0: ${name} et ${plural(count, { one: `${count} autre`, other: `${count} autres` })}.`,
  },
  declines,
  refreshes: 'Cette page se met à jour d’elle-même.',
  checkAgain: 'Vérifier à nouveau',
  seeOwed: 'Voir ce qui est dû',
  tryAgain: (amount) => html`Réessayer de payer ${amount}`,
  another: 'Payer un autre montant',
}
