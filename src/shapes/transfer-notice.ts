import { z } from 'zod'
import { linesMax } from './explanation.ts'
import { ownerFields } from './object.ts'
import { amount, shownCurrency, shownId, shownInstant } from './primitives.ts'

export const noticeStatuses = ['shown', 'announced', 'settled', 'expired'] as const

/** A transfer notice, as events tell it. */
export const toldTransferNotice = z.object({
  id: shownId('transfer_notice'),
  code: z.string().max(20).describe('What the payer was asked to write into the transfer'),
  status: z
    .enum(noticeStatuses)
    .describe(
      '`shown` to the payer, `announced` once the payer says that it was sent, `settled` by a payment with its code; `expired` 30 days after that it was shown or announced',
    ),
  customer_id: shownId('customer').optional().describe('Absent when it is for nothing in Billing'),
  payment_request_id: shownId('payment_request').optional().describe('The request that it was made to pay'),
  payment_session_id: shownId('payment_session').optional().describe('The session that it was made to pay'),
  amount,
  currency: shownCurrency,
  debts: z
    .array(z.object({ ...ownerFields, amount }))
    .max(linesMax)
    .optional()
    .describe('What the payer chose to pay, in the order in which the money is used; absent for a request or session'),
  settled_by: shownId('payment').optional().describe('The payment that ended it: the first with its code'),
  announced_at: shownInstant.optional(),
  settled_at: shownInstant.optional(),
  expires_at: shownInstant,
  mode: z.enum(['test', 'live']),
  created_at: shownInstant,
  updated_at: shownInstant,
})
