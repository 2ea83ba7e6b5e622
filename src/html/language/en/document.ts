/** The receipt at an address of its own, with its PDF and its message. What it shares with the page of the outcome is said there. */
export const documentInEnglish = {
  receipt: 'Receipt',
  title: (merchant: string) => `Receipt – ${merchant}`,
  test: 'Test receipt. No real money has moved.',
  youPaid: 'You paid',
  facts: { number: 'Receipt number', legalName: 'Company', contact: 'Contact' },
  /** What was paid, where its name was erased. */
  unnamed: { bill: 'Bill', account: 'Account' },
  left: (amount: string) => `${amount} left to pay after it`,
  inCredit: (amount: string) => `${amount} in credit after it`,
  line: 'What it paid',
  amount: 'Amount',
  asAsked: 'As asked for',
  notNeeded: (amount: string, merchant: string) =>
    `${amount} of it was not needed. ${merchant} held it for you: ask for it back, or it goes to what you owe next.`,
  causes: {
    withdrawn: (name: string) => `${name}: it had been withdrawn.`,
    part: (name: string) => `${name}: part of it had been paid already, or taken off.`,
    whole: (name: string) => `${name}: it had been paid already, or taken off.`,
  },
  since: {
    heading: 'Since then',
    takenBack: (date: string, amount: string, name: string, merchant: string) =>
      `${date}: ${merchant} took ${amount} back from ${name}.`,
    reversed: (date: string, amount: string) => `${date}: ${amount} of this payment was taken back.`,
    cameBack: (date: string, amount: string) => `${date}: ${amount} of this payment came back.`,
    refunded: (date: string, amount: string) => `${date}: ${amount} of this payment was sent back to you.`,
    refundFailed: (date: string, amount: string, merchant: string) =>
      `${date}: a refund of ${amount} did not arrive. The money is back with ${merchant}.`,
    movedOn: (date: string, amount: string, merchant: string) =>
      `${date}: ${merchant} moved ${amount} of this payment to another customer.`,
    used: (date: string, amount: string) =>
      `${date}: ${amount} of this payment was used for something else that was owed.`,
  },
  save: 'Save the receipt (PDF)',
  print: 'Print this page, or save it as a PDF from your browser.',
  keep: 'Keep the address of this page: the receipt stays here.',
  verify: 'Scan this code to see that the receipt is real.',
  page: (page: number, pages: number) => `Page ${page} of ${pages}`,
  send: {
    heading: 'Send it to me',
    hint: 'It is used for this receipt only.',
    button: 'Send the receipt',
    wrong: 'Enter an e-mail address such as name@example.com.',
    tooMany: 'This receipt has been sent to as many addresses as it can be.',
    sent: 'We are sending it. It should be there in a few minutes.',
    told: (merchant: string) => `We have told ${merchant}, who will send it.`,
  },
  message: {
    subject: (merchant: string, amount: string) => `Your receipt from ${merchant}: ${amount}`,
    thanks: (merchant: string) => `Thank you for your payment to ${merchant}.`,
    atAddress: 'The receipt is always here:',
    notAsked: 'Somebody asked for this receipt to be sent to you. If it was not you, do nothing: no more will follow.',
  },
}
