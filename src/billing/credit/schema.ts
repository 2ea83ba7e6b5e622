import { z } from 'zod'
import { ownerFields } from '../../shapes/object.ts'
import { amount, idOrReference, shownCurrency, shownId, shownInstant } from '../../shapes/primitives.ts'

const customer = idOrReference.optional().describe('The customer of the path: its own balance')
const account = idOrReference.optional()

/** An object that names exactly one of the fields that it may have. */
function one<Shape extends z.ZodRawShape>(shape: Shape, example: string) {
  return z.strictObject(shape).superRefine((input, context) => {
    if (Object.values(input).filter((value) => value !== undefined).length === 1) return
    const names = Object.keys(shape)
      .join(', ')
      .replace(/, (\w+)$/, ' and $1')
    context.addIssue({
      code: 'custom',
      path: [],
      message: `should name exactly one of ${names}, such as ${example}`,
      input,
    })
  })
}

export const applyCreditBody = z
  .strictObject({
    from: one({ customer, account }, '{ "account": "UAR-0042" }')
      .describe('Whose balance is in credit')
      .meta({ id: 'CreditSource' }),
    to: one({ customer, account, bill: idOrReference.optional() }, '{ "bill": "INV-0042" }')
      .describe('What is owed')
      .meta({ id: 'CreditTarget' }),
    amount: amount.optional().describe('Minor units; defaults to the smaller of the credit and what is owed'),
  })
  .meta({ id: 'ApplyCredit' })

const { bill_id: _, ...sourceFields } = ownerFields

/** A set-off that was entered. */
export const creditApplication = z
  .object({
    id: shownId('adjustment'),
    amount,
    currency: shownCurrency,
    from: z.object(sourceFields).describe('Exactly one of the two: whose credit it was').meta({ id: 'CreditFrom' }),
    to: z
      .object(ownerFields)
      .describe('Exactly one of the three: what it was set off against')
      .meta({ id: 'CreditTo' }),
    mode: z.enum(['test', 'live']),
    created_at: shownInstant,
  })
  .meta({ id: 'CreditApplication' })
