import { type Html, html } from '../../html.ts'
import { pluralIn } from '../plural.ts'

const plural = pluralIn('en')

/** The list of debts, to be ticked. */
export const debtsInEnglish = {
  heading: 'What you owe',
  headingIn: (currency: string) => `What you owe in ${currency}`,
  groups: {
    moving: 'Being paid just now',
    overdue: 'Overdue',
    today: 'Due today',
    later: 'Later',
    undated: 'Without a date',
    running: 'Running balances',
  },
  payTicked: 'Continue with what is ticked',
  anotherAmount: 'Pay another amount',
  spreadHint: 'It is used for what is overdue first, then by due date. You see the split before you pay.',
  showSplit: 'Show the split',
  dueOn: (date: string) => `Due ${date}`,
  dueAgo: (date: string, days: number) =>
    plural(days, { one: `Due ${date}, ${days} day ago`, other: `Due ${date}, ${days} days ago` }),
  partMoving: (amount: Html) => html`${amount} of it is being paid just now`,
  notTogether: 'Not payable together with others',
  details: 'Details',
  pages: (page: number, pages: number, count: number) => `Page ${page} of ${pages}, ${count} in all.`,
  previous: 'Previous',
  next: 'Next',
  beyond: (count: number, most: number) =>
    `The sum above is of ${count} more than the ${most} that are listed. They are listed once these are paid.`,
}
