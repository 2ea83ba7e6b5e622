import { type Html, html } from '../../html.ts'

/** The payments so far, what they were made with, and the day on which a bill is due. */
export const historyInEnglish = {
  calendar: 'Put it into your calendar',
  title: 'Payments so far',
  takenBack: 'taken back',
  partTakenBack: (amount: Html) => html`${amount} of it taken back`,
  refunded: 'sent back to you',
  partRefunded: (amount: Html) => html`${amount} of it sent back to you`,
  none: 'There are none.',
  last: (count: number) => `These are the last ${count}.`,
  back: 'Back to what is owed',
  instantEft: (bank: string) => `Instant EFT, ${bank}`,
  paycode: (ending: string) => `Paycode ${ending}`,
  isDue: (reference: string, merchant: string) => `Bill ${reference} of ${merchant} is due`,
}
