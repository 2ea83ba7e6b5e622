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
  sequence: 3,
  balance_before: 2250,
  balance_after: 0,
  cause: 'payment',
  object_version: 1,
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
  sequence: 5,
  balance_before: 200,
  balance_after: 250,
  cause: 'application_reversal',
  created_at: '2026-11-23T10:05:55.824Z',
  updated_at: '2026-11-23T10:05:55.889Z',
  object_version: 2,
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
  object_version: 1,
}

const rules = { min_amount: 1, max_amount: 999_999_999_999, underpayment_allowed: true, overpayment_allowed: false }

const customer = {
  id: 'bcus_0352VzoOgxZLjFwDxIdH3R',
  external_reference: 'UCR1234567890',
  name: 'John Doe',
  email: 'john.doe@example.com',
  phone: '+27123456789',
  locale: 'en-ZA',
  currency: 'ZAR',
  balance: 2000,
  payment_rules: rules,
  metadata: { customer_type: 'premium', registration_source: 'website' },
  mode: 'test' as const,
  created_at: '2026-11-23T10:05:55.274Z',
  updated_at: '2026-11-23T10:05:55.274Z',
}

export const customerCreatedSample: z.input<typeof data.customerChanged> = {
  ...customer,
  object_version: 1,
  sequence: 1,
  balance_before: 0,
  balance_after: 2000,
  cause: 'opening_balance',
}

export const customerUpdatedSample: z.input<typeof data.customerChanged> = {
  ...customer,
  balance: 5000,
  updated_at: '2026-11-23T10:05:55.301Z',
  object_version: 2,
  sequence: 2,
  balance_before: 2000,
  balance_after: 5000,
  cause: 'balance_set',
}

export const customerAdjustedSample: z.input<typeof data.customerAdjusted> = {
  ...customer,
  balance: 4500,
  updated_at: '2026-11-23T10:05:55.322Z',
  object_version: 2,
  sequence: 3,
  balance_before: 5000,
  balance_after: 4500,
  cause: 'adjustment',
  adjustment: {
    id: 'adj_0352VzoQ3kSgHn7rTcMvXf',
    kind: 'adjustment',
    amount: -500,
    reason: 'Goodwill after the outage',
    effective_at: '2026-11-23T10:05:55.322Z',
  },
}

export const customerUnarchivedSample: z.input<typeof data.customerArchive> = {
  id: customer.id,
  external_reference: customer.external_reference,
  mode: 'test',
  updated_at: '2026-11-23T10:05:56.160Z',
  object_version: 4,
}

export const customerArchivedSample: z.input<typeof data.customerArchive> = {
  ...customerUnarchivedSample,
  updated_at: '2026-11-23T10:05:56.121Z',
  archived_at: '2026-11-23T10:05:56.121Z',
  object_version: 3,
}

export const customerPseudonymisedSample: z.input<typeof data.customerChanged> = {
  id: customer.id,
  external_reference: 'erased_6f0d3c2b9a7e41558d1f0a2b3c4d5e6f',
  currency: 'ZAR',
  balance: 0,
  payment_rules: rules,
  mode: 'test',
  created_at: customer.created_at,
  updated_at: '2026-11-23T10:05:56.204Z',
  pseudonymised_at: '2026-11-23T10:05:56.204Z',
  object_version: 5,
}

const account = {
  id: 'bacc_0352VzoZ7IrtbRQm0gYupN',
  external_reference: 'UAR1234567890',
  customer_id: customer.id,
  name: 'Subscription Account',
  currency: 'ZAR',
  balance: 2000,
  payment_rules: rules,
  metadata: { account_type: 'subscription', billing_cycle: 'monthly' },
  mode: 'test' as const,
  created_at: '2026-11-23T10:05:55.390Z',
  updated_at: '2026-11-23T10:05:55.390Z',
}

export const accountCreatedSample: z.input<typeof data.accountChanged> = {
  ...account,
  object_version: 1,
  sequence: 1,
  balance_before: 0,
  balance_after: 2000,
  cause: 'opening_balance',
}

export const accountUpdatedSample: z.input<typeof data.accountChanged> = {
  ...account,
  name: 'Premium Subscription Account',
  metadata: { ...account.metadata, account_tier: 'premium', updated_by: 'admin' },
  updated_at: '2026-11-23T10:05:55.415Z',
  object_version: 2,
}

export const accountAdjustedSample: z.input<typeof data.accountAdjusted> = {
  ...accountUpdatedSample,
  balance: 2250,
  updated_at: '2026-11-23T10:05:55.437Z',
  sequence: 2,
  balance_before: 2000,
  balance_after: 2250,
  cause: 'fee',
  adjustment: {
    id: 'adj_0352Vzob8pUwFZs2hKdQeY',
    kind: 'fee',
    amount: 250,
    label: 'Reconnection fee',
    reason: 'Reconnected after non-payment',
    effective_at: '2026-11-23T10:05:55.437Z',
  },
}

export const accountUnarchivedSample: z.input<typeof data.accountArchive> = {
  id: account.id,
  external_reference: account.external_reference,
  mode: 'test',
  updated_at: '2026-11-23T10:05:56.082Z',
  object_version: 4,
}

