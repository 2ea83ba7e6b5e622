import {
  balance,
  currencyCode,
  keptCurrencyCode,
  metadata,
  metadataPatch,
  paymentRulesPatch,
} from '../../shapes/primitives.ts'

// Fields that several kinds of objects have, to be spread into their schemas.

/** What a new customer or account may hold. */
export const createFields = {
  currency: currencyCode.optional(),
  balance: balance.optional(),
  payment_rules: paymentRulesPatch.optional(),
  metadata: metadata.optional(),
}

/** What may change of what a customer or account holds. */
export const updateFields = {
  ...createFields,
  currency: keptCurrencyCode.optional(),
  metadata: metadataPatch.optional(),
}
