import { z } from 'zod'
import { idOrReference } from '../../shapes/primitives.ts'

/** Where the money goes: nothing of Billing, or one of the three. */
export const checkoutTarget = {
  customer: idOrReference.optional().describe('Its money is applied to what this customer owes'),
  account: idOrReference.optional().describe("Its money is applied to the account's balance and bills"),
  bill: idOrReference.optional().describe('Its money is applied to this bill'),
}

/** At most one target is named. */
export function checkTarget(
  input: { customer?: unknown; account?: unknown; bill?: unknown },
  context: z.core.$RefinementCtx,
): void {
  const named = [input.customer, input.account, input.bill].filter((value) => value !== undefined)
  if (named.length <= 1) return
  const message = 'should name one of customer, account and bill at most, such as "bill": "INV-0042"'
  context.addIssue({ code: 'custom', path: [], message, input: undefined })
}

/** The path of one request or session. */
export function checkoutPathParameter(name: 'payment_request' | 'payment_session') {
  return z
    .string()
    .min(1)
    .max(255)
    .describe(`The id of the ${name.replace('_', ' ')}`)
}
