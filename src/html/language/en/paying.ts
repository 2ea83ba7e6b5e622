import { type Html, html } from '../../html.ts'

// By their code: what a processor says itself is shown where a code is not among them.
const declines = {
  insufficient_funds: 'There is not enough money on the card.',
  generic_decline: 'The bank declined the card without saying why.',
  expired_card: 'The card has expired.',
  incorrect_cvc: 'The security code does not match the card.',
  lost_card: 'The bank declined the card. Please use another one.',
  authentication_failed: 'The bank could not confirm that it was you.',
  processing_error: 'The bank could not complete the payment.',
  refused_by_bank: 'The bank refused the payment.',
  refused_by_payer: 'It was refused at the bank.',
  superseded: 'Other payments have been started since.',
}

/** The review of a choice, and the outcome of a payment. */
export const payingInEnglish = {
  review: {
    title: (merchant: string) => `Review – ${merchant}`,
    movedTitle: (merchant: string) => `Please look again – ${merchant}`,
    aboutToPay: 'You are about to pay',
    unused: (amount: Html) =>
      html`${amount} of what you entered is left out: what else you owe cannot be paid in part here.`,
    stillOwed: (amount: Html) => html`After this you still owe ${amount}.`,
    nothingMore: (currency: string) => `After this you owe nothing more in ${currency}.`,
    change: 'Change',
    more: (count: number) => `${count} more`,
    overdue: 'overdue',
    today: 'due today',
    inPart: 'in part',
    inAdvance: 'in advance',
    moved: 'This has changed since you looked',
    isNow: (name: Html, amount: Html) => html`${name} is ${amount} now.`,
    isNowAndWas: (name: Html, amount: Html, before: Html) => html`${name} is ${amount} now, it was ${before}.`,
    notOwed: (amount: Html) => html`${amount} is not owed any more.`,
    wasInAll: (sum: Html) => html`It was ${sum} in all. Nothing was charged. Look at it, then pay.`,
  },
  moving: {
    status: 'On its way',
    heading: 'Not confirmed yet',
    detail:
      'Your bank is still confirming this payment. You do not have to do anything, and please do not pay again. You can close this page.',
  },
  held: {
    status: 'Reserved',
    heading: 'Reserved on your card',
    detail:
      'Nothing was taken yet. What is used of it is taken later, and the rest is let go of. You do not have to do anything.',
  },
  released: {
    status: 'Not taken',
    heading: 'No longer reserved',
    detail: 'Nothing was taken: the amount that was reserved on your card was let go of.',
  },
  unfinished: {
    status: 'Not paid yet',
    heading: 'You have not finished paying',
    detail: 'Nothing was taken from your card. If you have just paid, check again in a moment.',
  },
  failed: {
    status: 'Not paid',
    heading: 'The payment did not go through',
    calledOff: 'It was called off.',
    elsewhere: 'You began again elsewhere.',
    notInTime: 'It was not finished in time.',
    nothingTaken: 'Nothing was taken.',
    wasFor: (name: Html) => html`You were paying ${name}.`,
    wasForMore: (name: Html, count: number) => html`You were paying ${name} and ${count} more.`,
  },
  declines,
  refreshes: 'This page looks again by itself.',
  checkAgain: 'Check again',
  seeOwed: 'See what is owed',
  tryAgain: (amount: Html) => html`Try ${amount} again`,
  another: 'Pay another amount',
}
