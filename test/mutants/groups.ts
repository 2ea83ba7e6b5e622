/** Files whose statements are changed one by one, and the tests that have to see it: those that need no database, so that a thousand changes take minutes. */
export type Group = { name: string; mutated: string[]; tests: string[] }

export const groups: Group[] = [
  {
    name: 'money',
    mutated: ['src/core/money.ts', 'src/core/payment-rules.ts', 'src/ledger/allocation.ts'],
    tests: ['test/core/money.test.ts', 'test/core/payment-rules.test.ts', 'test/ledger/allocation.test.ts'],
  },
  {
    name: 'secrets',
    mutated: ['src/core/secret.ts', 'src/webhooks/signing.ts'],
    tests: ['test/core/secret.test.ts', 'test/webhooks/signing.test.ts'],
  },
  {
    name: 'addresses',
    mutated: ['src/net/address-guard.ts', 'src/core/networks.ts'],
    tests: ['test/net/address-guard.test.ts', 'test/net/guarded-connector.test.ts', 'test/core/networks.test.ts'],
  },
  {
    name: 'amounts',
    mutated: [
      'src/core/effective-at.ts',
      'src/core/payment-status.ts',
      'src/ledger/bill-amounts.ts',
      'src/ledger/set-off.ts',
    ],
    tests: [
      'test/core/effective-at.test.ts',
      'test/core/payment-status.test.ts',
      'test/ledger/bill-amounts.test.ts',
      'test/ledger/set-off.test.ts',
    ],
  },
  {
    name: 'authentication',
    mutated: ['src/api/auth.ts', 'src/api/authorize.ts', 'src/api/key-lookup.ts', 'src/core/api-key.ts'],
    tests: ['test/api/auth.test.ts'],
  },
  {
    name: 'typed',
    mutated: ['src/core/amount-reader.ts'],
    tests: ['test/core/amount-reader.test.ts', 'test/core/money.test.ts'],
  },
  {
    name: 'dates',
    mutated: ['src/core/clock.ts', 'src/core/calendar.ts'],
    tests: ['test/core/clock.test.ts', 'test/core/local-date.test.ts', 'test/core/calendar.test.ts'],
  },
  {
    name: 'processors',
    mutated: [
      'src/core/currency.ts',
      'src/payments/processor/paystack/amounts.ts',
      'src/payments/processor/stripe/amounts.ts',
    ],
    tests: [
      'test/core/currency.test.ts',
      'test/processors/amounts.test.ts',
      'test/processors/paystack-amounts.test.ts',
    ],
  },
  {
    name: 'captures',
    mutated: ['src/ledger/captures/authorised-amount.ts'],
    tests: ['test/ledger/captures/authorised-amount.test.ts'],
  },
  {
    name: 'settlements',
    mutated: [
      'src/ledger/settlements/clearing-step.ts',
      'src/ledger/settlements/line-entries.ts',
      'src/ledger/settlements/line-match.ts',
      'src/ledger/settlements/progress.ts',
    ],
    tests: [
      'test/ledger/settlements/clearing-step.test.ts',
      'test/ledger/settlements/line-entries.test.ts',
      'test/ledger/settlements/line-match.test.ts',
      'test/ledger/settlements/progress.test.ts',
    ],
  },
  {
    name: 'corrections',
    mutated: [
      'src/ledger/corrections/applicable.ts',
      'src/ledger/corrections/chosen.ts',
      'src/ledger/corrections/dispute-state.ts',
      'src/ledger/corrections/left.ts',
      'src/ledger/corrections/owed-again.ts',
      'src/ledger/corrections/refund-outcome.ts',
      'src/ledger/corrections/refund-way.ts',
      'src/ledger/corrections/shares.ts',
      'src/ledger/corrections/spread-back.ts',
    ],
    tests: [
      'test/ledger/corrections/applicable.test.ts',
      'test/ledger/corrections/chosen.test.ts',
      'test/ledger/corrections/dispute-state.test.ts',
      'test/ledger/corrections/left.test.ts',
      'test/ledger/corrections/owed-again.test.ts',
      'test/ledger/corrections/refund.test.ts',
      'test/ledger/corrections/shares.test.ts',
      'test/ledger/corrections/spread-back.test.ts',
    ],
  },
  {
    name: 'deciding',
    mutated: [
      'src/ledger/payments/decide.ts',
      'src/ledger/payments/command.ts',
      'src/ledger/payments/bill-paid.ts',
      'src/ledger/checkouts/checkout.ts',
      'src/payments/session/first-of-chosen.ts',
    ],
    tests: [
      'test/ledger/payments/decide.test.ts',
      'test/ledger/payments/enter.test.ts',
      'test/ledger/payments/command.test.ts',
      'test/ledger/payments/bill-paid.test.ts',
      'test/ledger/checkouts/checkout.test.ts',
      'test/payments/first-of-chosen.test.ts',
    ],
  },
  {
    name: 'balances',
    mutated: ['src/ledger/adjust.ts', 'src/ledger/transfers/onward.ts'],
    tests: ['test/ledger/adjust.test.ts', 'test/ledger/transfers/onward.test.ts'],
  },
  {
    name: 'billing',
    mutated: [
      'src/billing/bill/amounts.ts',
      'src/billing/bill/enter-set-off.ts',
      'src/billing/bill/resource.ts',
      'src/billing/credit/amount.ts',
      'src/billing/object/adjustment-signs.ts',
      'src/billing/object/opening.ts',
      'src/billing/object/rules.ts',
    ],
    tests: [
      'test/billing/amounts.test.ts',
      'test/billing/bill-shown.test.ts',
      'test/billing/enter-set-off.test.ts',
      'test/billing/opening-amounts.test.ts',
    ],
  },
  {
    name: 'written',
    mutated: ['src/ledger/payments/write.ts', 'src/ledger/payments/checkouts.ts', 'src/ledger/payments/notices.ts'],
    tests: ['test/ledger/payments/write.test.ts', 'test/ledger/payments/pay-checkouts.test.ts'],
  },
  {
    name: 'journal',
    mutated: [
      'src/ledger/journal.ts',
      'src/ledger/journal-rows.ts',
      'src/ledger/move.ts',
      'src/ledger/receivable.ts',
      'src/ledger/totals.ts',
    ],
    tests: ['test/ledger/journal.test.ts', 'test/ledger/receivable.test.ts', 'test/ledger/totals.test.ts'],
  },
  {
    name: 'entries',
    mutated: [
      'src/ledger/corrections/correction-journal.ts',
      'src/ledger/corrections/payment-reversal.ts',
      'src/ledger/corrections/write.ts',
    ],
    tests: [
      'test/ledger/corrections/bring-back.test.ts',
      'test/ledger/corrections/correction-journal.test.ts',
      'test/ledger/corrections/payment-reversal.test.ts',
      'test/ledger/corrections/take-out.test.ts',
    ],
  },
]
