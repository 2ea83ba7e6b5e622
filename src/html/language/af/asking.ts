import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

export const askingInAfrikaans: Catalogue['asking'] = {
  asks: (merchant) => html`${merchant} vra u om te betaal`,
  asksNamed: (name, merchant) => html`${name}, ${merchant} vra u om te betaal`,
  wasPaid: 'Dankie. Dit is betaal',
  moving:
    'U bank is nog besig om hierdie betaling te bevestig. U hoef niks te doen nie, en moet asseblief nie weer betaal nie.',
  ended: {
    title: 'Nie meer oop nie',
    heading: 'U kan dit nie meer hier betaal nie',
    withdrawn: (merchant) => html`${merchant} het dit teruggetrek.`,
    wasOpenUntil: (date) => `Dit was oop tot ${date}.`,
    askAgain: (merchant) => html`Niks is gehef nie. Vra ${merchant} asseblief vir ’n nuwe een as u nog wil betaal.`,
  },
  unfit: {
    title: 'Kan nie hier betaal word nie',
    heading: 'Dit is gevra',
    detail: (merchant) =>
      html`Minder as dit is nou verskuldig, en daarom kan dit nie hier betaal word nie. Niks is gehef nie. Vra ${merchant} asseblief wat nog betaal moet word.`,
  },
  seeReceipt: 'Sien die kwitansie',
  inTheKnownWay: (merchant) => html`Betaal ${merchant} asseblief op die manier wat u ken.`,
  quote: (reference) => html`Verwysing om te noem: <strong>${reference}</strong>`,
  backTo: (merchant) => html`Terug na ${merchant}`,
  facts: { about: 'Vir', reference: 'Verwysing', openUntil: 'Oop tot' },
}

export const lookUpInAfrikaans: Catalogue['lookUp'] = {
  title: (merchant) => `Sien wat u skuld – ${merchant}`,
  heading: 'Sien wat u skuld',
  number: 'Faktuur-, rekening- of kliëntnommer',
  asOnBill: 'Soos dit op u faktuur staan.',
  facts: { phone_last4: 'Laaste vier syfers van u telefoonnommer', email: 'U e-posadres' },
  asKnown: (merchant) => `Soos ${merchant} dit ken.`,
  show: 'Wys wat ek skuld',
  triedTooOften:
    'Dit is te veel keer probeer. Probeer asseblief later weer, of maak die skakel oop wat aan u gestuur is.',
  nothingFound: 'Ons het niks met hierdie twee gevind nie. Gaan asseblief albei na.',
}
