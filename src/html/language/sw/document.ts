import type { Catalogue } from '../catalogue.ts'

export const documentInSwahili: Catalogue['document'] = {
  receipt: 'Risiti',
  title: (merchant) => `Risiti – ${merchant}`,
  test: 'Risiti ya majaribio. Hakuna pesa halisi iliyohamishwa.',
  youPaid: 'Umelipa',
  facts: { number: 'Nambari ya risiti', legalName: 'Kampuni', contact: 'Mawasiliano' },
  unnamed: { bill: 'Bili', account: 'Akaunti' },
  left: (amount) => `baada yake imebaki ${amount} ya kulipwa`,
  inCredit: (amount) => `baada yake salio la ziada ni ${amount}`,
  line: 'Kilicholipwa',
  amount: 'Kiasi',
  asAsked: 'Kama ilivyoombwa',
  notNeeded: (amount, merchant) =>
    `${amount} yake haikuhitajika. ${merchant} ilikushikilia pesa hizo: omba zirudishwe, la sivyo zitatumika kwa utakachodaiwa baadaye.`,
  causes: {
    withdrawn: (name) => `${name}: ilikuwa imeondolewa.`,
    part: (name) => `${name}: sehemu yake ilikuwa imelipwa tayari, au imepunguzwa.`,
    whole: (name) => `${name}: ilikuwa imelipwa tayari, au imepunguzwa.`,
  },
  since: {
    heading: 'Tangu wakati huo',
    takenBack: (date, amount, name, merchant) => `${date}: ${merchant} ilirudisha ${amount} kutoka kwa ${name}.`,
    reversed: (date, amount) => `${date}: ${amount} ya malipo haya ilirudishwa.`,
    cameBack: (date, amount) => `${date}: ${amount} ya malipo haya imerudi.`,
    refunded: (date, amount) => `${date}: ${amount} ya malipo haya ilirejeshwa kwako.`,
    refundFailed: (date, amount, merchant) =>
      `${date}: marejesho ya ${amount} hayakufika. Pesa zimerudi kwa ${merchant}.`,
    movedOn: (date, amount, merchant) => `${date}: ${merchant} ilihamisha ${amount} ya malipo haya kwa mteja mwingine.`,
    used: (date, amount) => `${date}: ${amount} ya malipo haya ilitumika kwa kitu kingine kilichodaiwa.`,
  },
  save: 'Hifadhi risiti (PDF)',
  print: 'Chapisha ukurasa huu, au uuhifadhi kama PDF kutoka kwenye kivinjari chako.',
  keep: 'Hifadhi anwani ya ukurasa huu: risiti inabaki hapa.',
  verify: 'Changanua msimbo huu kuona kwamba risiti ni ya kweli.',
  page: (page, pages) => `Ukurasa ${page} kati ya ${pages}`,
  send: {
    heading: 'Nitumie',
    hint: 'Inatumika kwa risiti hii tu.',
    button: 'Tuma risiti',
    wrong: 'Weka anwani ya barua pepe, kama vile name@example.com.',
    tooMany: 'Risiti hii imeshatumwa kwa anwani nyingi kadiri inavyowezekana.',
    sent: 'Tunaituma. Inapaswa kufika baada ya dakika chache.',
    told: (merchant) => `Tumeiarifu ${merchant}, ambayo itaituma.`,
  },
  message: {
    subject: (merchant, amount) => `Risiti yako kutoka ${merchant}: ${amount}`,
    thanks: (merchant) => `Asante kwa malipo yako kwa ${merchant}.`,
    atAddress: 'Risiti iko hapa daima:',
    notAsked: 'Mtu aliomba risiti hii itumwe kwako. Ikiwa si wewe, usifanye chochote: hakuna nyingine itakayofuata.',
  },
}
