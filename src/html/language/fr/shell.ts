import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const shellInFrench: Catalogue['shell'] = {
  testBanner: 'Page de test. Aucun argent réel n’est transféré.',
  sampleBanner: 'Exemple. Voici ce que voient vos payeurs. Rien n’est dû ici.',
  checkNumber: 'Vérifiez qu’il s’agit bien de nous\u00a0: appelez le numéro qui figure sur votre facture.',
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
        'Il a peut-être été coupé lors de la copie, il a expiré, ou il a été remplacé par un lien plus récent.',
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
    tooMany: {
      heading: 'Veuillez réessayer plus tard',
      sentences: [
        'Trop de liens qui ne mènent nulle part ont été ouverts depuis votre connexion.',
        'Ouvrez à nouveau le lien que vous avez reçu dans une heure, ou adressez-vous à l’entreprise qui l’a envoyé.',
      ],
    },
    tooFast: {
      heading: 'Un instant, s’il vous plaît',
      sentences: [
        'Un très grand nombre de demandes sont venues de votre connexion, ou de ce lien. Veuillez recharger cette page dans une minute.',
        'Si vous venez de payer, ne payez pas une seconde fois\u00a0: cette page l’indiquera.',
      ],
    },
    home: {
      heading: 'Voulez-vous voir votre facture\u00a0?',
      sentences: [
        'Ouvrez le lien que vous avez reçu de l’entreprise qui vous facture\u00a0: il est plus long que cette adresse.',
        'Si vous ne le trouvez pas, ou s’il ne fonctionne pas, demandez-en un nouveau à l’entreprise.',
      ],
    },
    noPage: {
      heading: 'Cette page n’existe pas',
      sentences: [
        'Ouvrez le lien que vous avez reçu de l’entreprise qui vous facture\u00a0: il est plus long que cette adresse.',
        'Si vous ne le trouvez pas, ou s’il ne fonctionne pas, demandez-en un nouveau à l’entreprise.',
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
