import { z } from 'zod'
import { balance, paymentRules, shownCurrency, shownId, shownInstant, shownMetadata } from './primitives.ts'

/** The balance of a customer or account as it is shown. */
export const balanceFields = { currency: shownCurrency.optional(), balance: balance.optional() }

/** The fields that every customer, account and bill has after its own. */
export const commonFields = {
  payment_rules: paymentRules.optional(),
  metadata: shownMetadata.optional(),
  presentment_url: z.url().optional().describe('The hosted page; absent while archived'),
  mode: z.enum(['test', 'live']),
  created_at: shownInstant,
  updated_at: shownInstant.describe('When anything of it last changed, its balance included'),
  archived_at: shownInstant.optional(),
}

/** Whose balance it is: exactly one of the three. */
export const ownerFields = {
  customer_id: shownId('customer').optional(),
  account_id: shownId('account').optional(),
  bill_id: shownId('bill').optional(),
}
