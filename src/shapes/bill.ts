import { z } from 'zod'
import { commonFields } from './object.ts'
import { shownParticulars } from './particulars.ts'
import { amount, date, externalReference, maxAmountNumber, shownCurrency, shownId } from './primitives.ts'

const part = z.int().min(0).max(maxAmountNumber)
const change = z.int().min(-maxAmountNumber).max(maxAmountNumber)

export const bill = z
  .object({
    id: shownId('bill'),
    external_reference: externalReference,
    customer_id: shownId('customer'),
    account_id: shownId('account').optional(),
    reissue_of: shownId('bill').optional().describe('The voided bill whose external_reference it took over'),
    status: z.enum(['unpaid', 'paid', 'voided']),
    closed_by: z
      .enum(['payment', 'write_off', 'adjustment', 'mixed'])
      .optional()
      .describe('What left nothing remaining: one thing alone or several; only while paid'),
    currency: shownCurrency,
    amount_due: amount.describe('At creation, in minor units: it never changes'),
    amount_adjusted: change.describe('Signed minor units: fees, credit notes, discounts and other adjustments'),
    amount_paid: part.describe('Minor units: money that was applied, and what was set as paid by hand'),
    amount_written_off: part.describe('Minor units: given up, so never paid'),
    amount_remaining: part.describe(
      'Minor units: amount_due and amount_adjusted, less amount_paid and amount_written_off',
    ),
    bill_date: date,
    due_date: date.optional(),
    partially_paid: z.boolean(),
    overdue: z.boolean().describe('Unpaid after its due date; a bill without one is never overdue'),
    days_until_due: z.int().optional().describe('Negative when overdue; only while unpaid'),
    ...shownParticulars,
    ...commonFields,
  })
  .meta({ id: 'Bill' })
