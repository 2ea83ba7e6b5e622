import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const shellInSwahili: Catalogue['shell'] = {
  testBanner: 'Ukurasa wa majaribio. Hakuna pesa halisi inayohamishwa.',
  sampleBanner: 'Mfano. Hivi ndivyo wanaokulipa wanavyoona. Hakuna kinachodaiwa hapa.',
  checkNumber: 'Hakikisha kwamba kweli ni sisi: piga nambari iliyo kwenye bili yako.',
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
        'Huenda kilikatwa kilipokuwa kikinakiliwa, muda wake umeisha, au kimebadilishwa na kipya.',
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
    tooMany: {
      heading: 'Tafadhali jaribu tena baadaye',
      sentences: [
        'Viungo vingi mno visivyoelekeza popote vimefunguliwa kutoka mahali ulipo.',
        'Fungua tena kiungo ulichotumiwa baada ya saa moja, au uliza kampuni iliyokituma.',
      ],
    },
    tooFast: {
      heading: 'Subiri kidogo, tafadhali',
      sentences: [
        'Kumekuwa na maombi mengi sana kutoka mahali ulipo, au kwa kiungo hiki. Tafadhali pakia ukurasa huu tena baada ya dakika moja.',
        'Ikiwa umelipa sasa hivi, usilipe tena: ukurasa huu utaonyesha malipo hayo.',
      ],
    },
    home: {
      heading: 'Je, unataka kuona bili yako?',
      sentences: [
        'Fungua kiungo ulichopata kutoka kwa kampuni inayokutoza: ni kirefu kuliko anwani hii.',
        'Ikiwa hukipati, au hakifanyi kazi, omba kipya kutoka kwa kampuni.',
      ],
    },
    noPage: {
      heading: 'Hakuna ukurasa kama huo',
      sentences: [
        'Fungua kiungo ulichopata kutoka kwa kampuni inayokutoza: ni kirefu kuliko anwani hii.',
        'Ikiwa hukipati, au hakifanyi kazi, omba kipya kutoka kwa kampuni.',
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
