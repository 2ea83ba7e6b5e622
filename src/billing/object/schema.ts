import { z } from 'zod'
import {
  balance,
  currencyCode,
  instant,
  keptCurrencyCode,
  metadata,
  metadataPatch,
  paymentRulesPatch,
} from '../../shapes/primitives.ts'

// Fields that several kinds of objects have, to be spread into their schemas.

const opening = z
  .strictObject({
    balance: balance.describe('Signed minor units: what was owed then; negative is credit'),
    effective_at: instant.describe('Since when the balance counts, which may be long ago'),
  })
  .meta({ id: 'Opening' })
  .describe('The balance as of a date, in place of `balance`: for what comes from another system with its past')

const fields = {
  balance: balance.optional(),
  payment_rules: paymentRulesPatch.optional(),
}

/** Fields of a new customer or account. */
export const createFields = {
  currency: currencyCode.optional(),
  ...fields,
  opening: opening.optional(),
  metadata: metadata.optional(),
}

/** The same fields in a PATCH. */
export const updateFields = {
  currency: keptCurrencyCode.optional(),
  ...fields,
  metadata: metadataPatch.optional(),
}