export const accountArchivedSample: z.input<typeof data.accountArchive> = {
  ...accountUnarchivedSample,
  updated_at: '2026-11-23T10:05:56.044Z',
  archived_at: '2026-11-23T10:05:56.044Z',
  object_version: 3,
}

const bill = {
  id: 'bill_0352VzoivWl8PLYqbywiOH',
  external_reference: 'UBR1234567890',
  customer_id: customer.id,
  status: 'unpaid' as const,
  currency: 'ZAR',
  amount_due: 2000,
  amount_adjusted: 0,
  amount_paid: 0,
  amount_written_off: 0,
  amount_remaining: 2000,
  bill_date: '2026-01-01',
  due_date: '2026-01-31',
  partially_paid: false,
  overdue: true,
  days_until_due: -296,
  description: 'Internet at 12 Long Street, January 2026',
  lines: [{ label: 'Fibre line, 100 Mbit/s', amount: 2000 }],
  payment_rules: { ...rules, max_amount: 2000 },
  metadata: { invoice_period: 'January 2026', service_type: 'subscription' } as Record<string, string>,
  mode: 'test' as const,
  created_at: '2026-11-23T10:05:55.482Z',
  updated_at: '2026-11-23T10:05:55.482Z',
}

export const billCreatedSample: z.input<typeof data.billChanged> = {
  ...bill,
  object_version: 1,
  sequence: 1,
  balance_before: 0,
  balance_after: 2000,
  cause: 'bill_raised',
}

export const billUpdatedSample: z.input<typeof data.billChanged> = {
  ...bill,
  amount_paid: 1500,
  amount_remaining: 500,
  partially_paid: true,
  payment_rules: { ...rules, max_amount: 500 },
  metadata: { ...bill.metadata, payment_method: 'bank_transfer', payment_reference: 'TXN123456789' },
  updated_at: '2026-11-23T10:05:55.608Z',
  object_version: 2,
  sequence: 2,
  balance_before: 2000,
  balance_after: 500,
  cause: 'amount_paid_set',
}

export const billAdjustedSample: z.input<typeof data.billAdjusted> = {
  ...billUpdatedSample,
  amount_adjusted: -100,
  amount_remaining: 400,
  payment_rules: { ...rules, max_amount: 400 },
  updated_at: '2026-11-23T10:05:55.655Z',
  object_version: 3,
  sequence: 3,
  balance_before: 500,
  balance_after: 400,
  cause: 'credit_note',
  adjustment: {
    id: 'adj_0352Vzom1vXcKtB5nWqRjZ',
    kind: 'credit_note',
    amount: -100,
    reference: 'CN-0042',
    reason: 'Billed twice',
    effective_at: '2026-11-23T10:05:55.655Z',
  },
}

// A bill that nothing remains of has no rules of payment and is neither due nor overdue.
const { payment_rules: _, days_until_due: __, ...settled } = bill

export const billWrittenOffSample: z.input<typeof data.billAdjusted> = {
  ...settled,
  status: 'paid',
  closed_by: 'write_off',
  amount_written_off: 2000,
  amount_remaining: 0,
  overdue: false,
  updated_at: '2026-11-23T10:05:55.688Z',
  object_version: 2,
  sequence: 2,
  balance_before: 2000,
  balance_after: 0,
  cause: 'write_off',
  adjustment: {
    id: 'adj_0352Vzop6yKfMwD8rBtUnC',
    kind: 'write_off',
    amount: -2000,
    reason: 'Moved away',
    effective_at: '2026-11-23T10:05:55.688Z',
  },
}

export const billPaidSample: z.input<typeof data.billTold> = {
  ...settled,
  status: 'paid',
  closed_by: 'payment',
  amount_paid: 2000,
  amount_remaining: 0,
  overdue: false,
  updated_at: '2026-11-23T10:05:55.824Z',
  object_version: 1,
}

export const billOverdueSample: z.input<typeof data.billTold> = {
  ...bill,
  bill_date: '2026-11-01',
  due_date: '2026-11-22',
  days_until_due: -1,
  object_version: 1,
}

export const billVoidedSample: z.input<typeof data.billChanged> = {
  ...settled,
  status: 'voided',
  overdue: false,
  updated_at: '2026-11-23T10:05:55.957Z',
  object_version: 2,
  sequence: 2,
  balance_before: 2000,
  balance_after: 0,
  cause: 'bill_voided',
}

export const billUnarchivedSample: z.input<typeof data.billArchive> = {
  id: bill.id,
  external_reference: bill.external_reference,
  mode: 'test',
  updated_at: '2026-11-23T10:05:56.010Z',
  object_version: 4,
}

export const billArchivedSample: z.input<typeof data.billArchive> = {
  ...billUnarchivedSample,
  updated_at: '2026-11-23T10:05:55.984Z',
  archived_at: '2026-11-23T10:05:55.984Z',
  object_version: 3,
}

export const endpointPausedSample: z.input<typeof data.endpointPaused> = {
  id: 'whe_0352VzpxXwO95Q8m0ePfzN',
  status: 'paused',
  status_reason: 'failing',
  status_since: '2026-11-26T10:06:02.118Z',
  failing_since: '2026-11-23T10:06:01.482Z',
  mode: 'test',
  created_at: '2026-11-23T10:05:56.268Z',
  updated_at: '2026-11-26T10:06:02.118Z',
}
