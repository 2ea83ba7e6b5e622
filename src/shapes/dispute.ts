import { z } from 'zod'
import { disputeStatuses } from '../core/dispute-status.ts'
import { part } from './explanation.ts'
import { amount, shownCurrency, shownId, shownInstant } from './primitives.ts'

export const disputeStatus = z.enum(disputeStatuses)

/** A dispute as the API shows it. */
export const dispute = z
  .object({
    id: shownId('dispute'),
    payment_id: shownId('payment'),
    customer_id: shownId('customer').optional().describe('Absent when the money is for nothing in Billing'),
    processor: z.string().max(40),
    processor_reference: z.string().max(255).describe('What the processor calls it: you answer it there'),
    amount: amount.describe('What is disputed, in minor units'),
    currency: shownCurrency,
    reason: z.string().max(255).describe('In the words of the processor, such as `fraudulent`'),
    status: disputeStatus.describe(
      '`warning` and `closed` move no money. It is `lost` or `won` once the money lies accordingly',
    ),
    respond_by: shownInstant.optional().describe('Until when it can be answered at the processor'),
    reversal_id: shownId('reversal')
      .optional()
      .describe('The reversal by which the money was taken; absent while it is with you'),
    uncovered_amount: part
      .optional()
      .describe('What of that is a loss: nothing was left of the payment for it. Absent when there is none'),
    reinstated_at: shownInstant.optional().describe('When the money came back'),
    closed_at: shownInstant.optional(),
    mode: z.enum(['test', 'live']),
    created_at: shownInstant,
    updated_at: shownInstant,
  })
  .meta({ id: 'Dispute' })
