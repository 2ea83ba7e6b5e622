import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const transferInFrench: Catalogue['transfer'] = {
  way: 'Virement bancaire',
  toPay: 'Continuer vers le paiement',
  heading: (merchant) => html`Virez cette somme à ${merchant}`,
  how: (merchant) =>
    html`Faites ce virement auprès de votre banque. Écrivez la référence exactement comme ici : elle permet à ${merchant} de reconnaître votre paiement.`,
  facts: {
    holder: 'Titulaire du compte',
    bank: 'Banque',
    number: 'Numéro de compte',
    branch: 'Code guichet',
    reference: 'Référence',
  },
  once: (merchant) =>
    html`Une fois le virement envoyé, prévenez ${merchant}. Ce que vous devez ne change pas avant l’arrivée de l’argent.`,
  sent: 'J’ai payé',
  back: 'Retour',
  announced: {
    status: 'Pas encore arrivé',
    heading: 'Vous avez dit avoir envoyé',
    detail: (merchant, date) =>
      html`Vous avez prévenu ${merchant} le ${date}. Vous n’avez rien d’autre à faire. La somme reste due jusqu’à l’arrivée de l’argent, ce qui peut prendre quelques jours ouvrables.`,
  },
  settled: { status: 'Payé', heading: 'Merci. Cette somme est arrivée' },
  expired: {
    heading: 'Cette référence n’est plus valable',
    detail: (date) =>
      `Elle était valable jusqu’au ${date}. Si vous avez envoyé de l’argent avec elle, il sera tout de même retrouvé. Sinon, revenez en arrière et choisissez de nouveau le virement.`,
  },
  gone: {
    heading: 'Le virement n’est plus proposé ici',
    detail: (merchant) =>
      html`Si vous avez déjà envoyé l’argent, vous n’avez rien à faire. Sinon, choisissez un autre moyen de paiement ou demandez à ${merchant}.`,
  },
  noted: (amount, reference, date) =>
    html`Un virement de <strong>${amount}</strong> avec la référence ${reference} a été annoncé le ${date}. Il n’est pas encore arrivé et n’est donc pas déduit ici.`,
  seeDetails: 'Voir les coordonnées bancaires',
}
