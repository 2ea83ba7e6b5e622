import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

const declines: Catalogue['paying']['declines'] = {
  insufficient_funds: 'Daar is nie genoeg geld op die kaart nie.',
  generic_decline: 'Die bank het die kaart afgekeur sonder om te sê waarom.',
  expired_card: 'Die kaart het verval.',
  incorrect_cvc: 'Die sekuriteitskode pas nie by die kaart nie.',
  lost_card: 'Die bank het die kaart afgekeur. Gebruik asseblief ’n ander een.',
  authentication_failed: 'Die bank kon nie bevestig dat dit u was nie.',
  processing_error: 'Die bank kon nie die betaling voltooi nie.',
  refused_by_bank: 'Die bank het die betaling geweier.',
  refused_by_payer: 'Dit is by die bank geweier.',
  superseded: 'Ander betalings is sedertdien begin.',
}

export const payingInAfrikaans: Catalogue['paying'] = {
  review: {
    title: (merchant) => `Nagaan – ${merchant}`,
    movedTitle: (merchant) => `Kyk asseblief weer – ${merchant}`,
    aboutToPay: 'U gaan nou betaal',
    unused: (amount) =>
      html`${amount} van wat u ingevoer het, word nie gebruik nie: wat u verder skuld, kan nie hier gedeeltelik betaal word nie.`,
    stillOwed: (amount) => html`Hierna skuld u nog ${amount}.`,
    nothingMore: (currency) => `Hierna skuld u niks meer in ${currency} nie.`,
    change: 'Verander',
    more: (count) => `${count} meer`,
    overdue: 'agterstallig',
    today: 'vandag betaalbaar',
    inPart: 'gedeeltelik',
    inAdvance: 'vooruit',
    moved: 'Dit het verander sedert u gekyk het',
    isNow: (name, amount) => html`${name} is nou ${amount}.`,
    isNowAndWas: (name, amount, before) => html`${name} is nou ${amount}, dit was ${before}.`,
    notOwed: (amount) => html`${amount} is nie meer verskuldig nie.`,
    wasInAll: (sum) => html`Dit was altesaam ${sum}. Niks is gehef nie. Kyk daarna, en betaal dan.`,
  },
  moving: {
    status: 'Op pad',
    heading: 'Nog nie bevestig nie',
    detail:
      'U bank is nog besig om hierdie betaling te bevestig. U hoef niks te doen nie, en moet asseblief nie weer betaal nie. U kan hierdie bladsy toemaak.',
  },
  held: {
    status: 'Gereserveer',
    heading: 'Op u kaart gereserveer',
    detail:
      'Niks is nog geneem nie. Wat daarvan gebruik word, word later geneem, en die res word vrygestel. U hoef niks te doen nie.',
  },
  released: {
    status: 'Nie geneem nie',
    heading: 'Nie meer gereserveer nie',
    detail: 'Niks is geneem nie: die bedrag wat op u kaart gereserveer was, is vrygestel.',
  },
  unfinished: {
    status: 'Nog nie betaal nie',
    heading: 'U het nie klaar betaal nie',
    detail: 'Niks is van u kaart geneem nie. As u so pas betaal het, kyk oor ’n oomblik weer.',
  },
  failed: {
    status: 'Nie betaal nie',
    heading: 'Die betaling het nie deurgegaan nie',
    calledOff: 'Dit is afgestel.',
    elsewhere: 'U het elders weer begin.',
    notInTime: 'Dit is nie betyds voltooi nie.',
    nothingTaken: 'Niks is geneem nie.',
    wasFor: (name) => html`U was besig om ${name} te betaal.`,
    wasForMore: (name, count) => html`U was besig om ${name} en ${count} meer te betaal.`,
  },
  declines,
  refreshes: 'Hierdie bladsy kyk vanself weer.',
  checkAgain: 'Kyk weer',
  seeOwed: 'Sien wat verskuldig is',
  tryAgain: (amount) => html`Probeer weer om ${amount} te betaal`,
  another: 'Betaal ’n ander bedrag',
}
