import type { AccountRow, BillRow, CustomerRow } from '../../src/billing/object/rows.ts'
import { idOf, now, payer } from '../ledger/receivables.ts'

const shared = {
  bucket: 7,
  environment_id: 3,
  customer_id: payer,
  external_reference: 'ours',
  payment_rules: {},
  metadata: {},
  link_version: 1,
  version: 1n,
  archived_at: null,
  created_at: now,
  updated_at: now,
  balance: null,
  receivable_currency: null,
  receivable_version: null,
  moved_at: null,
}

/** The payer, without a balance of its own. */
export const customerRow: CustomerRow = {
  ...shared,
  kind: 'customer',
  id: payer,
  account_id: null,
  name: null,
  email: null,
  phone: null,
  locale: null,
  currency: null,
  pseudonymised_at: null,
}

/** An account of the payer, without a balance of its own. */
export const accountRow: AccountRow = {
  ...shared,
  kind: 'account',
  id: idOf(10),
  account_id: idOf(10),
  name: null,
  currency: null,
  customer_rules: {},
}

/** A bill of the payer for 100, of which nothing is paid. */
export const billRow: BillRow = {
  ...shared,
  kind: 'bill',
  id: idOf(11),
  account_id: null,
  currency: 'ZAR',
  amount_due: 100n,
  amount_adjusted: 0n,
  amount_written_off: 0n,
  bill_date: '2026-11-01',
  due_date: null,
  reissue_of: null,
  status: 'unpaid',
  balance: 100n,
  customer_rules: {},
  account_rules: null,
  description: null,
  lines: null,
  document_url: null,
}

/** The environment of a request that is about them. */
export const environment = {
  id: 3,
  mode: 'live' as const,
  merchant_name: 'Shop',
  merchant_slug: 'shop',
  time_zone: 'Africa/Johannesburg',
  payment_rules: {},
  credit: 'manual' as const,
}
