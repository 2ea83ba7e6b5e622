import { type Html, html } from '../../html.ts'
import { pluralIn } from '../plural.ts'

const plural = pluralIn('en')
const inDays = (days: number) => plural(days, { one: `${days} day`, other: `${days} days` })

/** The page of what is owed: its headline, its notes, its facts, and what it refuses. */
export const owedInEnglish = {
  titles: {
    pay: (merchant: string) => `Pay ${merchant}`,
    nothing: (merchant: string) => `Nothing to pay – ${merchant}`,
    error: (title: string) => `Error: ${title}`,
  },
  allOf: { customer: 'All that you owe', account: 'All of this account' },
  youOwe: 'You owe',
  namedOwes: (name: Html) => html`${name}, you owe`,
  dueToday: 'Due today',
  dueIn: (days: number, date: string) => `Due in ${inDays(days)}, on ${date}`,
  overdueSince: (date: string, days: number) => html`<strong>Overdue</strong> since ${date}, ${inDays(days)}`,
  sumOverdue: (sum: Html, date: string) => html`<strong>${sum} is overdue</strong> since ${date}.`,
  withdrawn: { heading: 'This bill was withdrawn', detail: 'You do not have to pay it.' },
  paid: { heading: 'This bill is paid', detail: 'Thank you. There is nothing to do.' },
  settled: { heading: 'This bill is settled', detail: 'There is nothing left to pay.' },
  nothing: { heading: 'Nothing to pay', detail: 'Nothing is owed. Thank you.' },
  onItsWay: (sum: Html) => html`<strong>${sum} is on its way.</strong>
Your bank has not confirmed it yet. You do not have to pay that again.`,
  inCredit: (sum: Html) => html`You have <strong>${sum} in credit</strong>.`,
  held: (merchant: Html, sum: Html) => html`${merchant} holds <strong>${sum}</strong> of yours that is not used yet.`,
  notTakenOff: 'It is not taken off above.',
  useCredit: (sum: Html) => html`Use ${sum} of my credit`,
  creditUsed: (sum: Html) =>
    html`<strong>${sum} of your credit was used.</strong> It has been taken off what you owed.`,
  creditNotUsed: 'Something has changed meanwhile, so none of your credit was used. Please look at the amounts again.',
  payEverything: (sum: Html) => html`Pay everything, ${sum}`,
  payAllPossible: (sum: Html) => html`Pay all that can be paid here, ${sum}`,
  choose: 'Choose what to pay',
  payMore: 'Pay more now anyway',
  payInAdvance: 'Pay in advance',
  onlyWhole: (open: Html, most: Html, merchant: Html) =>
    html`${open} can only be paid as a whole, and no more than ${most} can be paid online at once. Please contact ${merchant} to pay it.`,
  notOnline: (merchant: Html) =>
    html`Online payment is not available here. Please pay ${merchant} in the way that you know.`,
  pageEnds: (date: string) => `You looked this up: the page ends on ${date}.`,
  howToPay: 'How to pay',
  otherWays: 'Other ways to pay',
  otherWaysTo: (merchant: string) => `Other ways to pay ${merchant}`,
  backToOwed: 'Back to what is owed',
  quoteOf: {
    customer: (reference: Html) => html`Reference to quote: <strong>${reference}</strong> (your customer number)`,
    account: (reference: Html) => html`Reference to quote: <strong>${reference}</strong> (your account number)`,
    bill: (reference: Html) => html`Reference to quote: <strong>${reference}</strong> (your bill number)`,
  },
  seeBill: 'See the bill (document)',
  madeOf: (lines: number) => `What it is made of, ${lines} lines`,
  amountToPay: 'Amount to pay',
  pay: (amount: Html) => html`Pay ${amount}`,
  toCard: 'Continue to card payment',
  limits: {
    between: (least: Html, most: Html) => html`From ${least} up to ${most}`,
    upTo: (most: Html) => html`Up to ${most}`,
    from: (least: Html) => html`From ${least}`,
    any: 'Any amount',
  },
  facts: {
    billedTo: 'Billed to',
    account: 'Account',
    numbers: { customer: 'Customer number', account: 'Account number', bill: 'Bill number' },
    billDate: 'Bill date',
    due: 'Due',
    billTotal: 'Bill total',
    added: 'Added',
    takenOff: 'Taken off',
    alreadyPaid: 'Already paid',
    writtenOff: 'No longer asked for',
  },
  refused: {
    nothingTicked: 'Tick what you want to pay first.',
    nothingInCurrency: 'Nothing is owed in this currency. Nothing was charged.',
    goneMeanwhile: 'What you chose is no longer owed, or cannot be paid here. Nothing was charged.',
    severalCurrencies: 'One payment has one currency. Tick debts of one of them.',
    tooMuch: 'This is more than one payment can be for. Tick fewer debts, and pay the others after that.',
    notOnline: 'Online payment is not available here.',
    openTooLong:
      'This page was open for more than a day. You were not charged now. Please look at the amount, then pay.',
    notThisAmount: 'This amount cannot be paid online here. You were not charged now.',
    notCharged: 'You were not charged now.',
    nothingLeft: 'There is nothing left to pay here. You were not charged now.',
    alreadyStarted: (amount: string) =>
      `You have already started to pay ${amount} from this page. Nothing more was charged. Please look at the amount, then pay.`,
  },
}
