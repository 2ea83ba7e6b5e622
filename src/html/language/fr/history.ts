import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const historyInFrench: Catalogue['history'] = {
  calendar: 'Ajouter à votre agenda',
  title: 'Paiements effectués',
  takenBack: 'repris',
  partTakenBack: (amount) => html`dont ${amount} repris`,
  refunded: 'remboursé',
  partRefunded: (amount) => html`dont ${amount} remboursé`,
  none: 'Il n’y en a pas.',
  last: (count) => `Ce sont les ${count} derniers.`,
  back: 'Retour à ce qui est dû',
  instantEft: (bank) => `Virement instantané, ${bank}`,
  paycode: (ending) => `Code de paiement ${ending}`,
  isDue: (reference, merchant) => `La facture ${reference} de ${merchant} arrive à échéance`,
}
