import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const askingInFrench: Catalogue['asking'] = {
  asks: (merchant) => html`${merchant} vous demande de payer`,
  asksNamed: (name, merchant) => html`${name}, ${merchant} vous demande de payer`,
  wasPaid: 'Merci. Ceci a été payé',
  moving:
    'Votre banque est en train de confirmer ce paiement. Vous n’avez rien à faire, et nous vous prions de ne pas payer une seconde fois.',
  ended: {
    title: 'N’est plus ouvert',
    heading: 'Vous ne pouvez plus payer ceci ici',
    withdrawn: (merchant) => html`${merchant} l’a retiré.`,
    wasOpenUntil: (date) => `C’était ouvert jusqu’au ${date}.`,
    askAgain: (merchant) =>
      html`Rien n’a été débité. Si vous voulez toujours payer, demandez un nouveau lien à ${merchant}.`,
  },
  unfit: {
    title: 'Ne peut pas être payé ici',
    heading: 'Ce montant avait été demandé',
    detail: (merchant) =>
      html`Vous devez désormais moins que cela, le montant ne peut donc pas être payé ici. Rien n’a été débité. Demandez à ${merchant} ce qu’il reste à payer.`,
  },
  seeReceipt: 'Voir le reçu',
  inTheKnownWay: (merchant) => html`Veuillez payer ${merchant} de la manière habituelle.`,
  quote: (reference) => html`Référence à indiquer\u00a0: <strong>${reference}</strong>`,
  backTo: (merchant) => html`Retour à ${merchant}`,
  facts: { about: 'Objet', reference: 'Référence', openUntil: 'Ouvert jusqu’au' },
}

export const lookUpInFrench: Catalogue['lookUp'] = {
  title: (merchant) => `Voir ce que vous devez – ${merchant}`,
  heading: 'Voir ce que vous devez',
  number: 'Numéro de facture, de compte ou de client',
  asOnBill: 'Tel qu’il figure sur votre facture.',
  facts: { phone_last4: 'Quatre derniers chiffres de votre numéro de téléphone', email: 'Votre adresse e-mail' },
  asKnown: (merchant) => `Comme ${merchant} le connaît.`,
  show: 'Afficher ce que je dois',
  triedTooOften: 'Trop de tentatives. Veuillez réessayer plus tard, ou ouvrir le lien que vous avez reçu.',
  nothingFound: 'Nous n’avons rien trouvé avec ces deux indications. Veuillez vérifier les deux.',
}
