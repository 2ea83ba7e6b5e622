import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const shellInSwahili: Catalogue['shell'] = {
  testBanner: 'Ukurasa wa majaribio. Hakuna pesa halisi inayohamishwa.',
  language: 'Lugha',
  pleaseCheck: 'Tafadhali angalia',
  comma: ', ',
  names: {
    bill: (reference) => `Bili ${reference}`,
    account: (reference) => `Akaunti ${reference}`,
    general: 'Salio la jumla',
  },
  refusals: {
    notFound: {
      heading: 'Kiungo hiki hakifanyi kazi',
      sentences: [
        'Huenda kilikatwa kilipokuwa kikinakiliwa, au kimebadilishwa na kipya.',
        'Tafadhali fungua kiungo kipya zaidi ulichotumiwa, au omba kipya kutoka kwa kampuni iliyokituma.',
      ],
    },
    foreign: {
      heading: 'Tafadhali anza tena kutoka kwenye kiungo chako',
      sentences: [
        'Fomu hii ilitumwa kutoka mahali pengine, kwa hiyo hakuna kilichofanywa nayo.',
        'Fungua kiungo ulichotumiwa, kisha ulipe kutoka hapo.',
      ],
    },
    unavailable: {
      heading: 'Subiri kidogo, tafadhali',
      sentences: [
        'Hatuwezi kufikia kumbukumbu zetu kwa sasa. Tafadhali pakia ukurasa huu tena baada ya dakika moja.',
        'Ikiwa umelipa sasa hivi, usilipe tena: ukurasa huu utaonyesha malipo hayo.',
      ],
    },
    unreadable: {
      heading: 'Hilo halikufaulu',
      sentences: ['Kivinjari chako kilituma kitu ambacho hatuwezi kukisoma.'],
    },
    failed: {
      heading: 'Kuna hitilafu upande wetu',
      sentences: [
        'Tafadhali pakia ukurasa huu tena baada ya dakika moja. Ikiwa umelipa sasa hivi, usilipe tena kabla ya kuangalia.',
      ],
    },
  },
  cardElsewhere: (merchant) =>
    html`Unaingiza kadi yako kwenye ukurasa wa huduma ya malipo yenyewe. ${merchant} haiioni kamwe.`,
}
