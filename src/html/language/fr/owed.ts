import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'
import { pluralIn } from '../plural.ts'

const plural = pluralIn('fr')
const inDays = (days: number) => plural(days, { one: `${days} jour`, other: `${days} jours` })

export const owedInFrench: Catalogue['owed'] = {
  titles: {
    pay: (merchant) => `Payer ${merchant}`,
    nothing: (merchant) => `Rien à payer – ${merchant}`,
    error: (title) => `Erreur\u00a0: ${title}`,
  },
  allOf: { customer: 'Tout ce que vous devez', account: 'Tout ce compte' },
  youOwe: 'Vous devez',
  namedOwes: (name) => html`${name}, vous devez`,
  dueToday: 'À payer aujourd’hui',
  dueIn: (days, date) => `À payer dans ${inDays(days)}, le ${date}`,
  overdueSince: (date, days) => html`<strong>En retard</strong> depuis le ${date}, ${inDays(days)}`,
  sumOverdue: (sum, date) => html`<strong>${sum} en retard</strong> depuis le ${date}.`,
  withdrawn: { heading: 'Cette facture a été annulée', detail: 'Vous n’avez pas à la payer.' },
  paid: { heading: 'Cette facture est payée', detail: 'Merci. Vous n’avez rien à faire.' },
  settled: { heading: 'Cette facture est soldée', detail: 'Il ne reste rien à payer.' },
  nothing: { heading: 'Rien à payer', detail: 'Vous ne devez rien. Merci.' },
  onItsWay: (sum) => html`<strong>${sum} en cours de paiement.</strong>
Votre banque n’a pas encore confirmé ce paiement. Vous n’avez pas à payer ce montant une seconde fois.`,
  inCredit: (sum) => html`Vous avez <strong>un avoir de ${sum}</strong>.`,
  held: (merchant, sum) =>
    html`${merchant} détient <strong>${sum}</strong> qui vous appartient et n’est pas encore utilisé.`,
  notTakenOff: 'Ce montant n’est pas déduit ci-dessus.',
  useCredit: (sum) => html`Utiliser ${sum} de mon avoir`,
  creditUsed: (sum) =>
    html`<strong>${sum} de votre avoir ont été utilisés.</strong> Ce montant a été déduit de ce que vous deviez.`,
  creditNotUsed:
    'Quelque chose a changé entre-temps ; rien de votre avoir n’a été utilisé. Veuillez vérifier les montants.',
  payEverything: (sum) => html`Tout payer, ${sum}`,
  payAllPossible: (sum) => html`Payer tout ce qui peut l’être ici, ${sum}`,
  choose: 'Choisir ce que vous payez',
  payMore: 'Payer davantage maintenant',
  payInAdvance: 'Payer d’avance',
  onlyWhole: (open, most, merchant) =>
    html`Le montant de ${open} ne peut être payé qu’en une seule fois, et un paiement en ligne ne peut pas dépasser ${most}. Veuillez contacter ${merchant} pour le payer.`,
  notOnline: (merchant) =>
    html`Le paiement en ligne n’est pas disponible ici. Veuillez payer ${merchant} de la manière habituelle.`,
  pageEnds: (date) => `Vous avez recherché ces informations\u00a0: la page expire le ${date}.`,
  howToPay: 'Comment payer',
  otherWays: 'Autres moyens de payer',
  otherWaysTo: (merchant) => `Autres moyens de payer ${merchant}`,
  backToOwed: 'Retour à ce qui est dû',
  quoteOf: {
    customer: (reference) => html`Référence à indiquer\u00a0: <strong>${reference}</strong> (votre numéro de client)`,
    account: (reference) => html`Référence à indiquer\u00a0: <strong>${reference}</strong> (votre numéro de compte)`,
    bill: (reference) => html`Référence à indiquer\u00a0: <strong>${reference}</strong> (votre numéro de facture)`,
  },
  seeBill: 'Voir la facture (document)',
  madeOf: (lines) => plural(lines, { one: `Détail, ${lines} ligne`, other: `Détail, ${lines} lignes` }),
  amountToPay: 'Montant à payer',
  pay: (amount) => html`Payer ${amount}`,
  toCard: 'Continuer vers le paiement par carte',
  limits: {
    between: (least, most) => html`De ${least} à ${most}`,
    upTo: (most) => html`Jusqu’à ${most}`,
    from: (least) => html`À partir de ${least}`,
    any: 'Montant libre',
  },
  facts: {
    billedTo: 'Facturé à',
    account: 'Compte',
    numbers: { customer: 'Numéro de client', account: 'Numéro de compte', bill: 'Numéro de facture' },
    billDate: 'Date de facture',
    due: 'Échéance',
    billTotal: 'Total de la facture',
    added: 'Ajouté',
    takenOff: 'Déduit',
    alreadyPaid: 'Déjà payé',
    writtenOff: 'N’est plus réclamé',
  },
  refused: {
    nothingTicked: 'Cochez d’abord ce que vous voulez payer.',
    nothingInCurrency: 'Rien n’est dû dans cette devise. Rien n’a été débité.',
    goneMeanwhile: 'Ce que vous avez choisi n’est plus dû, ou ne peut pas être payé ici. Rien n’a été débité.',
    severalCurrencies: 'Un paiement se fait dans une seule devise. Cochez des dettes d’une même devise.',
    tooMuch: 'Ce montant dépasse le maximum d’un paiement. Cochez moins de dettes, et payez les autres ensuite.',
    notOnline: 'Le paiement en ligne n’est pas disponible ici.',
    openTooLong: 'Cette page est restée ouverte plus d’un jour. Rien n’a été débité. Vérifiez le montant, puis payez.',
    notThisAmount: 'Ce montant ne peut pas être payé en ligne ici. Rien n’a été débité.',
    notCharged: 'Rien n’a été débité.',
    nothingLeft: 'Il ne reste rien à payer ici. Rien n’a été débité.',
    alreadyStarted: (amount) =>
      `Vous avez déjà commencé à payer ${amount} depuis cette page. Rien de plus n’a été débité. Vérifiez le montant, puis payez.`,
  },
}
