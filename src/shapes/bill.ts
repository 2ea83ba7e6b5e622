import { z } from 'zod'
import { commonFields } from './object.ts'
import { amount, date, externalReference, maxAmountNumber, shownCurrency, shownId } from './primitives.ts'

const paidAmount = z.int().min(0).max(maxAmountNumber).describe('Minor units')

export const bill = z
  .object({
    id: shownId('bill'),
    external_reference: externalReference,
    customer_id: shownId('customer'),
    account_id: shownId('account').optional(),
    status: z.enum(['unpaid', 'paid', 'voided']),
    currency: shownCurrency,
    amount_due: amount,
    amount_paid: paidAmount,
    amount_remaining: paidAmount,
    bill_date: date,
    due_date: date.optional(),
    partially_paid: z.boolean(),
    overdue: z.boolean().describe('Unpaid after its due date; a bill without one is never overdue'),
    days_until_due: z.int().optional().describe('Negative when overdue; only while unpaid'),
    ...commonFields,
  })
  .meta({ id: 'Bill' })
