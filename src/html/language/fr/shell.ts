import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const shellInFrench: Catalogue['shell'] = {
  testBanner: 'Page de test. Aucun argent réel n’est transféré.',
  language: 'Langue',
  pleaseCheck: 'Veuillez vérifier',
  comma: ', ',
  names: {
    bill: (reference) => `Facture ${reference}`,
    account: (reference) => `Compte ${reference}`,
    general: 'Solde général',
  },
  refusals: {
    notFound: {
      heading: 'Ce lien ne fonctionne pas',
      sentences: [
        'Il a peut-être été coupé lors de la copie, ou remplacé par un lien plus récent.',
        'Ouvrez le lien le plus récent que vous avez reçu, ou demandez-en un nouveau à l’entreprise qui vous l’a envoyé.',
      ],
    },
    foreign: {
      heading: 'Veuillez recommencer à partir de votre lien',
      sentences: [
        'Ce formulaire a été envoyé depuis un autre site, il n’en a donc pas été tenu compte.',
        'Ouvrez le lien que vous avez reçu, puis payez à partir de là.',
      ],
    },
    unavailable: {
      heading: 'Un instant, s’il vous plaît',
      sentences: [
        'Nous ne pouvons pas accéder à nos données pour le moment. Veuillez recharger cette page dans une minute.',
        'Si vous venez de payer, ne payez pas une seconde fois\u00a0: cette page l’indiquera.',
      ],
    },
    unreadable: {
      heading: 'Cela n’a pas fonctionné',
      sentences: ['Votre navigateur a envoyé quelque chose que nous ne pouvons pas lire.'],
    },
    failed: {
      heading: 'Une erreur s’est produite de notre côté',
      sentences: [
        'Veuillez recharger cette page dans une minute. Si vous venez de payer, ne payez pas une seconde fois avant d’avoir vérifié.',
      ],
    },
  },
  cardElsewhere: (merchant) =>
    html`Vous saisissez votre carte sur la page du service de paiement. ${merchant} ne la voit jamais.`,
}
