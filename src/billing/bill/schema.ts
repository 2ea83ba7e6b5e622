import { z } from 'zod'
import { expecting } from '../../shapes/expected.ts'
import { billLines, description, documentUrl } from '../../shapes/particulars.ts'
import {
  amount,
  currencyCode,
  date,
  idOrReference,
  keptCurrencyCode,
  maxAmountNumber,
  metadata,
  metadataPatch,
  newExternalReference,
  paymentRulesPatch,
  sentId,
} from '../../shapes/primitives.ts'
import { createAccountBody, customerExpected } from '../account/schema.ts'
import { createCustomerBody } from '../customer/schema.ts'

// The programs that send the year 1 have no date.
const billingDate = date.refine((value) => value >= '1900-01-01', {
  error: 'should be a date from 1900-01-01 on, such as 2026-03-31',
})

const newAccountBody = createAccountBody
  .extend({ customer: createAccountBody.shape.customer.optional() })
  .meta({ id: 'CreateBillAccount' })
export type NewAccount = z.output<typeof newAccountBody>

export const createBillBody = z
  .strictObject({
    customer: expecting(z.union([idOrReference, createCustomerBody]), customerExpected)
      .optional()
      .describe('A customer: its id, its external reference, or a new one. Required unless `account` is given'),
    account: expecting(
      z.union([idOrReference, newAccountBody]),
      'the id or external reference of an account, such as UAR1234567890, or an object that makes a new one',
    )
      .optional()
      .describe('An account: its id, its external reference, or a new one, which belongs to the customer it names'),
    external_reference: newExternalReference,
    reissue_of: sentId('bill')
      .optional()
      .describe('The id of a voided bill of the same reference and customer, which this one stands for from now on'),
    currency: currencyCode,
    amount_due: amount,
    bill_date: billingDate
      .optional()
      .describe("YYYY-MM-DD; the earlier of due_date and today in the environment's time zone when absent"),
    due_date: billingDate.optional().describe('YYYY-MM-DD; the bill is overdue from the end of that day there'),
    description: description.optional(),
    lines: billLines.optional(),
    document_url: documentUrl.optional(),
    payment_rules: paymentRulesPatch.optional(),
    metadata: metadata.optional(),
  })
  .refine(({ customer, account }) => customer !== undefined || account !== undefined, {
    error: 'a bill needs a customer or an account: send the id or external reference of one',
    path: ['customer'],
  })
  .refine(
    ({ customer, account }) => typeof account !== 'object' || account.customer !== undefined || customer !== undefined,
    {
      error: 'a new account needs a customer: send the id or external reference of one',
      path: ['account', 'customer'],
    },
  )
  .meta({ id: 'CreateBill' })
export type CreateBill = z.output<typeof createBillBody>

export const updateBillBody = z
  .strictObject({
    amount_paid: expecting(z.int(), 'a whole number of minor units, such as 2000 for R 20.00')
      .min(0)
      .max(maxAmountNumber)
      .optional()
      .describe('The total paid so far, in minor units; the difference is entered as a manual adjustment'),
    currency: keptCurrencyCode.optional().describe('Must be the currency that the bill was raised in'),
    due_date: billingDate.nullish().describe('YYYY-MM-DD, not before the bill_date; null for none'),
    description: description.nullish(),
    lines: billLines.nullish(),
    document_url: documentUrl.nullish(),
    payment_rules: paymentRulesPatch.optional(),
    metadata: metadataPatch.optional(),
  })
  .meta({ id: 'UpdateBill' })
export type UpdateBill = z.output<typeof updateBillBody>
