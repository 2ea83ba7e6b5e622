import {
  balance,
  currencyCode,
  keptCurrencyCode,
  metadata,
  metadataPatch,
  paymentRulesPatch,
} from '../../shapes/primitives.ts'

// Fields that several kinds of objects have, to be spread into their schemas.

/** Fields of a new customer or account. */
export const createFields = {
  currency: currencyCode.optional(),
  balance: balance.optional(),
  payment_rules: paymentRulesPatch.optional(),
  metadata: metadata.optional(),
}

/** The same fields in a PATCH. */
export const updateFields = {
  ...createFields,
  currency: keptCurrencyCode.optional(),
  metadata: metadataPatch.optional(),
}
