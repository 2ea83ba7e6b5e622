import { z } from 'zod'
import {
  balance,
  currencyCode,
  instant,
  metadata,
  metadataPatch,
  paymentRules,
  paymentRulesPatch,
  shownCurrency,
  shownMetadata,
} from '../../shapes/primitives.ts'

// Members that several kinds of objects have, to be spread into their schemas.

/** What a new customer or account may hold. */
export const newHolder = {
  currency: currencyCode.optional(),
  balance: balance.optional(),
  payment_rules: paymentRulesPatch.optional(),
  metadata: metadata.optional(),
}

/** What may change of what a customer or account holds. */
export const changedHolder = { ...newHolder, metadata: metadataPatch.optional() }

/** The balance of a customer or account as it is shown. */
export const shownBalance = { currency: shownCurrency.optional(), balance: balance.optional() }

/** What every object is shown with, after its own members. */
export const shownLast = {
  payment_rules: paymentRules.optional(),
  metadata: shownMetadata.optional(),
  presentment_url: z.url().optional().describe('The hosted page; absent while archived'),
  mode: z.enum(['test', 'live']),
  created_at: instant,
  updated_at: instant,
  archived_at: instant.optional(),
}
