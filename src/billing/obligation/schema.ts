import { z } from 'zod'
import { ownerFields } from '../../shapes/object.ts'
import {
  amount,
  freeText,
  idOrReference,
  maxAmountNumber,
  sentId,
  shownCurrency,
  shownId,
  shownInstant,
} from '../../shapes/primitives.ts'

const target = {
  customer: idOrReference.optional(),
  account: idOrReference.optional(),
  bill: idOrReference.optional(),
}

type Target = { customer?: string | undefined; account?: string | undefined; bill?: string | undefined }

function checkTarget(input: Target, context: z.core.$RefinementCtx<Target>): void {
  if ([input.customer, input.account, input.bill].filter((value) => value !== undefined).length !== 1) {
    context.addIssue({
      code: 'custom',
      path: [],
      message: 'should name exactly one of customer, account and bill, such as { "bill": "INV-0042" }',
      input,
    })
  }
}

export const createObligationBody = z
  .strictObject({ payment: sentId('payment').describe('A payment with unapplied money'), amount, ...target })
  .superRefine(checkTarget)
  .meta({ id: 'CreateObligation' })

export const reverseObligationBody = z
  .strictObject({
    amount: amount.optional().describe('Defaults to the whole remaining amount'),
    reason: freeText(255).min(1),
  })
  .meta({ id: 'ReverseObligation' })

export const moveObligationBody = z
  .strictObject({
    to: z.strictObject(target).superRefine(checkTarget).meta({ id: 'ObligationTarget' }),
    amount: amount.optional().describe('Defaults to the whole remaining amount'),
  })
  .meta({ id: 'MoveObligation' })

export const obligation = z
  .object({
    id: shownId('obligation'),
    amount,
    amount_reversed: z.int().min(0).max(maxAmountNumber).describe('Minor units'),
    currency: shownCurrency,
    payment_id: shownId('payment'),
    ...ownerFields,
    mode: z.enum(['test', 'live']),
    created_at: shownInstant,
    updated_at: shownInstant,
  })
  .meta({ id: 'Obligation' })
