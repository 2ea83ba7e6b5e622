import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'
import { pluralIn } from '../plural.ts'

const plural = pluralIn('af')
const inDays = (days: number) => plural(days, { one: `${days} dag`, other: `${days} dae` })

export const owedInAfrikaans: Catalogue['owed'] = {
  titles: {
    pay: (merchant) => `Betaal ${merchant}`,
    nothing: (merchant) => `Niks om te betaal nie – ${merchant}`,
    error: (title) => `Fout: ${title}`,
  },
  allOf: { customer: 'Alles wat u skuld', account: 'Alles op hierdie rekening' },
  youOwe: 'U skuld',
  namedOwes: (name) => html`${name}, u skuld`,
  dueToday: 'Vandag betaalbaar',
  dueIn: (days, date) => `Betaalbaar oor ${inDays(days)}, op ${date}`,
  overdueSince: (date, days) => html`<strong>Agterstallig</strong> sedert ${date}, ${inDays(days)}`,
  sumOverdue: (sum, date) => html`<strong>${sum} is agterstallig</strong> sedert ${date}.`,
  withdrawn: { heading: 'Hierdie faktuur is teruggetrek', detail: 'U hoef dit nie te betaal nie.' },
  paid: { heading: 'Hierdie faktuur is betaal', detail: 'Dankie. U hoef niks te doen nie.' },
  settled: { heading: 'Hierdie faktuur is vereffen', detail: 'Daar is niks oor om te betaal nie.' },
  nothing: { heading: 'Niks om te betaal nie', detail: 'Niks is verskuldig nie. Dankie.' },
  onItsWay: (sum) => html`<strong>${sum} is op pad.</strong>
U bank het dit nog nie bevestig nie. U hoef dit nie weer te betaal nie.`,
  inCredit: (sum) => html`U het <strong>’n krediet van ${sum}</strong>.`,
  held: (merchant, sum) => html`${merchant} hou <strong>${sum}</strong> van u geld wat nog nie gebruik is nie.`,
  notTakenOff: 'Dit is nie hierbo afgetrek nie.',
  useCredit: (sum) => html`Gebruik ${sum} van my krediet`,
  creditUsed: (sum) => html`<strong>${sum} van u krediet is gebruik.</strong> Dit is afgetrek van wat u geskuld het.`,
  creditNotUsed: 'Iets het intussen verander; niks van u krediet is gebruik nie. Kyk asseblief weer na die bedrae.',
  payEverything: (sum) => html`Betaal alles, ${sum}`,
  payAllPossible: (sum) => html`Betaal alles wat hier betaal kan word, ${sum}`,
  choose: 'Kies wat u wil betaal',
  payMore: 'Betaal tog nou meer',
  payInAdvance: 'Betaal vooruit',
  onlyWhole: (open, most, merchant) =>
    html`${open} kan net in geheel betaal word, en nie meer as ${most} kan op een slag aanlyn betaal word nie. Kontak asseblief ${merchant} om dit te betaal.`,
  notOnline: (merchant) =>
    html`Aanlyn betaling is nie hier beskikbaar nie. Betaal ${merchant} asseblief op die manier wat u ken.`,
  pageEnds: (date) => `U het dit opgesoek: die bladsy verval op ${date}.`,
  howToPay: 'Hoe om te betaal',
  otherWays: 'Ander maniere om te betaal',
  otherWaysTo: (merchant) => `Ander maniere om ${merchant} te betaal`,
  backToOwed: 'Terug na wat verskuldig is',
  quoteOf: {
    customer: (reference) => html`Verwysing om te noem: <strong>${reference}</strong> (u kliëntnommer)`,
    account: (reference) => html`Verwysing om te noem: <strong>${reference}</strong> (u rekeningnommer)`,
    bill: (reference) => html`Verwysing om te noem: <strong>${reference}</strong> (u faktuurnommer)`,
  },
  seeBill: 'Sien die faktuur (dokument)',
  madeOf: (lines) =>
    plural(lines, { one: `Waaruit dit bestaan, ${lines} reël`, other: `Waaruit dit bestaan, ${lines} reëls` }),
  amountToPay: 'Bedrag om te betaal',
  pay: (amount) => html`Betaal ${amount}`,
  toCard: 'Gaan voort na kaartbetaling',
  limits: {
    between: (least, most) => html`Van ${least} tot ${most}`,
    upTo: (most) => html`Tot ${most}`,
    from: (least) => html`Vanaf ${least}`,
    any: 'Enige bedrag',
  },
  facts: {
    billedTo: 'Gefaktureer aan',
    account: 'Rekening',
    numbers: { customer: 'Kliëntnommer', account: 'Rekeningnommer', bill: 'Faktuurnommer' },
    billDate: 'Faktuurdatum',
    due: 'Betaaldatum',
    billTotal: 'Faktuurtotaal',
    added: 'Bygevoeg',
    takenOff: 'Afgetrek',
    alreadyPaid: 'Reeds betaal',
    writtenOff: 'Word nie meer gevra nie',
  },
  refused: {
    nothingTicked: 'Merk eers wat u wil betaal.',
    nothingInCurrency: 'Niks is in hierdie geldeenheid verskuldig nie. Niks is gehef nie.',
    goneMeanwhile: 'Wat u gekies het, is nie meer verskuldig nie of kan nie hier betaal word nie. Niks is gehef nie.',
    severalCurrencies: 'Een betaling het een geldeenheid. Merk skulde van een van hulle.',
    tooMuch: 'Dit is meer as waarvoor een betaling kan wees. Merk minder skulde, en betaal die ander daarna.',
    notOnline: 'Aanlyn betaling is nie hier beskikbaar nie.',
    openTooLong:
      'Hierdie bladsy was langer as ’n dag oop. Niks is nou gehef nie. Kyk asseblief na die bedrag, en betaal dan.',
    notThisAmount: 'Hierdie bedrag kan nie hier aanlyn betaal word nie. Niks is nou gehef nie.',
    notCharged: 'Niks is nou gehef nie.',
    nothingLeft: 'Daar is niks meer hier om te betaal nie. Niks is nou gehef nie.',
    alreadyStarted: (amount) =>
      `U het reeds begin om ${amount} van hierdie bladsy af te betaal. Niks meer is gehef nie. Kyk asseblief na die bedrag, en betaal dan.`,
  },
}
