import { type Html, html } from '../../html.ts'

/** The page of a payment request or session. */
export const askingInEnglish = {
  asks: (merchant: Html) => html`${merchant} asks you to pay`,
  asksNamed: (name: Html, merchant: Html) => html`${name}, ${merchant} asks you to pay`,
  wasPaid: 'Thank you. This was paid',
  moving: 'Your bank is still confirming this payment. You do not have to do anything, and please do not pay again.',
  ended: {
    title: 'No longer open',
    heading: 'You cannot pay this here any more',
    withdrawn: (merchant: Html) => html`${merchant} has withdrawn it.`,
    wasOpenUntil: (date: string) => `It was open until ${date}.`,
    askAgain: (merchant: Html) =>
      html`You were not charged. Please ask ${merchant} for a new one if you still want to pay.`,
  },
  unfit: {
    title: 'Not to be paid here',
    heading: 'This was asked for',
    detail: (merchant: Html) =>
      html`Less than that is owed by now, so it cannot be paid here. You were not charged. Please ask ${merchant} what is left to pay.`,
  },
  seeReceipt: 'See the receipt',
  inTheKnownWay: (merchant: Html) => html`Please pay ${merchant} in the way that you know.`,
  quote: (reference: Html) => html`Reference to quote: <strong>${reference}</strong>`,
  backTo: (merchant: Html) => html`Back to ${merchant}`,
  facts: { about: 'For', reference: 'Reference', openUntil: 'Open until' },
}

/** The form by which a payer without a link finds what is owed. */
export const lookUpInEnglish = {
  title: (merchant: string) => `See what you owe – ${merchant}`,
  heading: 'See what you owe',
  number: 'Bill, account or customer number',
  asOnBill: 'As it stands on your bill.',
  facts: { phone_last4: 'Last four digits of your phone number', email: 'Your e-mail address' },
  asKnown: (merchant: string) => `As ${merchant} knows it.`,
  show: 'Show what I owe',
  triedTooOften: 'This was tried too often. Please try again later, or open the link that you were sent.',
  nothingFound: 'We found nothing with these two. Please check both.',
}
