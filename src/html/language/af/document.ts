import type { Catalogue } from '../catalogue.ts'

export const documentInAfrikaans: Catalogue['document'] = {
  receipt: 'Kwitansie',
  title: (merchant) => `Kwitansie – ${merchant}`,
  test: 'Toetskwitansie. Geen regte geld het beweeg nie.',
  youPaid: 'U het betaal',
  facts: { number: 'Kwitansienommer', legalName: 'Maatskappy', contact: 'Kontak' },
  unnamed: { bill: 'Faktuur', account: 'Rekening' },
  left: (amount) => `daarna nog ${amount} om te betaal`,
  inCredit: (amount) => `daarna ${amount} krediet`,
  line: 'Wat dit betaal het',
  amount: 'Bedrag',
  asAsked: 'Soos gevra',
  notNeeded: (amount, merchant) =>
    `${amount} daarvan was nie nodig nie. ${merchant} het dit vir u gehou: vra dit terug, anders gaan dit na wat u volgende skuld.`,
  causes: {
    withdrawn: (name) => `${name}: dit was reeds teruggetrek.`,
    part: (name) => `${name}: ’n deel daarvan was reeds betaal of afgetrek.`,
    whole: (name) => `${name}: dit was reeds betaal of afgetrek.`,
  },
  since: {
    heading: 'Sedertdien',
    takenBack: (date, amount, name, merchant) => `${date}: ${merchant} het ${amount} van ${name} teruggeneem.`,
    reversed: (date, amount) => `${date}: ${amount} van hierdie betaling is teruggeneem.`,
    cameBack: (date, amount) => `${date}: ${amount} van hierdie betaling het teruggekom.`,
    refunded: (date, amount) => `${date}: ${amount} van hierdie betaling is aan u terugbetaal.`,
    refundFailed: (date, amount, merchant) =>
      `${date}: ’n terugbetaling van ${amount} het nie aangekom nie. Die geld is terug by ${merchant}.`,
    movedOn: (date, amount, merchant) =>
      `${date}: ${merchant} het ${amount} van hierdie betaling na ’n ander kliënt oorgedra.`,
    used: (date, amount) => `${date}: ${amount} van hierdie betaling is vir iets anders gebruik wat verskuldig was.`,
  },
  save: 'Bewaar die kwitansie (PDF)',
  print: 'Druk hierdie bladsy, of bewaar dit as ’n PDF vanuit u blaaier.',
  keep: 'Bewaar die adres van hierdie bladsy: die kwitansie bly hier.',
  verify: 'Skandeer hierdie kode om te sien dat die kwitansie eg is.',
  page: (page, pages) => `Bladsy ${page} van ${pages}`,
  send: {
    heading: 'Stuur dit vir my',
    hint: 'Dit word net vir hierdie kwitansie gebruik.',
    button: 'Stuur die kwitansie',
    wrong: 'Voer ’n e-posadres in, soos name@example.com.',
    tooMany: 'Hierdie kwitansie is reeds na soveel adresse gestuur as wat kan.',
    sent: 'Ons stuur dit. Dit behoort binne ’n paar minute daar te wees.',
    told: (merchant) => `Ons het ${merchant} laat weet, wat dit sal stuur.`,
  },
  message: {
    subject: (merchant, amount) => `U kwitansie van ${merchant}: ${amount}`,
    thanks: (merchant) => `Dankie vir u betaling aan ${merchant}.`,
    atAddress: 'Die kwitansie is altyd hier:',
    notAsked:
      'Iemand het gevra dat hierdie kwitansie aan u gestuur word. As dit nie u was nie, doen niks: daar sal nie nog volg nie.',
  },
}
