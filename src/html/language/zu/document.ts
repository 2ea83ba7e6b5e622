import type { Catalogue } from '../catalogue.ts'

export const documentInZulu: Catalogue['document'] = {
  receipt: 'Irisidi',
  title: (merchant) => `Irisidi – ${merchant}`,
  test: 'Irisidi lokuhlola. Ayikho imali yangempela ehambile.',
  youPaid: 'Ukhokhe',
  facts: { number: 'Inombolo yerisidi', legalName: 'Inkampani', contact: 'Ukuxhumana' },
  unnamed: { bill: 'I-invoyisi', account: 'I-akhawunti' },
  left: (amount) => `emva kwalokho kusele ${amount}`,
  inCredit: (amount) => `emva kwalokho ikhredithi ngu-${amount}`,
  line: 'Okukhokhiwe',
  amount: 'Inani',
  asAsked: 'Njengoba kuceliwe',
  notNeeded: (amount, merchant) =>
    `${amount} kukho bekungadingeki. ${merchant} ikugcinele yona: cela ukuba ibuyiswe, noma izosetshenziselwa lokho ozokukweleta okulandelayo.`,
  causes: {
    withdrawn: (name) => `${name}: besekuhoxisiwe.`,
    part: (name) => `${name}: ingxenye yakho ibisikhokhiwe noma isusiwe.`,
    whole: (name) => `${name}: besekukhokhiwe noma kususiwe.`,
  },
  since: {
    heading: 'Kusukela lapho',
    takenBack: (date, amount, name, merchant) => `${date}: ${merchant} ibuyise ${amount} ku-${name}.`,
    reversed: (date, amount) => `${date}: ${amount} yale nkokhelo ibuyisiwe.`,
    cameBack: (date, amount) => `${date}: ${amount} yale nkokhelo ibuyile.`,
    refunded: (date, amount) => `${date}: ${amount} yale nkokhelo ibuyiselwe kuwe.`,
    refundFailed: (date, amount, merchant) =>
      `${date}: ${amount} ebibuyiselwa kuwe ayifikanga. Imali isibuyele ku-${merchant}.`,
    movedOn: (date, amount, merchant) =>
      `${date}: ${merchant} idlulisele ${amount} yale nkokhelo kwelinye ikhasimende.`,
    used: (date, amount) => `${date}: ${amount} yale nkokhelo isetshenziselwe okunye obekukweletwa.`,
  },
  save: 'Londoloza irisidi (PDF)',
  print: 'Phrinta leli khasi, noma ulilondoloze njenge-PDF kusiphequluli sakho.',
  keep: 'Gcina ikheli laleli khasi: irisidi lihlala lapha.',
  verify: 'Skena le khodi ukuze ubone ukuthi irisidi lingelangempela.',
  page: (page, pages) => `Ikhasi ${page} kwangu-${pages}`,
  send: {
    heading: 'Ngithumelele lona',
    hint: 'Lisetshenziselwa leli risidi kuphela.',
    button: 'Thumela irisidi',
    wrong: 'Faka ikheli le-imeyili, njenge-name@example.com.',
    tooMany: 'Leli risidi selithunyelwe kumakheli amaningi ngangokunokwenzeka.',
    sent: 'Siyalithumela. Kufanele lifike emizuzwini embalwa.',
    told: (merchant) => `Sitshele ${merchant}, ezolithumela.`,
  },
  message: {
    subject: (merchant, amount) => `Irisidi lakho elivela ku-${merchant}: ${amount}`,
    thanks: (merchant) => `Siyabonga ngenkokhelo yakho ku-${merchant}.`,
    atAddress: 'Irisidi lihlala lilapha:',
    notAsked:
      'Othile ucele ukuba leli risidi lithunyelwe kuwe. Uma kungewena, ungenzi lutho: akukho okunye okuzolandela.',
  },
}
