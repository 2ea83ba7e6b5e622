import { type Html, html } from '../../html.ts'

/** The receipt of a payment. */
export const receiptInEnglish = {
  paidTitle: 'Paid',
  unneededTitle: 'Not needed',
  paid: 'Paid',
  unneeded: 'Received, and not needed',
  takenBackTitle: 'Taken back',
  paidAndTakenBack: 'Paid, and taken back',
  youPaid: 'Thank you. You paid',
  weReceived: 'We received',
  facts: {
    paidTo: 'Paid to',
    billedTo: 'Billed to',
    date: 'Date',
    paidWith: 'Paid with',
    currency: 'Currency',
    payment: 'Payment',
    owedAfter: 'Owed after this payment',
    creditAfter: 'In credit after it',
  },
  partPaid: 'paid',
  left: (amount: Html) => html`${amount} left`,
  inAdvance: 'paid in advance',
  inFull: 'paid in full',
  notNeeded: (amount: Html) => html`${amount} of it was not needed.`,
  usedSince: 'Since then it was used or given back.',
  holdsAll: (merchant: Html) => html`${merchant} holds it for you: ask for it back, or it goes to what you owe next.`,
  holdsPart: (merchant: Html, amount: Html) =>
    html`${merchant} still holds ${amount} of it for you: ask for it back, or it goes to what you owe next.`,
  causes: {
    withdrawn: (name: Html) => html`${name}: it had been withdrawn.`,
    part: (name: Html) => html`${name}: part of it had been paid already, or taken off.`,
    whole: (name: Html) => html`${name}: it had been paid already, or taken off.`,
  },
  takenBack: (merchant: Html, amount: Html, name: Html, date: string) =>
    html`<strong>Since then:</strong> ${merchant} took ${amount} back from ${name} on ${date}.`,
  refunded: (merchant: Html, amount: Html) =>
    html`<strong>Since then:</strong> ${merchant} sent ${amount} of it back to you.`,
  bankTookBack: (amount: Html, date: string) =>
    html`<strong>The bank took ${amount} back on ${date}.</strong> What it had paid is owed again.`,
  paidBefore: (merchant: Html) =>
    html`<strong>This had been paid before.</strong> ${merchant} has this money too: ask for it back.`,
  seeLeft: 'See what is left to pay',
  keep: 'Save the receipt',
}
