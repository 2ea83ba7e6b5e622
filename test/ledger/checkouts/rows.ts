import type { CheckoutRow } from '../../../src/ledger/checkouts/checkout.ts'
import { idOf, minutes } from '../receivables.ts'

/** A session for 100 that nobody has begun to pay. */
export const checkoutRow: CheckoutRow = {
  id: idOf(20),
  bucket: 7,
  environment_id: 3,
  kind: 'session',
  type: 'one_time',
  status: 'active',
  customer_id: null,
  target_kind: null,
  target_id: null,
  currency: 'ZAR',
  amount: 100n,
  external_reference: null,
  description: null,
  return_url: null,
  phone: null,
  capture_method: 'automatic',
  metadata: {},
  attempt_id: null,
  last_payment_error: null,
  payment_id: null,
  version: 1n,
  expires_at: null,
  cancelled_at: null,
  created_at: minutes(-9),
  updated_at: minutes(-8),
}
