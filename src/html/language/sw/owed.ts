import { html } from '../../html.ts'
import type { Catalogue } from '../catalogue.ts'

const inDays = (days: number) => `siku ${days}`

export const owedInSwahili: Catalogue['owed'] = {
  titles: {
    pay: (merchant) => `Lipa ${merchant}`,
    nothing: (merchant) => `Hakuna cha kulipa – ${merchant}`,
    error: (title) => `Hitilafu: ${title}`,
  },
  allOf: { customer: 'Yote unayodaiwa', account: 'Yote ya akaunti hii' },
  youOwe: 'Unadaiwa',
  namedOwes: (name) => html`${name}, unadaiwa`,
  dueToday: 'Inapaswa kulipwa leo',
  dueIn: (days, date) => `Inapaswa kulipwa baada ya ${inDays(days)}, tarehe ${date}`,
  overdueSince: (date, days) => html`<strong>Imechelewa</strong> tangu ${date}, ${inDays(days)}`,
  sumOverdue: (sum, date) => html`<strong>${sum} imechelewa</strong> tangu ${date}.`,
  withdrawn: { heading: 'Bili hii imeondolewa', detail: 'Huhitaji kuilipa.' },
  paid: { heading: 'Bili hii imelipwa', detail: 'Asante. Huhitaji kufanya chochote.' },
  settled: { heading: 'Bili hii imemalizika', detail: 'Hakuna kilichobaki cha kulipa.' },
  nothing: { heading: 'Hakuna cha kulipa', detail: 'Hudaiwi chochote. Asante.' },
  onItsWay: (sum) => html`<strong>${sum} iko njiani.</strong>
Benki yako bado haijaithibitisha. Huhitaji kuilipa tena.`,
  inCredit: (sum) => html`Una <strong>salio la ziada la ${sum}</strong>.`,
  held: (merchant, sum) => html`${merchant} inashikilia <strong>${sum}</strong> yako ambayo bado haijatumiwa.`,
  notTakenOff: 'Haijapunguzwa kwenye kiasi kilicho hapo juu.',
  useCredit: (sum) => html`Tumia ${sum} ya salio langu la ziada`,
  creditUsed: (sum) =>
    html`<strong>${sum} ya salio lako la ziada imetumiwa.</strong> Imepunguzwa kwenye kiasi ulichodaiwa.`,
  creditNotUsed: 'Kuna kilichobadilika, kwa hiyo salio lako la ziada halijatumiwa. Tafadhali angalia tena kiasi.',
  payEverything: (sum) => html`Lipa yote, ${sum}`,
  payAllPossible: (sum) => html`Lipa yote yanayoweza kulipwa hapa, ${sum}`,
  choose: 'Chagua cha kulipa',
  payMore: 'Lipa zaidi sasa hata hivyo',
  payInAdvance: 'Lipa mapema',
  onlyWhole: (open, most, merchant) =>
    html`${open} inaweza kulipwa yote kwa pamoja tu, na haiwezekani kulipa zaidi ya ${most} mtandaoni kwa mara moja. Tafadhali wasiliana na ${merchant} ili kuilipa.`,
  notOnline: (merchant) => html`Malipo ya mtandaoni hayapatikani hapa. Tafadhali lipa ${merchant} kwa njia unayoijua.`,
  pageEnds: (date) => `Ulitafuta haya: ukurasa huu utaisha ${date}.`,
  howToPay: 'Jinsi ya kulipa',
  otherWays: 'Njia nyingine za kulipa',
  otherWaysTo: (merchant) => `Njia nyingine za kulipa ${merchant}`,
  backToOwed: 'Rudi kwenye kinachodaiwa',
  quoteOf: {
    customer: (reference) => html`Kumbukumbu ya kutaja: <strong>${reference}</strong> (nambari yako ya mteja)`,
    account: (reference) => html`Kumbukumbu ya kutaja: <strong>${reference}</strong> (nambari yako ya akaunti)`,
    bill: (reference) => html`Kumbukumbu ya kutaja: <strong>${reference}</strong> (nambari yako ya bili)`,
  },
  seeBill: 'Ona bili (hati)',
  madeOf: (lines) => `Inajumuisha nini, mistari ${lines}`,
  amountToPay: 'Kiasi cha kulipa',
  pay: (amount) => html`Lipa ${amount}`,
  toCard: 'Endelea kulipa kwa kadi',
  limits: {
    between: (least, most) => html`Kuanzia ${least} hadi ${most}`,
    upTo: (most) => html`Hadi ${most}`,
    from: (least) => html`Kuanzia ${least}`,
    any: 'Kiasi chochote',
  },
  facts: {
    billedTo: 'Anayetozwa',
    account: 'Akaunti',
    numbers: { customer: 'Nambari ya mteja', account: 'Nambari ya akaunti', bill: 'Nambari ya bili' },
    billDate: 'Tarehe ya bili',
    due: 'Tarehe ya mwisho ya kulipa',
    billTotal: 'Jumla ya bili',
    added: 'Kilichoongezwa',
    takenOff: 'Kilichopunguzwa',
    alreadyPaid: 'Kilicholipwa tayari',
    writtenOff: 'Hakidaiwi tena',
  },
  refused: {
    nothingTicked: 'Kwanza weka alama kwenye unachotaka kulipa.',
    nothingInCurrency: 'Hakuna kinachodaiwa kwa sarafu hii. Hakuna kilichotozwa.',
    goneMeanwhile: 'Ulichochagua hakidaiwi tena, au hakiwezi kulipwa hapa. Hakuna kilichotozwa.',
    severalCurrencies: 'Malipo moja yana sarafu moja. Weka alama kwenye madeni ya sarafu moja.',
    tooMuch: 'Hii ni zaidi ya kiwango cha malipo moja. Weka alama kwenye madeni machache, kisha ulipe mengine baadaye.',
    notOnline: 'Malipo ya mtandaoni hayapatikani hapa.',
    openTooLong:
      'Ukurasa huu ulikuwa wazi kwa zaidi ya siku moja. Hakuna kilichotozwa sasa. Tafadhali angalia kiasi, kisha ulipe.',
    notThisAmount: 'Kiasi hiki hakiwezi kulipwa mtandaoni hapa. Hakuna kilichotozwa sasa.',
    notCharged: 'Hakuna kilichotozwa sasa.',
    nothingLeft: 'Hakuna kilichobaki cha kulipa hapa. Hakuna kilichotozwa sasa.',
    alreadyStarted: (amount) =>
      `Tayari umeanza kulipa ${amount} kutoka ukurasa huu. Hakuna zaidi kilichotozwa. Tafadhali angalia kiasi, kisha ulipe.`,
  },
}
