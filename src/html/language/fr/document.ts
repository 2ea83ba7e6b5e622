import type { Catalogue } from '../catalogue.ts'

export const documentInFrench: Catalogue['document'] = {
  receipt: 'Reçu',
  title: (merchant) => `Reçu – ${merchant}`,
  test: 'Reçu de test. Aucun argent réel n’a été transféré.',
  youPaid: 'Vous avez payé',
  facts: { number: 'Numéro du reçu', legalName: 'Société', contact: 'Contact' },
  unnamed: { bill: 'Facture', account: 'Compte' },
  left: (amount) => `reste ${amount} à payer ensuite`,
  inCredit: (amount) => `avoir de ${amount} ensuite`,
  line: 'Ce qui a été payé',
  amount: 'Montant',
  asAsked: 'Selon la demande',
  notNeeded: (amount, merchant) =>
    `${amount} de ce montant n’était pas nécessaire. ${merchant} l’a conservé pour vous\u00a0: demandez-en le remboursement, sinon il servira à ce que vous devrez ensuite.`,
  causes: {
    withdrawn: (name) => `${name}\u00a0: annulation entre-temps.`,
    part: (name) => `${name}\u00a0: une partie avait déjà été payée ou déduite.`,
    whole: (name) => `${name}\u00a0: le montant avait déjà été payé ou déduit.`,
  },
  since: {
    heading: 'Depuis',
    takenBack: (date, amount, name, merchant) => `${date}\u00a0: ${merchant} a repris ${amount} sur ${name}.`,
    reversed: (date, amount) => `${date}\u00a0: ${amount} de ce paiement a été repris.`,
    cameBack: (date, amount) => `${date}\u00a0: ${amount} de ce paiement est revenu.`,
    refunded: (date, amount) => `${date}\u00a0: ${amount} de ce paiement vous a été remboursé.`,
    refundFailed: (date, amount, merchant) =>
      `${date}\u00a0: un remboursement de ${amount} n’est pas arrivé. L’argent est revenu chez ${merchant}.`,
    movedOn: (date, amount, merchant) =>
      `${date}\u00a0: ${merchant} a transféré ${amount} de ce paiement à un autre client.`,
    used: (date, amount) => `${date}\u00a0: ${amount} de ce paiement a servi à autre chose qui était dû.`,
  },
  save: 'Enregistrer le reçu (PDF)',
  print: 'Imprimez cette page, ou enregistrez-la en PDF depuis votre navigateur.',
  keep: 'Conservez l’adresse de cette page\u00a0: le reçu y reste.',
  verify: 'Scannez ce code pour vérifier que le reçu est authentique.',
  page: (page, pages) => `Page ${page} sur ${pages}`,
  send: {
    heading: 'Me l’envoyer',
    hint: 'Elle ne sert que pour ce reçu.',
    button: 'Envoyer le reçu',
    wrong: 'Indiquez une adresse e-mail, par exemple name@example.com.',
    tooMany: 'Ce reçu a déjà été envoyé au nombre maximal d’adresses.',
    sent: 'Nous l’envoyons. Il devrait arriver dans quelques minutes.',
    told: (merchant) => `Nous avons prévenu ${merchant}, qui l’enverra.`,
  },
  message: {
    subject: (merchant, amount) => `Votre reçu de ${merchant}\u00a0: ${amount}`,
    thanks: (merchant) => `Merci de votre paiement à ${merchant}.`,
    atAddress: 'Le reçu se trouve toujours ici\u00a0:',
    notAsked:
      'Quelqu’un a demandé que ce reçu vous soit envoyé. Si ce n’était pas vous, ne faites rien\u00a0: il n’y aura pas d’autre envoi.',
  },
}
