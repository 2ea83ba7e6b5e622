import { z } from 'zod'
import { appliedTo } from '../shapes/applied-to.ts'
import { bill } from '../shapes/bill.ts'
import { explanation } from '../shapes/explanation.ts'
import { ownerFields } from '../shapes/object.ts'
import { amount, balance, shownCurrency, shownId, shownInstant, shownMetadata } from '../shapes/primitives.ts'

// What `data` of each event holds. The registry puts each beside its type.

const shortExplanation = explanation
  .extend({ applied_count: z.int().min(0).describe('How many were applied; the first 20 are shown') })
  .partial({ applied: true, skipped: true, unapplied_amount: true })
  .describe('Who got what of the payment; only the policy where unapplied money was applied later')
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
  metadata: shownMetadata.optional().describe('Of the payment'),
  created_at: shownInstant,
  updated_at: shownInstant,
}

export const amountApplied = z.object({ ...application, explanation: shortExplanation.optional() })

export const amountReversed = z.object({
  ...application,
  amount: amount.describe('What was taken back now, in minor units'),
  amount_applied: amount.describe('What had been applied, in minor units'),
  amount_reversed: amount.describe('All that has been taken back so far, in minor units'),
  reason: z.string().max(255).optional(),
  reversal_id: shownId('reversal').optional().describe('Of the payment, where that was reversed'),
})

export const amountUnapplied = z.object({
  amount: amount.describe('What stays with the payment, in minor units'),
  currency: shownCurrency,
  payment_id: shownId('payment'),
  customer_id: shownId('customer'),
  metadata: shownMetadata.optional(),
  created_at: shownInstant,
  updated_at: shownInstant,
  explanation: shortExplanation.optional(),
})

/** Its reference is gone once its customer was pseudonymised, as the optional ones of the others are. */
export const billUpdated = bill.omit({ presentment_url: true }).partial({ external_reference: true })
