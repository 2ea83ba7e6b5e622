import { z } from 'zod'
import { expecting } from '../../shapes/expected.ts'
import { amount, idOrReference, keptCurrencyCode, sentId } from '../../shapes/primitives.ts'
import { captureBehaviours } from '../processor/simulator/capture-behaviour.ts'
import { laterOutcomes } from '../processor/simulator/later.ts'
import { refundBehaviours } from '../processor/simulator/refund-behaviour.ts'

export const testOutcomes = ['succeeded', 'declined', 'abandoned', 'pending_succeeded', 'pending_failed'] as const

const seedMax = 2 ** 31 - 1

// What a seed draws.
const drawnNames = ['outcome', 'delay_s', 'refunds', 'later', 'captures'] as const
const targets = ['customer', 'account', 'bill', 'payment_request', 'payment_session'] as const

export const createTestPaymentBody = z
  .strictObject({
    customer: idOrReference.optional().describe('Pays what this customer owes'),
    account: idOrReference.optional().describe("Pays the account's balance and its bills"),
    bill: idOrReference.optional(),
    payment_request: sentId('payment_request').optional(),
    payment_session: sentId('payment_session').optional(),
    amount: amount.optional().describe('Required, except of a request or session, which is paid whole'),
    currency: keptCurrencyCode.optional().describe('Defaults to the one currency that something is owed in'),
    outcome: expecting(z.enum(testOutcomes), 'an outcome, such as succeeded')
      .optional()
      .describe('What becomes of the payment. Required, unless a seed draws it'),
    seed: expecting(z.int(), 'a whole number from 0 to 2147483647')
      .min(0)
      .max(seedMax)
      .optional()
      .describe('Draws the outcome, refunds, captures, later and delay_s: the same seed draws the same for ever'),
    method: z.enum(['card', 'instant_eft']).default('card').describe('How the payer pays'),
    delay_s: expecting(z.int(), 'a whole number of seconds, such as 5')
      .min(0)
      .max(86_400)
      .optional()
      .describe('Of a pending outcome: how long the bank takes; defaults to 3'),
    refunds: expecting(z.enum(refundBehaviours), 'an outcome of refunds, such as pending_failed')
      .optional()
      .describe('What becomes of refunds of the payment; unless it is named, they succeed at once'),
    later: expecting(z.enum(laterOutcomes), 'what becomes of the money later, such as dispute_lost')
      .optional()
      .describe(
        'What becomes of the money after the payment has succeeded, unless it stays: it begins 2 s after that, and a dispute ends after 6 s',
      ),
    captures: expecting(z.enum(captureBehaviours), 'an outcome of captures, such as answer_lost')
      .optional()
      .describe(
        'What becomes of captures and voids of a payment that is captured by hand; unless it is named, they succeed at once',
      ),
  })
  .superRefine((input, context) => {
    const fault = (path: string[], message: string) =>
      context.addIssue({ code: 'custom', path, message, input: undefined })
    const named = targets.filter((name) => input[name] !== undefined)
    if (named.length !== 1) fault([], `should name exactly one of ${targets.join(', ')}, such as "bill": "INV-0042"`)
    const whole = input.payment_request !== undefined || input.payment_session !== undefined
    if (!whole && named.length === 1 && input.amount === undefined) {
      fault(['amount'], 'is required: send minor units, such as 2000 for R 20.00')
    }
    for (const name of ['amount', 'currency'] as const) {
      if (whole && input[name] !== undefined) fault([name], 'is that of the request or session: leave it out')
    }
    if (input.seed !== undefined) {
      const beside = drawnNames.filter((name) => input[name] !== undefined)
      for (const name of beside) fault([name], 'is drawn from the seed: leave one of the two out')
      return
    }
    if (input.outcome === undefined)
      return fault(['outcome'], 'is required: send an outcome, such as succeeded, or a seed')
    if (input.delay_s !== undefined && !input.outcome.startsWith('pending')) {
      fault(['delay_s'], 'belongs to an outcome that is pending, such as pending_succeeded')
    }
    if (input.later !== undefined && !input.outcome.endsWith('succeeded')) {
      fault(['later'], 'belongs to an outcome in which money arrives, such as succeeded')
    }
  })
  .meta({ id: 'CreateTestPayment' })
export type CreateTestPayment = z.output<typeof createTestPaymentBody>
