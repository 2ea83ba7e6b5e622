import { type Html, html } from '../../html.ts'

/** What stands round a page, and the pages that only refuse. */
export const shellInEnglish = {
  testBanner: 'Test page. No real money moves.',
  sampleBanner: 'Sample. This is what your payers see. Nothing here is owed.',
  checkNumber: 'Check that this is really us: call the number on your bill.',
  language: 'Language',
  pleaseCheck: 'Please check',
  /** Between facts that are listed in one line. */
  comma: ', ',
  /** The names of what is owed. */
  names: {
    bill: (reference: string) => `Bill ${reference}`,
    account: (reference: string) => `Account ${reference}`,
    general: 'General balance',
  },
  refusals: {
    notFound: {
      heading: 'This link does not work',
      sentences: [
        'It may have been cut short when it was copied, have ended, or been replaced by a newer one.',
        'Please open the newest link that you were sent, or ask the company that sent it for a new one.',
      ],
    },
    foreign: {
      heading: 'Please start again from your link',
      sentences: [
        'This form was sent from somewhere else, so nothing was done with it.',
        'Open the link that you were sent, and pay from there.',
      ],
    },
    tooMany: {
      heading: 'Please try again later',
      sentences: [
        'Too many links that lead nowhere were opened from where you are.',
        'Open the link that you were sent again in an hour, or ask the company that sent it.',
      ],
    },
    tooFast: {
      heading: 'One moment, please',
      sentences: [
        'There were very many requests from where you are, or with this link. Please load this page again in a minute.',
        'If you have just paid, do not pay again: this page will show it.',
      ],
    },
    home: {
      heading: 'Do you want to see your bill?',
      sentences: [
        'Open the link that you got from the company that bills you: it is longer than this address.',
        'If you cannot find it, or if it does not work, ask the company for a new one.',
      ],
    },
    noPage: {
      heading: 'There is no such page',
      sentences: [
        'Open the link that you got from the company that bills you: it is longer than this address.',
        'If you cannot find it, or if it does not work, ask the company for a new one.',
      ],
    },
    unavailable: {
      heading: 'One moment, please',
      sentences: [
        'We cannot reach our records just now. Please load this page again in a minute.',
        'If you have just paid, do not pay again: this page will show it.',
      ],
    },
    unreadable: {
      heading: 'That did not work',
      sentences: ['Your browser sent something that we cannot read.'],
    },
    failed: {
      heading: 'Something went wrong on our side',
      sentences: [
        'Please load this page again in a minute. If you have just paid, do not pay again before you have looked.',
      ],
    },
  },
  cardElsewhere: (merchant: Html) =>
    html`You enter your card on the payment service’s own page. ${merchant} never sees it.`,
}
