import { z } from 'zod'
import { expecting } from '../../../shapes/expected.ts'
import { amount, booleanText, currencyCode, shownCurrency } from '../../../shapes/primitives.ts'
import { bankAccount, shownBankAccount } from '../bank-transfer/account.ts'
import { processorNames } from '../kinds.ts'

export const processorParams = z.object({
  processor: z.string().min(1).max(40).describe('The name of the processor, such as `stripe`'),
})

/** Which query a change of a processor takes. */
export const verifyQuery = z.strictObject({
  verify: booleanText.default(true).describe('`false` saves a key without asking the processor whether it is good'),
})

// Nothing that a processor gives out is longer.
const secret = expecting(z.string(), 'the text that the processor shows')
  .max(255)
  .regex(/^[!-~]+$/)
const currenciesMax = 200
const byCurrency = expecting(z.record(z.string().max(3), amount), 'an object of amounts, such as { "ZAR": 1000 }')
const shownByCurrency = z.record(shownCurrency, amount)
const currencyList = expecting(z.array(currencyCode), 'a list of currencies, such as ["ZAR", "USD"]')
  .min(1)
  .max(currenciesMax)

export const updateProcessorBody = z
  .strictObject({
    enabled: z.boolean().optional().describe('Whether payers are offered it'),
    position: expecting(z.int(), 'a whole number from 0 to 99').min(0).max(99).optional(),
    secrets: z
      .strictObject({ secret_key: secret.optional(), webhook_secret: secret.nullish() })
      .optional()
      .describe('Stored encrypted and never shown again. What is left out stays as it is'),
    bank_account: bankAccount
      .nullish()
      .describe('Of `bank_transfer` alone, and required to switch that on: replaced as a whole, null to take it away'),
    currencies: currencyList.nullish().describe('Payments in no other currency; null for all that it takes'),
    minimum: byCurrency.optional().describe('The least that is taken at once, by currency, in minor units'),
    maximum: byCurrency.optional().describe('The most that is taken at once, by currency, in minor units'),
  })
  .meta({ id: 'UpdateProcessor' })
export type UpdateProcessor = z.output<typeof updateProcessorBody>

const shownSecret = z.object({ last4: z.string().max(4) })

export const shownProcessor = z
  .object({
    name: z.enum(processorNames),
    mode: z.enum(['test', 'live']),
    enabled: z.boolean(),
    position: z.int().describe('The lowest is offered first'),
    secrets: z.object({ secret_key: shownSecret.optional(), webhook_secret: shownSecret.optional() }),
    bank_account: shownBankAccount.optional(),
    currencies: z.array(shownCurrency).max(currenciesMax).nullable().describe('Null for all that it takes'),
    minimum: shownByCurrency,
    maximum: shownByCurrency,
    callback_url: z
      .url()
      .max(500)
      .optional()
      .describe('Where the processor calls when something has happened; to be entered in its dashboard'),
    capabilities: z.object({
      capture: z.enum(['none', 'once', 'many']),
      refund: z.enum(['none', 'full', 'partial']),
      close: z.boolean().describe('Whether a charge that nobody has paid can be closed'),
      settlements: z.boolean().describe('Whether it tells of its settlements'),
    }),
  })
  .meta({ id: 'Processor' })

export const shownProcessors = z.object({ data: z.array(shownProcessor).max(processorNames.length) })

export const deletedProcessor = z
  .object({ name: z.string().max(40), deleted: z.literal(true) })
  .meta({ id: 'DeletedProcessor' })
