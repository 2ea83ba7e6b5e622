import { z } from 'zod'
import {
  amount,
  currencyCode,
  date,
  externalReference,
  idOrReference,
  keptCurrencyCode,
  maxAmountNumber,
  metadata,
  metadataPatch,
  paymentRulesPatch,
} from '../../shapes/primitives.ts'
import { createAccount } from '../account/schema.ts'
import { createCustomer } from '../customer/schema.ts'

// The programs that send the year 1 have no date.
const billingDate = date.refine((value) => value >= '1900-01-01', { error: 'should be a date from 1900-01-01 on' })

const newAccount = createAccount
  .extend({ customer: createAccount.shape.customer.optional() })
  .meta({ id: 'CreateBillAccount' })
export type NewAccount = z.output<typeof newAccount>

export const createBill = z
  .strictObject({
    customer: z
      .union([idOrReference, createCustomer])
      .optional()
      .describe('A customer: its id, its external reference, or a new one. Needed unless `account` names one'),
    account: z
      .union([idOrReference, newAccount])
      .optional()
      .describe('An account: its id, its external reference, or a new one, which belongs to the customer it names'),
    external_reference: externalReference,
    currency: currencyCode,
    amount_due: amount,
    bill_date: billingDate
      .optional()
      .describe("YYYY-MM-DD; the earlier of due_date and today in the environment's time zone when absent"),
    due_date: billingDate.optional().describe('YYYY-MM-DD; the bill is overdue from the end of that day there'),
    payment_rules: paymentRulesPatch.optional(),
    metadata: metadata.optional(),
  })
  .refine(({ customer, account }) => customer !== undefined || account !== undefined, {
    error: 'a bill needs a customer or an account',
    path: ['customer'],
  })
  .refine(
    ({ customer, account }) => typeof account !== 'object' || account.customer !== undefined || customer !== undefined,
    {
      error: 'a new account needs a customer',
      path: ['account', 'customer'],
    },
  )
  .meta({ id: 'CreateBill' })
export type CreateBill = z.output<typeof createBill>

export const updateBill = z
  .strictObject({
    amount_paid: z
      .int()
      .min(0)
      .max(maxAmountNumber)
      .optional()
      .describe('The total paid so far, in minor units; the difference is entered as a manual adjustment'),
    currency: keptCurrencyCode.optional().describe('Only the currency that the bill has: it was raised in it'),
    payment_rules: paymentRulesPatch.optional(),
    metadata: metadataPatch.optional(),
  })
  .meta({ id: 'UpdateBill' })
export type UpdateBill = z.output<typeof updateBill>
