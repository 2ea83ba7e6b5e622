import { z } from 'zod'
import { appliedTo } from '../shapes/applied-to.ts'
import { bill } from '../shapes/bill.ts'
import { explanation } from '../shapes/explanation.ts'
import { ownerFields } from '../shapes/object.ts'
import { amount, balance, shownCurrency, shownId, shownInstant, shownMetadata } from '../shapes/primitives.ts'

// What `data` of each event holds. The registry puts each beside its type.

const shortExplanation = explanation
  .extend({ applied_count: z.int().min(0).describe('How many applications there are; only the first 20 are listed') })
  .partial({ applied: true, skipped: true, unapplied_amount: true })
  .describe('How the payment was allocated')
  .meta({ id: 'EventExplanation' })

const application = {
  id: shownId('obligation'),
  amount,
  currency: shownCurrency,
  payment_id: shownId('payment'),
  ...ownerFields,
  applied_to: appliedTo,
  balance_before: balance,
  balance_after: balance,
  metadata: shownMetadata.optional().describe("The payment's metadata"),
  created_at: shownInstant,
  updated_at: shownInstant,
}

export const amountApplied = z.object({ ...application, explanation: shortExplanation.optional() })

export const amountReversed = z.object({
  ...application,
  amount: amount.describe('The amount reversed now, in minor units'),
  amount_applied: amount.describe('The amount originally applied, in minor units'),
  amount_reversed: amount.describe('The total reversed so far, in minor units'),
  reason: z.string().max(255).optional(),
  reversal_id: shownId('reversal').optional().describe('The reversal of the payment, if the payment was reversed'),
})

export const amountUnapplied = z.object({
  amount: amount.describe('The amount that stays unapplied, in minor units'),
  currency: shownCurrency,
  payment_id: shownId('payment'),
  customer_id: shownId('customer'),
  metadata: shownMetadata.optional(),
  created_at: shownInstant,
  updated_at: shownInstant,
  explanation: shortExplanation.optional(),
})

/** A bill without its link. The reference is optional: it is erased when the customer is pseudonymised. */
export const billUpdated = bill.omit({ presentment_url: true }).partial({ external_reference: true })
