import type { z } from 'zod'
import type * as data from './data.ts'

// One sample of the data of each event, as a test server sent it. The reference shows them.

export const amountAppliedSample: z.input<typeof data.amountApplied> = {
  id: 'ob_0352Vzp8z2WVuvjMTjzNDN',
  amount: 2250,
  account_id: 'bacc_0352VzoZ7IrtbRQm0gYupN',
  applied_to: {
    type: 'account',
    id: 'bacc_0352VzoZ7IrtbRQm0gYupN',
    customer: 'bcus_0352VzoOgxZLjFwDxIdH3R',
    account: 'bacc_0352VzoZ7IrtbRQm0gYupN',
    external_reference: 'UAR1234567890',
  },
  balance_before: 2250,
  balance_after: 0,
  currency: 'ZAR',
  payment_id: 'pay_0352Vzp8fwfUh4H7qRDzn7',
  created_at: '2026-11-23T10:05:55.749Z',
  updated_at: '2026-11-23T10:05:55.749Z',
  explanation: {
    policy: 'due_date_first',
    applied: [
      {
        to: 'bacc_0352VzoZ7IrtbRQm0gYupN',
        amount: 2250,
        rule: 'due_date_first',
      },
    ],
    skipped: [],
    unapplied_amount: 250,
    applied_count: 1,
  },
  metadata: {},
}

export const amountReversedSample: z.input<typeof data.amountReversed> = {
  id: 'ob_0352VzpGIeb0FkJy5ViF97',
  amount: 50,
  currency: 'ZAR',
  payment_id: 'pay_0352Vzp8fwfUh4H7qRDzn7',
  bill_id: 'bill_0352VzoivWl8PLYqbywiOH',
  applied_to: {
    type: 'bill',
    id: 'bill_0352VzoivWl8PLYqbywiOH',
    customer: 'bcus_0352VzoOgxZLjFwDxIdH3R',
    external_reference: 'UBR1234567890',
  },
  balance_after: 250,
  created_at: '2026-11-23T10:05:55.824Z',
  updated_at: '2026-11-23T10:05:55.889Z',
  balance_before: 200,
  amount_applied: 200,
  amount_reversed: 50,
  reason: 'moved',
  metadata: {},
}

export const amountUnappliedSample: z.input<typeof data.amountUnapplied> = {
  currency: 'ZAR',
  payment_id: 'pay_0352Vzp8fwfUh4H7qRDzn7',
  created_at: '2026-11-23T10:05:55.749Z',
  updated_at: '2026-11-23T10:05:55.749Z',
  explanation: {
    policy: 'due_date_first',
    applied: [
      {
        to: 'bacc_0352VzoZ7IrtbRQm0gYupN',
        amount: 2250,
        rule: 'due_date_first',
      },
    ],
    skipped: [],
    unapplied_amount: 250,
    applied_count: 1,
  },
  amount: 250,
  customer_id: 'bcus_0352VzoOgxZLjFwDxIdH3R',
  metadata: {},
}

export const billUpdatedSample: z.input<typeof data.billUpdated> = {
  id: 'bill_0352VzoivWl8PLYqbywiOH',
  customer_id: 'bcus_0352VzoOgxZLjFwDxIdH3R',
  status: 'unpaid',
  currency: 'ZAR',
  amount_due: 2000,
  amount_adjusted: 0,
  amount_paid: 1500,
  amount_written_off: 0,
  amount_remaining: 500,
  bill_date: '2026-01-01',
  due_date: '2026-01-31',
  partially_paid: true,
  overdue: true,
  days_until_due: -296,
  payment_rules: {
    min_amount: 1,
    max_amount: 500,
    underpayment_allowed: true,
    overpayment_allowed: false,
  },
  mode: 'test',
  created_at: '2026-11-23T10:05:55.482Z',
  updated_at: '2026-11-23T10:05:55.608Z',
  external_reference: 'UBR1234567890',
  metadata: {
    service_type: 'subscription',
    invoice_period: 'January 2026',
    payment_method: 'bank_transfer',
    payment_reference: 'TXN123456789',
  },
}
