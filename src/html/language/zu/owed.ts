import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'
import { pluralIn } from '../plural.ts'

const plural = pluralIn('zu')
const inDays = (days: number) => plural(days, { one: `usuku olu-${days}`, other: `izinsuku ezingu-${days}` })

export const owedInZulu: Catalogue['owed'] = {
  titles: {
    pay: (merchant) => `Khokhela ${merchant}`,
    nothing: (merchant) => `Akukho okufanele kukhokhwe – ${merchant}`,
    error: (title) => `Iphutha: ${title}`,
  },
  allOf: { customer: 'Konke okukweletayo', account: 'Konke kwale akhawunti' },
  youOwe: 'Ukweleta',
  namedOwes: (name) => html`${name}, ukweleta`,
  dueToday: 'Kufanele kukhokhwe namuhla',
  dueIn: (days, date) => `Kufanele kukhokhwe ngo-${date}, kusele ${inDays(days)}`,
  overdueSince: (date, days) => html`<strong>Sekudlule isikhathi</strong> kusukela ngo-${date}, ${inDays(days)}`,
  sumOverdue: (sum, date) => html`<strong>${sum} sekudlule isikhathi</strong> kusukela ngo-${date}.`,
  withdrawn: { heading: 'Le invoyisi ihoxisiwe', detail: 'Akudingeki uyikhokhe.' },
  paid: { heading: 'Le invoyisi ikhokhiwe', detail: 'Siyabonga. Akukho okumele ukwenze.' },
  settled: { heading: 'Le invoyisi isivaliwe', detail: 'Akusekho okufanele kukhokhwe.' },
  nothing: { heading: 'Akukho okufanele kukhokhwe', detail: 'Awukweleti lutho. Siyabonga.' },
  onItsWay: (sum) => html`<strong>${sum} isendleleni.</strong>
Ibhange lakho alikakuqinisekisi lokhu. Akudingeki ukukhokhe futhi.`,
  inCredit: (sum) => html`Une-<strong>khredithi engu-${sum}</strong>.`,
  held: (merchant, sum) => html`${merchant} igcine <strong>${sum}</strong> yakho engakasetshenziswa.`,
  notTakenOff: 'Ayikasuswa kule mali engenhla.',
  useCredit: (sum) => html`Sebenzisa u-${sum} wekhredithi yami`,
  creditUsed: (sum) => html`<strong>Kusetshenziswe u-${sum} wekhredithi yakho.</strong> Ususiwe kulokho obukukweleta.`,
  creditNotUsed: 'Kukhona osekushintshile, ngakho ikhredithi yakho ayisetshenziswanga. Sicela ubheke amanani futhi.',
  payEverything: (sum) => html`Khokha konke, ${sum}`,
  payAllPossible: (sum) => html`Khokha konke okungakhokhwa lapha, ${sum}`,
  choose: 'Khetha ofuna ukukukhokha',
  payMore: 'Khokha okwengeziwe manje noma kunjalo',
  payInAdvance: 'Khokha kusengaphambili',
  onlyWhole: (open, most, merchant) =>
    html`${open} ingakhokhwa iphelele kuphela, futhi akukwazi ukukhokhwa ngaphezu kuka-${most} ku-inthanethi ngesikhathi esisodwa. Sicela uxhumane no-${merchant} ukuze uyikhokhe.`,
  notOnline: (merchant) =>
    html`Ukukhokha nge-inthanethi akutholakali lapha. Sicela ukhokhele u-${merchant} ngendlela oyaziyo.`,
  pageEnds: (date) => `Ukufunile lokhu: leli khasi liphela ngo-${date}.`,
  howToPay: 'Indlela yokukhokha',
  otherWays: 'Ezinye izindlela zokukhokha',
  otherWaysTo: (merchant) => `Ezinye izindlela zokukhokhela ${merchant}`,
  backToOwed: 'Buyela kokukweletwayo',
  quoteOf: {
    customer: (reference) =>
      html`Inkomba okufanele uyisho: <strong>${reference}</strong> (inombolo yakho yekhasimende)`,
    account: (reference) => html`Inkomba okufanele uyisho: <strong>${reference}</strong> (inombolo yakho ye-akhawunti)`,
    bill: (reference) => html`Inkomba okufanele uyisho: <strong>${reference}</strong> (inombolo yakho ye-invoyisi)`,
  },
  seeBill: 'Bona i-invoyisi (idokhumenti)',
  madeOf: (lines) => `Okuyihlanganisayo, imigqa engu-${lines}`,
  amountToPay: 'Imali ozoyikhokha',
  pay: (amount) => html`Khokha ${amount}`,
  toCard: 'Qhubeka ukhokhe ngekhadi',
  limits: {
    between: (least, most) => html`Kusuka ku-${least} kuya ku-${most}`,
    upTo: (most) => html`Kuze kube ngu-${most}`,
    from: (least) => html`Kusukela ku-${least}`,
    any: 'Noma iyiphi imali',
  },
  facts: {
    billedTo: 'Ikhokhiswa u',
    account: 'I-akhawunti',
    numbers: { customer: 'Inombolo yekhasimende', account: 'Inombolo ye-akhawunti', bill: 'Inombolo ye-invoyisi' },
    billDate: 'Usuku lwe-invoyisi',
    due: 'Usuku lokukhokha',
    billTotal: 'Isamba se-invoyisi',
    added: 'Okwengeziwe',
    takenOff: 'Okususiwe',
    alreadyPaid: 'Osekukhokhiwe',
    writtenOff: 'Okungasafunwa',
  },
  refused: {
    nothingTicked: 'Qala ngokumaka ofuna ukukukhokha.',
    nothingInCurrency: 'Akukho okukweletwayo ngale mali. Akukho mali ethathiwe.',
    goneMeanwhile: 'Okukhethile akusakweletwa, noma akukwazi ukukhokhwa lapha. Akukho mali ethathiwe.',
    severalCurrencies: 'Inkokhelo eyodwa isebenzisa uhlobo olulodwa lwemali. Maka izikweletu zohlobo olulodwa.',
    tooMuch:
      'Lokhu kungaphezu kwalokho inkokhelo eyodwa engaba yikho. Maka izikweletu ezimbalwa, bese ukhokha ezinye emva kwalokho.',
    notOnline: 'Ukukhokha nge-inthanethi akutholakali lapha.',
    openTooLong:
      'Leli khasi belivuliwe isikhathi esingaphezu kosuku. Akukho mali ethathiwe manje. Sicela ubheke imali, bese uyakhokha.',
    notThisAmount: 'Leli nani alikwazi ukukhokhwa nge-inthanethi lapha. Akukho mali ethathiwe manje.',
    notCharged: 'Akukho mali ethathiwe manje.',
    nothingLeft: 'Akusekho okufanele kukhokhwe lapha. Akukho mali ethathiwe manje.',
    alreadyStarted: (amount) =>
      `Usuqalile ukukhokha ${amount} kuleli khasi. Akukho enye imali ethathiwe. Sicela ubheke imali, bese uyakhokha.`,
  },
}
