import { z } from 'zod'
import { createdQuery, pageQuery } from '../../api/pagination.ts'
import { refundStatuses } from '../../ledger/corrections/refund-row.ts'
import { expecting } from '../../shapes/expected.ts'
import { part, word } from '../../shapes/explanation.ts'
import {
  amount,
  freeText,
  idOrReference,
  instant,
  sentId,
  shownCurrency,
  shownId,
  shownInstant,
  typedReference,
} from '../../shapes/primitives.ts'
import { channel } from '../recorded/schema.ts'

const sourcesMax = 200

const source = z
  .strictObject({
    obligation: sentId('obligation'),
    amount: amount.optional().describe('Defaults to as much as is left of the obligation, or is needed'),
  })
  .meta({ id: 'RefundSource' })

const shared = {
  amount: amount.optional().describe('Defaults to all that is left of the payment, or all that `from` comes to'),
  reason: freeText(255).min(1),
  from: expecting(z.array(source), 'a list such as [{ "obligation": "ob_…", "amount": 2000 }]')
    .min(1)
    .max(sourcesMax)
    .optional()
    .describe(
      'Which obligations it is taken from, in this order. Without it: the unapplied part first, then the obligations, newest first',
    ),
}

export const recordRefundBody = z
  .strictObject({
    ...shared,
    channel: channel.describe('Where the money was sent from: cash, bank_transfer'),
    reference: typedReference.describe(
      'Permanently unique per channel among refunds: the same refund may be sent again unchanged',
    ),
    refunded_at: instant.optional().describe('When the money was sent; defaults to now'),
  })
  .meta({ id: 'RecordRefund' })
export type RecordRefund = z.output<typeof recordRefundBody>

export const createRefundBody = z.strictObject(shared).meta({ id: 'CreateRefund' })
export type CreateRefund = z.output<typeof createRefundBody>

export const refundStatus = z.enum(refundStatuses)

export const refund = z
  .object({
    id: shownId('refund'),
    payment_id: shownId('payment'),
    customer_id: shownId('customer')
      .optional()
      .describe('Absent when the money is for nothing in Billing, or its payer is unknown'),
    method: z.enum(['external', 'processor']).describe('Whether you sent the money, or the processor of the payment'),
    status: refundStatus.describe('`pending` until the processor has sent it; money of one that failed is back'),
    amount,
    unapplied_amount: part.describe('How much of it was taken from the unapplied part'),
    direct_amount: part.describe('How much of it was taken from direct money'),
    suspense_amount: part.optional().describe('How much of it was taken from money whose payer is unknown'),
    currency: shownCurrency,
    reason: z.string().max(255),
    channel: z.string().max(40).optional(),
    reference: z.string().max(255).optional(),
    failure: z
      .object({ code: word, message: z.string().max(500) })
      .optional()
      .describe('Why it failed'),
    refunded_at: shownInstant.describe('When it was sent'),
    mode: z.enum(['test', 'live']),
    created_at: shownInstant,
    updated_at: shownInstant,
  })
  .meta({ id: 'Refund' })

/** The responses of recording a refund: 201 for a new one, 200 when it is the first one again. */
export const recordedRefund = { 200: refund, 201: refund }

export const listRefunds = z.strictObject({
  ...pageQuery,
  payment: sentId('payment').optional(),
  customer: idOrReference.optional().describe('Id or external reference'),
  status: refundStatus.optional(),
  ...createdQuery,
})
export type ListRefunds = z.output<typeof listRefunds>
