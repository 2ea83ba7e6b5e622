import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

const declines: Catalogue['paying']['declines'] = {
  insufficient_funds: 'Hakuna pesa za kutosha kwenye kadi.',
  generic_decline: 'Benki ilikataa kadi bila kusema sababu.',
  expired_card: 'Muda wa kadi umeisha.',
  incorrect_cvc: 'Msimbo wa usalama haulingani na kadi.',
  lost_card: 'Benki ilikataa kadi. Tafadhali tumia nyingine.',
  authentication_failed: 'Benki haikuweza kuthibitisha kwamba ni wewe.',
  processing_error: 'Benki haikuweza kukamilisha malipo.',
  refused_by_bank: 'Benki ilikataa malipo.',
  refused_by_payer: 'Yalikataliwa kwenye benki.',
  superseded: 'Malipo mengine yameanzishwa tangu wakati huo.',
}

export const payingInSwahili: Catalogue['paying'] = {
  review: {
    title: (merchant) => `Mapitio – ${merchant}`,
    movedTitle: (merchant) => `Tafadhali angalia tena – ${merchant}`,
    aboutToPay: 'Uko karibu kulipa',
    unused: (amount) =>
      html`${amount} ya ulichoingiza haitumiki: unachodaiwa kingine hakiwezi kulipwa kwa sehemu hapa.`,
    stillOwed: (amount) => html`Baada ya hapa bado utadaiwa ${amount}.`,
    nothingMore: (currency) => `Baada ya hapa hutadaiwa tena chochote kwa ${currency}.`,
    change: 'Badilisha',
    more: (count) => `${count} zaidi`,
    overdue: 'imechelewa',
    today: 'ya kulipwa leo',
    inPart: 'kwa sehemu',
    inAdvance: 'mapema',
    moved: 'Hii imebadilika tangu ulipoangalia',
    isNow: (name, amount) => html`${name}: sasa ni ${amount}.`,
    isNowAndWas: (name, amount, before) => html`${name}: sasa ni ${amount}, ilikuwa ${before}.`,
    notOwed: (amount) => html`${amount} haidaiwi tena.`,
    wasInAll: (sum) => html`Jumla ilikuwa ${sum}. Hakuna kilichotozwa. Iangalie, kisha ulipe.`,
  },
  moving: {
    status: 'Iko njiani',
    heading: 'Bado haijathibitishwa',
    detail:
      'Benki yako bado inathibitisha malipo haya. Huhitaji kufanya chochote, na tafadhali usilipe tena. Unaweza kufunga ukurasa huu.',
  },
  held: {
    status: 'Imetengwa',
    heading: 'Imetengwa kwenye kadi yako',
    detail:
      'Hakuna kilichochukuliwa bado. Kitakachotumika kitachukuliwa baadaye, na kinachobaki kitaachiliwa. Huhitaji kufanya chochote.',
  },
  released: {
    status: 'Haikuchukuliwa',
    heading: 'Haijatengwa tena',
    detail: 'Hakuna kilichochukuliwa: kiasi kilichotengwa kwenye kadi yako kimeachiliwa.',
  },
  unfinished: {
    status: 'Bado haijalipwa',
    heading: 'Hujamaliza kulipa',
    detail: 'Hakuna kilichochukuliwa kwenye kadi yako. Ikiwa umelipa sasa hivi, angalia tena baada ya muda mfupi.',
  },
  failed: {
    status: 'Haijalipwa',
    heading: 'Malipo hayakufaulu',
    calledOff: 'Yalisitishwa.',
    elsewhere: 'Ulianza tena mahali pengine.',
    notInTime: 'Hayakukamilishwa kwa wakati.',
    nothingTaken: 'Hakuna kilichochukuliwa.',
    wasFor: (name) => html`Ulikuwa unalipa: ${name}.`,
    wasForMore: (name, count) => html`Ulikuwa unalipa: ${name} na ${count} zaidi.`,
  },
  declines,
  refreshes: 'Ukurasa huu unajiangalia tena wenyewe.',
  checkAgain: 'Angalia tena',
  seeOwed: 'Ona unachodaiwa',
  tryAgain: (amount) => html`Jaribu tena kulipa ${amount}`,
  another: 'Lipa kiasi kingine',
}
