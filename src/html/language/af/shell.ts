import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const shellInAfrikaans: Catalogue['shell'] = {
  testBanner: 'Toetsbladsy. Geen regte geld beweeg nie.',
  sampleBanner: 'Voorbeeld. Dit is wat u betalers sien. Niks is hier verskuldig nie.',
  checkNumber: 'Maak seker dat dit regtig ons is: bel die nommer op u faktuur.',
  language: 'Taal',
  pleaseCheck: 'Gaan asseblief na',
  comma: ', ',
  names: {
    bill: (reference) => `Faktuur ${reference}`,
    account: (reference) => `Rekening ${reference}`,
    general: 'Algemene saldo',
  },
  refusals: {
    notFound: {
      heading: 'Hierdie skakel werk nie',
      sentences: [
        'Dit is dalk afgekap toe dit gekopieer is, het verval, of is deur ’n nuwer een vervang.',
        'Maak asseblief die nuutste skakel oop wat aan u gestuur is, of vra die maatskappy wat dit gestuur het vir ’n nuwe een.',
      ],
    },
    foreign: {
      heading: 'Begin asseblief weer by u skakel',
      sentences: [
        'Hierdie vorm is van ’n ander plek af gestuur, en daarom is niks daarmee gedoen nie.',
        'Maak die skakel oop wat aan u gestuur is, en betaal van daar af.',
      ],
    },
    tooMany: {
      heading: 'Probeer asseblief later weer',
      sentences: [
        'Te veel skakels wat nêrens heen lei nie, is oopgemaak van waar u is.',
        'Maak die skakel wat aan u gestuur is oor ’n uur weer oop, of vra die maatskappy wat dit gestuur het.',
      ],
    },
    tooFast: {
      heading: 'Net ’n oomblik, asseblief',
      sentences: [
        'Daar was baie versoeke van waar u is, of met hierdie skakel. Laai hierdie bladsy asseblief oor ’n minuut weer.',
        'As u so pas betaal het, moenie weer betaal nie: hierdie bladsy sal dit wys.',
      ],
    },
    home: {
      heading: 'Wil u u faktuur sien?',
      sentences: [
        'Maak die skakel oop wat u van die maatskappy gekry het wat u faktureer: dit is langer as hierdie adres.',
        'As u dit nie kan kry nie, of as dit nie werk nie, vra die maatskappy vir ’n nuwe een.',
      ],
    },
    noPage: {
      heading: 'Daar is nie so ’n bladsy nie',
      sentences: [
        'Maak die skakel oop wat u van die maatskappy gekry het wat u faktureer: dit is langer as hierdie adres.',
        'As u dit nie kan kry nie, of as dit nie werk nie, vra die maatskappy vir ’n nuwe een.',
      ],
    },
    unavailable: {
      heading: 'Net ’n oomblik, asseblief',
      sentences: [
        'Ons kan nie nou by ons rekords uitkom nie. Laai hierdie bladsy asseblief oor ’n minuut weer.',
        'As u so pas betaal het, moenie weer betaal nie: hierdie bladsy sal dit wys.',
      ],
    },
    unreadable: {
      heading: 'Dit het nie gewerk nie',
      sentences: ['U blaaier het iets gestuur wat ons nie kan lees nie.'],
    },
    failed: {
      heading: 'Iets het aan ons kant verkeerd geloop',
      sentences: [
        'Laai hierdie bladsy asseblief oor ’n minuut weer. As u so pas betaal het, moenie weer betaal voordat u gekyk het nie.',
      ],
    },
  },
  cardElsewhere: (merchant) =>
    html`U voer u kaart op die betaaldiens se eie bladsy in. ${merchant} sien dit nooit nie.`,
}
