import { voiceIn } from '../../html/language/voice.ts'
import type { ReceivableKind } from '../../ledger/receivable.ts'

// Every word of a receipt: of its page, its PDF and its message.

/** Receipts are in English for now, wherever they are. */
export const receiptVoice = voiceIn('en', 'ZA', { offered: ['en'], asked: false })

export const receiptWords = {
  language: 'en',
  receipt: 'Receipt',
  titleOf: (merchant: string) => `Receipt – ${merchant}`,
  test: 'Test receipt. No real money has moved.',
  paid: 'Paid',
  notUsed: 'Received, and not needed',
  youPaid: 'You paid',
  weReceived: 'We received',
  number: 'Receipt number',
  date: 'Date',
  paidTo: 'Paid to',
  legalName: 'Company',
  contact: 'Contact',
  billedTo: 'Billed to',
  paidWith: 'Paid with',
  currency: 'Currency',
  reference: 'Reference',
  about: 'For',
  channel: (name: string) => name.replaceAll(/[_-]+/g, ' '),
  /** What a payer calls a debt; by its place where its name was erased. */
  debt: (kind: ReceivableKind, named: { external_reference: string; account_name: string | null } | undefined) => {
    if (kind === 'bill') return named ? `Bill ${named.external_reference}` : 'Bill'
    if (kind === 'account') return named ? (named.account_name ?? `Account ${named.external_reference}`) : 'Account'
    return 'General balance'
  },
  paidInFull: 'paid in full',
  paidAhead: (credit: string) => `${credit} in credit after it`,
  left: (amount: string) => `${amount} left to pay after it`,
  line: 'What it paid',
  amount: 'Amount',
  direct: 'As asked for',
  more: (count: number) => `and ${count} more`,
  notNeeded: (amount: string, merchant: string) =>
    `${amount} of it was not needed. ${merchant} held it for you: ask for it back, or it goes to what you owe next.`,
  wasVoided: (name: string) => `${name}: it had been withdrawn.`,
  wasPaid: (name: string) => `${name}: it had been paid already, or taken off.`,
  wasPartlyPaid: (name: string) => `${name}: part of it had been paid already, or taken off.`,
  sinceThen: 'Since then',
  takenBack: (date: string, amount: string, name: string, merchant: string) =>
    `${date}: ${merchant} took ${amount} back from ${name}.`,
  reversed: (date: string, amount: string) => `${date}: ${amount} of this payment was taken back.`,
  used: (date: string, amount: string) =>
    `${date}: ${amount} of this payment was used for something else that was owed.`,
  save: 'Save the receipt (PDF)',
  print: 'Print this page, or save it as a PDF from your browser.',
  keep: 'Keep the address of this page: the receipt stays here.',
  verify: 'Scan this code to see that the receipt is real.',
  page: (page: number, pages: number) => `Page ${page} of ${pages}`,
  sendHeading: 'Send it to me',
  sendLabel: 'Your e-mail address',
  sendHint: 'It is used for this receipt only.',
  sendButton: 'Send the receipt',
  sendWrong: 'Enter an e-mail address such as name@example.com.',
  sendTooMany: 'This receipt has been sent to as many addresses as it can be.',
  sent: 'We are sending it. It should be there in a few minutes.',
  asked: (merchant: string) => `We have told ${merchant}, who will send it.`,
  subject: (merchant: string, amount: string) => `Your receipt from ${merchant}: ${amount}`,
  thanks: (merchant: string) => `Thank you for your payment to ${merchant}.`,
  atAddress: 'The receipt is always here:',
  notAsked: 'Somebody asked for this receipt to be sent to you. If it was not you, do nothing: no more will follow.',
} as const
