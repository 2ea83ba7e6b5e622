import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const receiptInFrench: Catalogue['receipt'] = {
  paidTitle: 'Payé',
  unneededTitle: 'Non nécessaire',
  paid: 'Payé',
  unneeded: 'Reçu, mais non nécessaire',
  takenBackTitle: 'Repris',
  paidAndTakenBack: 'Payé, puis repris',
  youPaid: 'Merci. Vous avez payé',
  weReceived: 'Nous avons reçu',
  facts: {
    paidTo: 'Payé à',
    billedTo: 'Facturé à',
    date: 'Date',
    paidWith: 'Moyen de paiement',
    currency: 'Devise',
    payment: 'Paiement',
    owedAfter: 'Restait dû après ce paiement',
    creditAfter: 'Avoir après ce paiement',
  },
  partPaid: 'payé',
  left: (amount) => html`reste ${amount}`,
  inAdvance: 'payé d’avance',
  inFull: 'entièrement payé',
  notNeeded: (amount) => html`${amount} de ce montant n’était pas nécessaire.`,
  usedSince: 'Depuis, ce montant a été utilisé ou remboursé.',
  holdsAll: (merchant) =>
    html`${merchant} le conserve pour vous\u00a0: demandez-en le remboursement, sinon il servira à ce que vous devrez ensuite.`,
  holdsPart: (merchant, amount) =>
    html`${merchant} en conserve encore ${amount} pour vous\u00a0: demandez-en le remboursement, sinon ce montant servira à ce que vous devrez ensuite.`,
  causes: {
    withdrawn: (name) => html`${name}\u00a0: annulation entre-temps.`,
    part: (name) => html`${name}\u00a0: une partie avait déjà été payée ou déduite.`,
    whole: (name) => html`${name}\u00a0: le montant avait déjà été payé ou déduit.`,
  },
  takenBack: (merchant, amount, name, date) =>
    html`<strong>Depuis\u00a0:</strong> ${merchant} a repris ${amount} sur ${name} le ${date}.`,
  refunded: (merchant, amount) => html`<strong>Depuis\u00a0:</strong> ${merchant} vous en a remboursé ${amount}.`,
  bankTookBack: (amount, date) =>
    html`<strong>La banque a repris ${amount} le ${date}.</strong> Ce que cela avait payé est de nouveau dû.`,
  paidBefore: (merchant) =>
    html`<strong>Ceci avait déjà été payé.</strong> ${merchant} a aussi reçu cet argent\u00a0: demandez-en le remboursement.`,
  seeLeft: 'Voir ce qui reste à payer',
  keep: 'Enregistrer le reçu',
}
