import { z } from 'zod'
import { balance, instant, paymentRules, shownCurrency, shownId, shownMetadata } from './primitives.ts'

/** The balance of a customer or account as it is shown. */
export const balanceFields = { currency: shownCurrency.optional(), balance: balance.optional() }

/** The fields that every customer, account and bill has after its own. */
export const commonFields = {
  payment_rules: paymentRules.optional(),
  metadata: shownMetadata.optional(),
  presentment_url: z.url().optional().describe('The hosted page; absent while archived'),
  mode: z.enum(['test', 'live']),
  created_at: instant,
  updated_at: instant,
  archived_at: instant.optional(),
}

/** Whose balance it is: exactly one of the three. */
export const ownerFields = {
  customer_id: shownId('customer').optional(),
  account_id: shownId('account').optional(),
  bill_id: shownId('bill').optional(),
}
