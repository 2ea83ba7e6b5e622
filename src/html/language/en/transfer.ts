import { type Html, html } from '../../html.ts'

/** The page of a bank transfer, and what other pages tell of one. */
export const transferInEnglish = {
  way: 'Bank transfer',
  toPay: 'Continue to payment',
  heading: (merchant: Html) => html`Transfer this to ${merchant}`,
  how: (merchant: Html) =>
    html`Make this transfer at your bank. Write the reference exactly as it stands here: by it ${merchant} knows what you have paid.`,
  facts: {
    holder: 'Account holder',
    bank: 'Bank',
    number: 'Account number',
    branch: 'Branch code',
    reference: 'Reference',
  },
  once: (merchant: Html) =>
    html`Once you have sent it, tell ${merchant}. What you owe stays as it is until the money has arrived.`,
  sent: 'I have paid',
  back: 'Back',
  announced: {
    status: 'Not arrived yet',
    heading: 'You said that you have sent',
    detail: (merchant: Html, date: string) =>
      html`You told ${merchant} on ${date}. You do not have to do anything more. It counts as owed until the money has arrived, which may take some working days.`,
  },
  settled: { status: 'Paid', heading: 'Thank you. This has arrived' },
  expired: {
    heading: 'This reference has ended',
    detail: (date: string) =>
      `It was to be used until ${date}. If you have sent money with it, that is still found. Otherwise go back and choose bank transfer again.`,
  },
  gone: {
    heading: 'Bank transfer is not offered here any more',
    detail: (merchant: Html) =>
      html`If you have sent the money already, you do not have to do anything. Otherwise please choose another way to pay, or ask ${merchant}.`,
  },
  noted: (amount: Html, reference: Html, date: string) =>
    html`A bank transfer of <strong>${amount}</strong> with the reference ${reference} was announced on ${date}. It has not arrived yet, so it is not taken off here.`,
  seeDetails: 'See the bank details',
}
